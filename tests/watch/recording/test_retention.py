"""What may go, and what never may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.keeping import Hold, KeepRule, Kept
from shanasheel.watch.recording.retention import (
    NEVER_YOUNGER,
    Orders,
    choose_expired,
    choose_for_room,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CAMERAS = (CameraId("a"), CameraId("b"))

hours = some.integers(0, 24 * 60)


def segment(number: int, camera: CameraId, age_h: int, size_bytes: int) -> Kept:
    end = NOW - timedelta(hours=age_h)
    return Kept(
        id=f"{number:04}", camera=camera, stream=Stream.MAIN, start=end - timedelta(seconds=10),
        end=end, size_bytes=size_bytes, path=f"archive/{camera}/{number}.mp4",
    )  # fmt: skip


@some.composite
def worlds(draw: some.DrawFn) -> tuple[list[Kept], Orders]:
    drawn = draw(
        some.lists(some.tuples(some.sampled_from(CAMERAS), hours, some.integers(1, 9)), max_size=60)
    )
    segments = [segment(number, *each) for number, each in enumerate(drawn)]
    segments.sort(key=lambda one: (one.end, one.id))
    spans = some.tuples(hours, some.integers(1, 200)).map(
        lambda each: (NOW - timedelta(hours=each[0] + each[1]), NOW - timedelta(hours=each[0]))
    )
    holds = [
        Hold(
            id="h", at=NOW, by="x", reason="case", cameras=cameras, start=start, end=end,
            released=NOW if lifted else None,
        )
        for cameras, (start, end), lifted in draw(
            some.lists(
                some.tuples(some.sampled_from([CAMERAS, CAMERAS[:1]]), spans, some.booleans()),
                max_size=3,
            )
        )
    ]  # fmt: skip
    orders = Orders(
        rule=KeepRule(days=draw(some.integers(1, 40)), alert_days=draw(some.integers(1, 60))),
        own_days=draw(some.dictionaries(some.sampled_from(CAMERAS), some.integers(1, 50))),
        holds=holds,
        alerts=draw(some.dictionaries(some.sampled_from(CAMERAS), some.lists(spans, max_size=2))),
    )
    return segments, orders


@given(worlds())
def test_what_is_held_or_young_or_of_an_alert_never_expires(world: tuple) -> None:
    segments, orders = world
    gone = choose_expired(segments, orders, NOW)

    for one in segments:
        days = orders.own_days.get(one.camera, orders.rule.days)
        if orders.of_alert(one):
            days = max(days, orders.rule.alert_days)
        assert (one in gone) == (NOW - one.end >= timedelta(days=days) and not orders.held(one))
    assert all(one.end <= orders.first_cutoff(NOW) for one in gone)


@given(worlds(), some.integers(0, 400))
def test_room_is_made_oldest_first_and_never_from_what_is_held(world: tuple, wanted: int) -> None:
    segments, orders = world
    gone = choose_for_room(segments, orders, NOW, wanted, of_alerts=False)
    left = wanted - sum(one.size_bytes for one in gone)
    gone += choose_for_room(segments, orders, NOW, left, of_alerts=True)
    freed = sum(one.size_bytes for one in gone)
    free_to_go = [
        one for one in segments if not orders.held(one) and one.end <= NOW - NEVER_YOUNGER
    ]

    assert all(one in free_to_go for one in gone)
    assert freed >= min(wanted, sum(one.size_bytes for one in free_to_go))
    routine = [one for one in free_to_go if not orders.of_alert(one)]
    of_alerts = [one for one in gone if orders.of_alert(one)]
    if of_alerts:
        assert all(one in gone for one in routine)
    else:
        assert gone == routine[: len(gone)]
    if gone:
        assert freed - gone[-1].size_bytes < wanted
