"""Combinations: their words are read or refused with the place, and the right events make one."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import Event, EventKind, Priority
from shanasheel.domain.cameras import CameraId, Place
from shanasheel.warn import Circumstances, urgency_of
from shanasheel.warn.combining import asked_of, completes, conditions_of, replay

AT = datetime(2026, 1, 1, tzinfo=UTC)
PLACES = {
    CameraId("A"): Place(lat_deg=30.5, lon_deg=47.8),
    CameraId("B"): Place(lat_deg=30.501, lon_deg=47.8),  # 111 m north of A
    CameraId("C"): Place(lat_deg=30.52, lon_deg=47.8),  # 2.2 km
    CameraId("D"): None,
}


def event(name: str, kind: str, second: float, camera: str = "A") -> Event:
    at = AT + timedelta(seconds=second)
    return Event(id=name, camera=CameraId(camera), kind=EventKind(kind), at=at, start=at)


def ids(found: tuple[Event, ...]) -> str:
    return "".join(one.id for one in found)


@pytest.mark.parametrize(
    ("words", "message", "remedy"),
    [
        ("loitering\nfollwed by shot_heard", "Line 2, column 1: 'follwed'", "followed"),
        ("loiterin and shot_heard within 1 min", "Line 1, column 1: there is no", "loitering"),
        ("shot_heard and loitering", "how long", "within"),
        ("shot_heard and loitering within 3 weeks", "column 35: 'weeks'", "min"),
        ("shot_heard and loitering within 20 d", "out of range", "14 d"),
        ("loitering followed by", "ends too early", "a name"),
        ("", "ends too early", "a name"),
        ("13 loitering within 1 h", "13", "1 to 12"),
        ("loitering within 1 h within 2 h", "twice", "one"),
        ("2 loitering on 2 cameras within 1 h at one camera", "same camera", "one"),
        ("combined and loitering within 1 h", "no event 'combined'", ""),
        ("loitering % shot_heard", "Line 1, column 11: '%'", "and"),
    ],
)  # fmt: skip
def test_words_that_cannot_be_read_are_refused_with_the_place(
    words: str, message: str, remedy: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        conditions_of(words)

    assert message in refused.value.message
    assert remedy in refused.value.remedy


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(words: str) -> None:
    with contextlib.suppress(InvalidInput):  # any other fault is one
        assert conditions_of(words).steps


def test_all_kinds_in_any_order_within_the_time() -> None:
    asked = conditions_of("shot_heard and loitering within 30 s")
    shot, soon, late = (
        event("s", "shot_heard", 0),
        event("l", "loitering", 30),
        event("x", "loitering", 31),
    )

    assert ids(completes(soon, [shot], asked, {})) == "sl"
    assert ids(completes(shot, [soon], asked, {})) == "sl"  # told late
    assert not completes(late, [shot], asked, {})
    assert not completes(soon, [], asked, {})
    assert not completes(event("z", "zone_entry", 1), [shot, soon], asked, {})


def test_one_after_the_other_is_not_the_other_way_round() -> None:
    asked = conditions_of("loitering followed by shot_heard within 10 min")

    assert (
        ids(completes(event("s", "shot_heard", 60), [event("l", "loitering", 0)], asked, {}))
        == "ls"
    )
    assert not completes(event("s", "shot_heard", 0), [event("l", "loitering", 60)], asked, {})
    three = conditions_of("loitering followed by zone_entry followed by shot_heard within 10 min")
    before = [
        event("z", "zone_entry", 20),
        event("l", "loitering", 10),
        event("y", "zone_entry", 5),
    ]
    assert ids(completes(event("s", "shot_heard", 60), before, three, {})) == "lzs"


def test_near_means_each_from_each_and_no_position_is_near_none() -> None:
    asked = conditions_of("loitering and shot_heard within 1 min near 200 m")
    loiters = event("l", "loitering", 0, "A")

    assert completes(event("s", "shot_heard", 1, "B"), [loiters], asked, PLACES)
    assert not completes(event("s", "shot_heard", 1, "C"), [loiters], asked, PLACES)
    assert not completes(event("s", "shot_heard", 1, "D"), [loiters], asked, PLACES)
    assert completes(
        event("s", "shot_heard", 1, "D"), [event("l", "loitering", 0, "D")], asked, PLACES
    )


def test_several_cameras_are_several() -> None:
    asked = conditions_of("signal_lost on 3 cameras within 1 min")
    lost = [
        event("a", "signal_lost", 0, "A"),
        event("b", "signal_lost", 5, "A"),
        event("c", "signal_lost", 9, "B"),
    ]

    assert not completes(event("d", "signal_lost", 10, "B"), lost, asked, {})
    assert ids(completes(event("d", "signal_lost", 10, "C"), lost, asked, {})) == "bcd"


def test_so_many_times_at_one_camera_or_at_named_ones() -> None:
    asked = conditions_of("3 zone_entry within 1 min at one camera")
    some = [
        event("a", "zone_entry", 0, "A"),
        event("b", "zone_entry", 1, "B"),
        event("c", "zone_entry", 2, "A"),
    ]

    assert not completes(event("d", "zone_entry", 3, "B"), some, asked, {})
    assert ids(completes(event("d", "zone_entry", 3, "A"), some, asked, {})) == "acd"
    named = conditions_of("2 zone_entry within 1 min at B")
    assert ids(completes(event("d", "zone_entry", 3, "B"), some, named, {})) == "bd"
    assert not completes(event("d", "zone_entry", 3, "A"), some, named, {})


def test_any_of_several_kinds() -> None:
    asked = conditions_of("any of (weapon_seen, shot_heard) followed by line_crossing within 1 min")

    for kind in ("weapon_seen", "shot_heard"):
        assert completes(event("x", "line_crossing", 2), [event("w", kind, 1)], asked, {})


def test_a_crowd_of_events_takes_no_eternity() -> None:
    asked = conditions_of("12 zone_entry on 12 cameras within 1 h near 1 m")
    crowd = [event(f"{n}", "zone_entry", n, f"K{n % 11}") for n in range(2000)]

    assert not completes(event("x", "zone_entry", 2000, "A"), crowd, asked, PLACES)


def test_over_stored_events_it_keeps_quiet_for_a_while() -> None:
    asked = conditions_of("loitering and shot_heard within 10 s quiet for 1 min")
    stored = [event(f"{n}", ("loitering", "shot_heard")[n % 2], 8 * n) for n in range(20)]

    raised = list(replay(stored, asked, {}))

    assert [parts[-1].at - AT for parts in raised] == [
        timedelta(seconds=second) for second in (8, 72, 136)
    ]


def test_only_a_last_event_within_the_hours_counts() -> None:
    # 2026-01-01 is a Thursday; midnight in UTC is 03:00 in Baghdad and 06:00 in Dhaka.
    words = "loitering followed by shot_heard within 2 h"
    parts = [event("a", "loitering", 0, "A"), event("b", "shot_heard", 3600, "B")]
    before, last = parts

    def found(*hours: str, zone: str = "Asia/Baghdad") -> str:
        zones = {CameraId("A"): "UTC", CameraId("B"): zone}
        return ids(completes(last, [before], asked_of(words, hours), {}, zones=zones))

    assert found() == found("03:30-05:00") == found("12:00-13:00", "thu 04:00-04:01") == "ab"
    assert found("00:00-04:00") == found("fri 00:00-24:00") == ""
    assert found("04:00-05:00", zone="Asia/Dhaka") == ""
    assert found("07:00-08:00", zone="Asia/Dhaka") == "ab"
    with pytest.raises(InvalidInput):
        found("4-5")
    (raised,) = replay(parts, asked_of(words, ["04:00-05:00"]), {})
    assert ids(raised) == "ab"
    assert not list(replay(parts, asked_of(words, ["05:00-06:00"]), {}))


def test_an_alert_is_at_least_as_urgent_as_its_author_said() -> None:
    for said, loud in ((None, "low"), ("low", "low"), ("normal", "normal"), ("high", "high")):
        around = Circumstances(hour=12, said=said and Priority(said))
        assert urgency_of([EventKind.COMBINED], around)[0] == Priority(loud)
