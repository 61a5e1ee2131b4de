"""Which events of which cameras and rules are one happening, and how soon a person should look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Alert, AlertState, Event, EventKind, Priority, Urgency
from shanasheel.domain.cameras import CameraId
from shanasheel.warn import Circumstances, belongs, raise_or_merge, urgency_of

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
IDS = IdMaker(FakeClock(START))
K = EventKind
NEAR = {"A": (CameraId("B"),), "B": (CameraId("A"),), "C": ()}


def event(kind: EventKind, camera: str = "A", at_s: float = 0, *, subject="", tracks=()) -> Event:
    at = START + timedelta(seconds=at_s)
    return Event(
        id=IDS.new(), camera=CameraId(camera), kind=kind, at=at, start=at, subject=subject,
        tracks=tracks,
    )  # fmt: skip


def told(*events: Event) -> list[Alert]:
    """Return the stories of events in the order in which they came."""
    stories: dict[str, Alert] = {}
    for one in events:
        alert = raise_or_merge(
            one, list(stories.values()), raised=START, ids=IDS, code="A-0001",
            near=NEAR[one.camera],
        )  # fmt: skip
        stories[alert.id] = alert
    return list(stories.values())


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        (event(K.ZONE_ENTRY, subject="gate"), event(K.LOITERING, at_s=30, subject="gate"), True),
        (event(K.ZONE_ENTRY, subject="gate"), event(K.LOITERING, at_s=30, subject="door"), False),
        (
            event(K.ZONE_ENTRY, subject="gate", tracks=(7,)),
            event(K.LOITERING, at_s=30, subject="door", tracks=(7, 8)),
            True,
        ),
        (event(K.ZONE_ENTRY, subject="gate"), event(K.ZONE_ENTRY, "B", 5, subject="gate"), False),
        (event(K.LOITERING, subject="gate"), event(K.WEAPON_SEEN, at_s=50), True),
        (event(K.LOITERING, subject="gate"), event(K.WEAPON_SEEN, "B", 50), False),
        (event(K.WEAPON_SEEN), event(K.SHOT_HEARD, "B", 59), True),
        (event(K.WEAPON_SEEN), event(K.SHOT_HEARD, "B", 61), False),
        (event(K.WEAPON_SEEN), event(K.SHOT_HEARD, "C", 5), False),
        (event(K.SHOT_HEARD, at_s=20), event(K.SHOT_HEARD, "B", 0), True),
        (event(K.CAMERA_COVERED), event(K.CAMERA_TAMPERED, at_s=3), True),
        (event(K.CAMERA_COVERED), event(K.CAMERA_BLINDED, "B", 3), True),
        (event(K.SIGNAL_LOST), event(K.SIGNAL_LOST, "B", 3), True),
        (event(K.SIGNAL_LOST), event(K.CAMERA_TURNED, "B", 3), False),
        (event(K.CAMERA_COVERED), event(K.SHOT_HEARD, at_s=3), False),
        (event(K.RECORDING_STOPPED), event(K.RECORDING_STOPPED, "B", 3), False),
    ],
)
def test_one_happening_is_one_story(first: Event, second: Event, one: bool) -> None:
    (alert,) = told(first)

    assert belongs(second, alert, NEAR[second.camera]) is one
    assert len(told(first, second)) == (1 if one else 2)


def test_an_attack_is_told_by_its_gravest_sign_with_all_that_was_seen() -> None:
    (alert,) = told(
        event(K.ZONE_ENTRY, subject="gate", tracks=(7,)),
        event(K.WEAPON_SEEN, at_s=20, tracks=(7,)),
        event(K.SHOT_HEARD, "B", 40),
        event(K.SHOT_HEARD, "B", 41),
        event(K.ZONE_ENTRY, at_s=45, subject="gate", tracks=(9,)),
    )

    assert (alert.kind, alert.camera, alert.priority) == (K.WEAPON_SEEN, "A", Priority.HIGH)
    assert alert.first_event.kind is K.WEAPON_SEEN
    assert (alert.at, alert.events, alert.cameras) == (START, 5, ("A", "B"))
    assert [(part.kind, part.camera, part.events) for part in alert.story] == [
        (K.ZONE_ENTRY, "A", 2), (K.WEAPON_SEEN, "A", 1), (K.SHOT_HEARD, "B", 2),
    ]  # fmt: skip
    assert alert.story[0].tracks == (7, 9)
    assert alert.urgency == (Urgency.RULE, Urgency.TOGETHER)
    assert alert.clip_start == START - timedelta(seconds=5)


def test_a_story_of_before_is_joined_like_any_other() -> None:
    (alert,) = told(event(K.ZONE_ENTRY, subject="gate", tracks=(7,)))
    old = replace(alert, parts=())

    joined = raise_or_merge(
        event(K.LOITERING, at_s=9, subject="gate"), [old], raised=START, ids=IDS, code="A-0002"
    )

    assert (joined.id, joined.events, len(joined.story)) == (alert.id, 2, 2)


def test_a_story_ends_when_a_person_has_decided_and_after_ten_minutes() -> None:
    (alert,) = told(event(K.SHOT_HEARD))
    dismissed = replace(alert, state=AlertState.DISMISSED)
    shots = [event(K.SHOT_HEARD, at_s=at_s) for at_s in range(0, 700, 30)]

    assert not belongs(event(K.SHOT_HEARD, at_s=1), dismissed)
    assert [one.events for one in told(*shots)] == [21, 3]


def test_a_story_has_a_bound_of_parts_and_says_more_in_a_new_one() -> None:
    crowd = [event(K.ZONE_ENTRY, subject=f"z{number}", tracks=(1,)) for number in range(65)]

    assert [len(one.story) for one in told(*crowd)] == [64, 1]


R, T, N, I, D = Urgency.RULE, Urgency.TOGETHER, Urgency.NIGHT, Urgency.IMPORTANT, Urgency.DOUBTFUL  # noqa: E741


@pytest.mark.parametrize(
    ("kinds", "around", "priority", "why"),
    [
        ([K.LINE_CROSSING], Circumstances(), "low", (R,)),
        ([K.ZONE_ENTRY], Circumstances(hour=12), "normal", (R,)),
        ([K.ZONE_ENTRY], Circumstances(hour=22), "high", (R, N)),
        ([K.ZONE_ENTRY], Circumstances(hour=5), "normal", (R,)),
        ([K.ZONE_ENTRY], Circumstances(important=True), "high", (R, I)),
        ([K.ZONE_ENTRY], Circumstances(confidence=0.49), "low", (R, D)),
        ([K.ZONE_ENTRY], Circumstances(confidence=0.49, hour=0), "normal", (R, N, D)),
        ([K.LOITERING, K.ZONE_ENTRY], Circumstances(), "high", (R,)),
        ([K.LOITERING], Circumstances(hour=0, important=True), "high", (R, N, I)),
        ([K.SHOT_HEARD], Circumstances(confidence=0.1, hour=3), "high", (R,)),
        ([K.SHOT_HEARD, K.WEAPON_SEEN], Circumstances(), "high", (R, T)),
        ([K.CAMERA_FROZEN], Circumstances(confidence=0.1), "high", (R,)),
        (["not_known_yet"], Circumstances(), "normal", (R,)),
        (["drive_by", "scattering"], Circumstances(), "high", (R, T)),
    ],
)
def test_priority_follows_the_table(kinds, around, priority, why) -> None:
    assert urgency_of(kinds, around) == (Priority(priority), why)
