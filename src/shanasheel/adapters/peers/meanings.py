"""What a device's notices mean to us: something moves, or somebody is at the camera.

Topics are those of the ONVIF Imaging and Analytics specifications and of common devices, without
namespace prefixes. Counters that report on the hour are left out: they say nothing moved now.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shanasheel.domain.alerts import Tampering


class Sense(StrEnum):
    """What kind of thing a notice tells."""

    MOTION = "motion"
    ANALYTICS = "analytics"
    TAMPERING = "tampering"


#: Beginnings of topics that mean something moves, and by whose judgement.
_MOTION = {
    "VideoSource/MotionAlarm": Sense.MOTION,
    "RuleEngine/CellMotionDetector": Sense.MOTION,
    "RuleEngine/MotionRegionDetector": Sense.MOTION,
    "RuleEngine/FieldDetector": Sense.ANALYTICS,
    "RuleEngine/LineDetector": Sense.ANALYTICS,
    "RuleEngine/LoiteringDetector": Sense.ANALYTICS,
    "RuleEngine/ObjectDetection": Sense.ANALYTICS,
    "RuleEngine/PeopleDetector": Sense.ANALYTICS,
    "RuleEngine/MyRuleDetector": Sense.ANALYTICS,
    "RuleEngine/TPSmartEventDetector": Sense.ANALYTICS,
    "UserAlarm/IVA": Sense.ANALYTICS,
}
#: Beginnings of topics about the camera's own view.
_TAMPERING = {
    "VideoSource/GlobalSceneChange": Tampering.SCENE_CHANGE,
    "VideoSource/ImageTooBlurry": Tampering.TOO_BLURRY,
    "VideoSource/ImageTooDark": Tampering.TOO_DARK,
    "VideoSource/ImageTooBright": Tampering.TOO_BRIGHT,
    "VideoSource/SignalLoss": Tampering.SIGNAL_LOSS,
    "RuleEngine/TamperDetector": Tampering.TAMPER,
}
#: Every topic with a meaning.
MOTION_AND_TAMPER = (*_MOTION, *_TAMPERING)
_ON, _OFF = frozenset({"true", "1"}), frozenset({"false", "0"})
#: A state goes by these names; any other boolean counts only where none of them is there.
_STATES = ("State", "IsMotion", "IsTamper", "IsInside", "IsLoitering")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What one notice says.

    Args:
        tampering: with what; None for what moves.
        on: whether it begins or ends; None for a thing that happens in a moment.
    """

    sense: Sense
    tampering: Tampering | None
    on: bool | None


def meaning_of(topic: str, data: tuple[tuple[str, str], ...] = ()) -> Meaning | None:
    """Return what a notice means; None when it means nothing to us.

    Args:
        topic: without namespace prefixes.
        data: what was noticed, as (name, value).

    >>> meaning_of("VideoSource/ImageTooDark/ImagingService", (("State", "true"),)).tampering
    <Tampering.TOO_DARK: 'too_dark'>
    >>> meaning_of("Device/Trigger/Relay") is None
    True
    """
    for start, sense in _MOTION.items():
        if f"{topic}/".startswith(f"{start}/"):
            return Meaning(sense=sense, tampering=None, on=_state(data))
    for start, tampering in _TAMPERING.items():
        if f"{topic}/".startswith(f"{start}/"):
            return Meaning(sense=Sense.TAMPERING, tampering=tampering, on=_state(data))
    return None


def _state(data: tuple[tuple[str, str], ...]) -> bool | None:
    said = [value for name, value in data if name in _STATES] or [value for _, value in data]
    booleans = [value.lower() in _ON for value in said if value.lower() in _ON | _OFF]
    return any(booleans) if booleans else None
