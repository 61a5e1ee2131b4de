"""What a page draws of many cameras: the same truth near and far, bounded whatever happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from served import CAMERA, Served, film, served
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.ingest import absorb
from shanasheel.base.clock import to_us
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import Gap, GapCause, Shed, ShedCause
from shanasheel.domain.seen import ActiveSpan
from shanasheel.domain.wire import to_line

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as found:
        yield found


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def ask(hub: Served, start: datetime, end: datetime, **more: object) -> dict:
    words = "".join(f"&{name}={value}" for name, value in more.items())
    answer = hub.get(f"/timeline?from={to_us(start)}&to={to_us(end)}{words}")
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def test_near_and_far_tell_the_same_story(hub: Served, tmp_path: Path) -> None:
    video = film(tmp_path)
    hub.record(video, NOON)
    hub.record(video, NOON, stream=Stream.MAIN)
    gap = Gap(id="g", camera=CAMERA, start=at(8), end=at(20), cause=GapCause.UNREACHABLE)
    hub.record(video, at(20), stream=Stream.MAIN)
    moved = ActiveSpan(camera=CAMERA, start=at(1), end=at(4))
    shed = Shed(id="h", camera=CAMERA, start=at(21), end=at(27), cause=ShedCause.OVERLOAD)
    absorb(hub.site, "test", [to_line(one) for one in (gap, shed, moved, moved)], "x")

    near = ask(hub, NOON, at(30), px=300)
    far = ask(hub, at(-15 * 86400), at(15 * 86400), px=1000)

    (line,) = near["items"]
    assert near["exact"]
    assert line["recorded"] == [[to_us(NOON), to_us(at(8))], [to_us(at(20)), to_us(at(28))]]
    assert line["shielded"] == [[to_us(NOON), to_us(at(8))]]
    assert line["gaps"] == [[to_us(at(8)), to_us(at(20)), "unreachable", 1.0]]
    assert line["shed"] == [[to_us(at(21)), to_us(at(27)), "overload", 1.0]]
    assert line["active"] == "0" * 10 + "9" * 30 + "0" * 260
    (line,) = far["items"]
    assert not far["exact"]
    assert far["bucket_us"] == 45 * 60 * 10**6
    (recorded,) = line["recorded"]
    assert recorded[0] <= to_us(NOON) < to_us(at(28)) <= recorded[1]
    (gap_span,) = line["gaps"]
    assert gap_span[2:] == ["unreachable", 0.111]
    (shed_span,) = line["shed"]
    assert shed_span == [*recorded, "overload", 0.111]
    assert sorted(set(line["active"])) == ["0", "1"]


def test_a_clock_that_was_set_back_is_a_gap_of_no_length(hub: Served) -> None:
    causes = {4: GapCause.CLOCK_STEPPED, 10: GapCause.CLOCK_STEPPED, 20: GapCause.CLOCK_STEPPED}
    marks = [Gap(id=f"g{n}", camera=CAMERA, start=at(n), end=at(n), cause=c)
             for n, c in causes.items()]  # fmt: skip
    gap = Gap(id="g", camera=CAMERA, start=at(9.99), end=at(12), cause=GapCause.DISK)
    absorb(hub.site, "test", [to_line(one) for one in (*marks, gap)], "x")

    found = ask(hub, at(4), at(20), px=160)["items"][0]["gaps"]

    assert found == [
        [to_us(at(4)), to_us(at(4)), "clock_stepped", 1.0],
        [to_us(at(9.99)), to_us(at(12)), "disk", 1.0],  # a pixel shows the longest alone
    ]


def test_a_restless_camera_is_bounded_by_the_screen(hub: Served) -> None:
    apply_cameras(
        hub.site, [Camera(id=CAMERA, url="film.mp4"), Camera(id=CameraId("TWO"), url="b")]
    )
    spans = [
        Gap(id=f"g{n}", camera=CAMERA, start=at(2 * n), end=at(2 * n + 1), cause=GapCause.REFUSED)
        for n in range(1500)
    ]
    absorb(hub.site, "test", [to_line(gap) for gap in spans], "x")

    answer = ask(hub, NOON, at(3000), px=100, cameras="TWO,GATE")

    assert [line["camera"] for line in answer["items"]] == ["TWO", "GATE"]
    gaps = answer["items"][1]["gaps"]
    assert len(gaps) <= 100
    assert {cause for _s, _e, cause, _part in gaps} == {"refused"}
    assert sum(part * (e - s) for s, e, _c, part in gaps) == pytest.approx(1.5e9, rel=0.01)


def test_too_many_events_are_counted_and_a_quiet_hour_of_the_day_stays_exact(hub: Served) -> None:
    with hub.site.store.begin() as rows:
        for number in range(5_400):  # in 24 quarters of an hour
            moment = at(4 * number)
            event = Event(id=f"e{number}", camera=CAMERA, kind=EventKind.LOITERING, at=moment,
                          start=moment, subject="")  # fmt: skip
            rows.alerts.add_events([(event, None)])

    busy = ask(hub, NOON, at(21_600), px=1000)
    quiet = ask(hub, at(-3600), NOON, px=1000)
    minute = ask(hub, at(60), at(120), px=1000)

    assert (busy["exact"], busy["events"]) == (False, [])
    assert busy["items"][0]["events"] == "9" * 24
    assert (quiet["exact"], quiet["events"]) == (True, [])
    assert minute["exact"]
    assert [event["at_us"] for event in minute["events"]] == [
        to_us(at(second)) for second in range(60, 120, 4)
    ]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=0&to=0", 422),
        ("from=0&to=6000000000000", 422),
        ("from=0&to=1&cameras=NOBODY", 404),
        ("from=0&to=1&px=9", 422),
        ("from=0", 422),
    ],
)
def test_what_cannot_be_drawn_is_a_problem_document(hub: Served, query: str, status: int) -> None:
    answer = hub.get(f"/timeline?{query}")

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
