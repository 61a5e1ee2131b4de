"""How soon a person should look: priority from rules, place, time of day and confidence.

The table, from the top; what does not apply changes nothing:

1. The gravest rule of the story gives high, normal or low (`PRIORITIES`; not listed: normal), but
   a combination what its author gave it.
2. Two different signs of an attack together (a shot and people scattering) are high.
3. Between 22:00 and 05:00 local time, people and vehicles where they should not be: one step up.
4. A camera marked important (`priority: high`): one step up.
5. Confidence below a half: one step down. Never for signs of an attack, nor for tampering: who is
   not looked at because the machine doubts is not looked at when it matters.
6. What weather or a power cut explains is lowered last (`warn.neighbours`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shanasheel.domain.alerts import TAMPERING, EventKind, Priority, Urgency
from shanasheel.warn.merge import PRIORITIES

#: Signs of an armed attack, by name: rules that come later are added here.
ATTACK: frozenset[str] = frozenset(
    {EventKind.SHOT_HEARD, EventKind.WEAPON_SEEN, "scattering", "people_scattering",
     "person_down", "drive_by", "armed_person", "armed_group", "shot_and_scattering"}
)  # fmt: skip
_NIGHT = frozenset({22, 23, 0, 1, 2, 3, 4})  # guess: a curfew's usual hours
_DOUBT = 0.5  # below it the rule itself says that it is likelier wrong
_STEPS = (Priority.LOW, Priority.NORMAL, Priority.HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What priority depends on beside the rules.

    Args:
        hour: of the site's local day, 0 to 23; None where it does not matter.
        important: the camera was marked important.
        confidence: of the gravest event, in [0, 1].
        said: what the author of its rule gave it; None where nobody did.
    """

    hour: int | None = None
    important: bool = False
    confidence: float = 1.0
    said: Priority | None = None


def urgency_of(
    kinds: Collection[EventKind], around: Circumstances
) -> tuple[Priority, tuple[Urgency, ...]]:
    """Return how soon a person should look, and why.

    >>> urgency_of([EventKind.ZONE_ENTRY], Circumstances(hour=23))
    (<Priority.HIGH: 'high'>, (<Urgency.RULE: 'rule'>, <Urgency.NIGHT: 'night'>))
    """
    step = max(_STEPS.index(PRIORITIES.get(kind, Priority.NORMAL)) for kind in kinds)
    step = max(step, _STEPS.index(around.said)) if around.said else step
    why = [Urgency.RULE]
    signs = {kind for kind in kinds if kind in ATTACK}
    grave = bool(signs) or any(kind in TAMPERING for kind in kinds)
    if len(signs) > 1:
        step, why = 2, [*why, Urgency.TOGETHER]
    if around.hour in _NIGHT and not grave:
        step, why = step + 1, [*why, Urgency.NIGHT]
    if around.important:
        step, why = step + 1, [*why, Urgency.IMPORTANT]
    if around.confidence < _DOUBT and not grave:
        step, why = step - 1, [*why, Urgency.DOUBTFUL]
    return _STEPS[min(max(step, 0), 2)], tuple(why)
