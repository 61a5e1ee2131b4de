"""Plans that hold until a site puts in its own: a beginning to be changed, not doctrine.

Nothing in them happens before a person has confirmed the alert. Times count from then and are
proposals; roles are words, which the site fills with people.
"""

from __future__ import annotations

from shanasheel.domain.alerts import TAMPERING, EventKind
from shanasheel.domain.response import PlanStep, ResponsePlan
from shanasheel.warn.urgency import ATTACK


def _step(role: str, within_s: int, en: str, ar: str) -> PlanStep:
    return PlanStep(role=role, within_s=within_s, en=en, ar=ar)


ARMED_ATTACK = ResponsePlan(
    name="armed-attack",
    en="Armed attack",
    ar="هجوم مسلح",
    kinds=tuple(sorted(str(kind) for kind in ATTACK)),
    steps=(
        _step("operator", 60, "Keep place and people in view, live and on the cameras near.",
              "أبقِ المكان والأشخاص تحت النظر في البث المباشر وعلى الكاميرات القريبة."),
        _step("police_liaison", 120,
              "Call police operations: place, how many, vehicles, direction. Have it read back.",
              "اتصل بعمليات الشرطة: المكان والعدد والمركبات والاتجاه. اطلب إعادة ما قيل."),
        _step("ambulance_liaison", 180,
              "Ask for ambulances; name a meeting point out of the line of fire.",
              "اطلب سيارات الإسعاف وحدّد نقطة تجمّع خارج خط النار."),
        _step("operator", 300, "Hold the footage of the cameras around, from an hour before.",
              "احفظ تسجيلات الكاميرات المحيطة من قبل ساعة حفظاً إلزامياً."),
        _step("shift_lead", 300, "Warn schools, hospitals and guarded places nearby.",
              "أنذر المدارس والمستشفيات والأماكن المحروسة القريبة."),
        _step("operator", 600, "Look for the way they left: vehicle, plate, direction.",
              "ابحث عن طريق انسحابهم: المركبة واللوحة والاتجاه."),
        _step("shift_lead", 1800, "Write down what is known and hand over to an investigator.",
              "دوّن ما هو معروف وسلّمه إلى محقق."),
    ),
)  # fmt: skip

CAMERA_SABOTAGE = ResponsePlan(
    name="camera-sabotage",
    en="Camera tampered with",
    ar="عبث بكاميرا",
    kinds=tuple(str(kind) for kind in TAMPERING),
    steps=(
        _step("operator", 60, "Look at the cameras near it: what comes next?",
              "انظر إلى الكاميرات القريبة: ما الذي يأتي بعد ذلك؟"),
        _step("shift_lead", 300, "Have a patrol look at the place.",
              "أرسل دورية لمعاينة المكان."),
        _step("operator", 600, "Hold the footage from before the view was lost.",
              "احفظ التسجيل السابق لفقدان المشهد حفظاً إلزامياً."),
        _step("technician", 14_400, "Repair the camera; check its mount, cable and login.",
              "أصلح الكاميرا وافحص تثبيتها وسلكها وبيانات دخولها."),
    ),
)  # fmt: skip

RECORDING_STOPPED = ResponsePlan(
    name="recording-stopped",
    en="Nothing is recorded",
    ar="التسجيل متوقف",
    kinds=(EventKind.RECORDING_STOPPED.value,),
    steps=(
        _step("technician", 600, "Look at the disks: full, unplugged, or broken?",
              "افحص الأقراص: ممتلئة أم مفصولة أم تالفة؟"),
        _step("shift_lead", 900, "Watch these cameras live until they are recorded again.",
              "راقب هذه الكاميرات مباشرة إلى أن يعود تسجيلها."),
    ),
)  # fmt: skip

ANYTHING = ResponsePlan(
    name="anything-else",
    en="Somebody where nobody should be",
    ar="شخص حيث لا ينبغي أن يكون أحد",
    kinds=("*",),
    steps=(
        _step("operator", 60, "Watch live: is somebody still there, and what do they do?",
              "راقب مباشرة: هل ما زال هناك أحد، وماذا يفعل؟"),
        _step("shift_lead", 180, "Decide whether a guard goes to look.",
              "قرّر هل يذهب حارس للمعاينة."),
        _step("operator", 1800, "Write down how it ended.", "دوّن كيف انتهى الأمر."),
    ),
)  # fmt: skip

DEFAULT_PLANS = (ARMED_ATTACK, CAMERA_SABOTAGE, RECORDING_STOPPED, ANYTHING)
