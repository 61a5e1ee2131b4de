"""One timeline for many cameras: always what a slow, obvious reading of the rows would say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shanasheel.actions.exact import active_digits, thinned
from shanasheel.actions.lines import View
from shanasheel.adapters.stores import open_database
from shanasheel.adapters.stores.database import Database
from shanasheel.base.clock import from_us, to_us
from shanasheel.base.spans import cut, differing, joined
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Gap, GapCause, Segment, Shed, ShedCause
from shanasheel.domain.keeping import Deleted, Why
from shanasheel.domain.overview import (
    CAUSES,
    CELL_US,
    CELLS,
    DAY_US,
    PLANES,
    TOUCH_US,
    Layer,
    Run,
    share,
)

C1 = CameraId("C1")
MIDNIGHT = to_us(datetime(2026, 11, 23, tzinfo=UTC))
BASE = MIDNIGHT - 20_000_000  # spans fall on both sides of it


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    found = open_database(tmp_path_factory.mktemp("db") / "shanasheel.db")
    yield found
    found.close()


def clear(database: Database) -> None:
    with sqlite3.connect(database._engine.url.database) as raw:  # type: ignore[arg-type]
        for table in ("segments", "deletions", "gaps", "sheds", "events", "runs", "camera_days"):
            raw.execute(f"DELETE FROM {table}")
    raw.close()


def segment(number: int, stream: Stream, span: tuple[int, int]) -> Segment:
    return Segment(
        id=f"s{number}", camera=C1, stream=stream, start=from_us(span[0]), end=from_us(span[1]),
        path=f"p{number}", size_bytes=1, sha256="0" * 64, codec="h264", mime="video/mp4",
        width_px=2, height_px=2, frames=1,
    )  # fmt: skip


def shed(number: int, cause: ShedCause, span: tuple[int, int]) -> Shed:
    return Shed(
        id=f"h{number}", camera=C1, start=from_us(span[0]), end=from_us(span[1]), cause=cause
    )


def gone(one: Segment) -> Deleted:
    return Deleted(
        segment=one.id, camera=one.camera, stream=one.stream, start=one.start, end=one.end,
        size_bytes=1, path=one.path, why=Why.EXPIRED, fact="f",
    )  # fmt: skip


span = st.tuples(st.integers(0, 400), st.integers(1, 60)).map(
    lambda pair: (BASE + pair[0] * 90_000, BASE + (pair[0] + pair[1]) * 90_000)
)
change = st.one_of(
    st.tuples(st.just("add"), st.sampled_from([Stream.MAIN, Stream.SHIELDED]), span),
    st.tuples(st.just("delete"), st.integers(0, 30), span),
    st.tuples(st.just("gap"), st.sampled_from([GapCause.DISK, GapCause.REFUSED]), span),
    st.tuples(st.just("shed"), st.sampled_from(ShedCause), span),
    st.tuples(st.just("active"), st.none(), span),
    st.tuples(st.just("event"), st.none(), span),
)


def slow_runs(spans: list[tuple[int, int]], touch: int = TOUCH_US) -> list[tuple[int, int]]:
    """Cut every span at midnight, then join what touches within each day."""
    days: dict[int, list[tuple[int, int]]] = {}
    for one in spans:
        for piece in cut(*one, DAY_US):
            days.setdefault(piece[0] // DAY_US, []).append(piece)
    return [run for day in sorted(days) for run in joined(days[day], touch)]


@settings(max_examples=25, deadline=None)
@given(batches=st.lists(st.lists(change, min_size=1, max_size=8), min_size=1, max_size=5))
def test_runs_and_cells_say_what_the_rows_say(  # noqa: C901 - a branch for each kind of row
    database: Database, batches: list
) -> None:
    clear(database)
    alive: dict[str, Segment] = {}
    deleted: list[tuple[int, int]] = []
    gaps: dict[str, list[tuple[int, int]]] = {}
    sheds: dict[str, list[tuple[int, int]]] = {}
    moments: list[int] = []
    number = 0

    for batch in batches:
        with database.begin() as rows:
            for what, detail, where in batch:
                number += 1
                if what == "add":
                    alive[f"s{number}"] = segment(number, detail, where)
                    assert rows.footage.add_segment(alive[f"s{number}"])
                    assert not rows.footage.add_segment(alive[f"s{number}"])
                elif what == "delete" and alive:
                    one = alive.pop(sorted(alive)[detail % len(alive)])
                    rows.keeping.delete([gone(one)])
                    if one.stream is Stream.MAIN:
                        deleted.append((to_us(one.start), to_us(one.end)))
                elif what == "gap":
                    gaps.setdefault(detail.value, []).append(where)
                    rows.footage.add_gap(
                        Gap(id=f"g{number}", camera=C1, start=from_us(where[0]),
                            end=from_us(where[1]), cause=detail)
                    )  # fmt: skip
                elif what == "shed":
                    sheds.setdefault(detail.value, []).append(where)
                    rows.footage.add_shed(shed(number, detail, where))
                elif what == "event":
                    moments.append(where[0])
                    event = Event(id=f"e{number}", camera=C1, kind=EventKind.LOITERING,
                                  at=from_us(where[0]), start=from_us(where[0]))  # fmt: skip
                    rows.alerts.add_events([(event, None)])

    with database.read() as rows:
        runs = rows.overview.runs([C1], BASE - DAY_US, BASE + DAY_US)
        days = rows.overview.days([C1], 0, 10**6)
    found: dict[tuple[Layer, str], list[tuple[int, int]]] = {}
    for run in runs:
        found.setdefault((run.layer, run.word), []).append((run.start_us, run.end_us))
    wanted = {
        (Layer.MAIN, ""): slow_runs(
            [(to_us(s.start), to_us(s.end)) for s in alive.values() if s.stream is Stream.MAIN]
        ),
        (Layer.SHIELDED, ""): slow_runs(
            [(to_us(s.start), to_us(s.end)) for s in alive.values() if s.stream is Stream.SHIELDED]
        ),
        (Layer.DELETED, ""): slow_runs(deleted),
        **{(Layer.GAP, cause): slow_runs(spans) for cause, spans in gaps.items()},
        **{
            (Layer.SHED, cause): slow_runs(differing(joined(spans), joined(deleted, TOUCH_US)), 0)
            for cause, spans in sheds.items()
        },
    }
    assert found == {key: spans for key, spans in wanted.items() if spans}
    assert days.runs == len(runs)
    check_that_rebuilding_changes_nothing(database)
    for day, cells in zip(days.days.tolist(), days.cells, strict=True):
        assert cells.tobytes() == slow_cells(wanted, moments, day)


def check_that_rebuilding_changes_nothing(database: Database) -> None:
    def everything() -> tuple[object, ...]:
        with database.read() as rows:
            days = rows.overview.days(None, 0, 10**6)
            found = rows.overview.runs([C1], BASE - DAY_US, BASE + DAY_US)
        return found, days.runs, [cells for cells in days.cells.tolist() if np.any(cells)]

    before = everything()
    with database.begin() as rows:
        assert list(rows.summary.differing(C1)) == []
        rows.summary.rebuild()
    assert everything() == before


def slow_cells(wanted: dict, moments: list[int], day: int) -> bytes:
    """Fill a day's cells one after the other, by definition."""
    planes = {name: bytearray(CELLS) for name in PLANES}
    for cell in range(CELLS):
        start = day * DAY_US + cell * CELL_US
        end = start + CELL_US
        best = {Layer.GAP: 0, Layer.SHED: 0}
        totals: dict[Layer, int] = {}
        for (layer, word), spans in sorted(wanted.items()):
            inside = sum(max(0, min(b, end) - max(a, start)) for a, b in spans)
            totals[layer] = totals.get(layer, 0) + inside
            if inside > best.get(layer, inside):
                best[layer] = inside
                planes["cause" if layer is Layer.GAP else "shed_cause"][cell] = CAUSES.index(word)
        for layer, total in totals.items():
            planes[layer.value][cell] = share(total)
        planes["events"][cell] = sum(start <= at < end for at in moments)
    return b"".join(bytes(planes[name]) for name in PLANES)


def test_activity_goes_with_its_footage_and_rebuilding_changes_nothing(database: Database) -> None:
    clear(database)
    first, second = (
        segment(1, Stream.MAIN, (BASE, BASE + 10**7)),
        segment(2, Stream.MAIN, (BASE + 10**7, BASE + 3 * 10**7)),
    )
    with database.begin() as rows:
        rows.footage.add_segment(first)
        rows.footage.add_segment(second)
        rows.overview.note(C1, Layer.ACTIVE, (BASE + 5 * 10**6, BASE + 15 * 10**6))
        rows.overview.note(C1, Layer.ACTIVE, (BASE + 5 * 10**6, BASE + 15 * 10**6))
    with database.begin() as rows:
        rows.keeping.delete([gone(first)])
    with database.read() as rows:
        before = rows.overview.runs([C1], BASE, BASE + DAY_US)
        days = rows.overview.days([C1], 0, 10**6).cells.tolist()
    with database.begin() as rows:
        rows.summary.rebuild()
    with database.read() as rows:
        after = rows.overview.runs([C1], BASE, BASE + DAY_US)
        again = rows.overview.days(None, 0, 10**6).cells.tolist()

    active = [run for run in before if run.layer is Layer.ACTIVE]
    assert [(run.start_us, run.end_us) for run in active] == [(BASE + 10**7, BASE + 15 * 10**6)]
    assert (before, days) == (after, again)


disjoint = st.lists(st.integers(1, 500), min_size=2, max_size=20).map(
    lambda steps: [
        (sum(steps[:place]), sum(steps[: place + 1])) for place in range(0, len(steps) - 1, 2)
    ]
)
view = st.tuples(st.integers(0, 3000), st.integers(1, 3000), st.integers(1, 60)).map(
    lambda v: View(start_us=v[0], end_us=v[0] + v[1], pixel_us=max(1, v[1] // v[2]),
                   begin_us=v[0], bucket_us=max(1, v[1] // v[2]), now_us=10**6)
)  # fmt: skip


@given(spans=disjoint, seen=view)
def test_digits_of_activity_are_ninths_rounded_up(spans: list, seen: View) -> None:
    digits = active_digits(spans, seen)

    for place, digit in enumerate(digits):
        start = seen.begin_us + place * seen.bucket_us
        end = start + seen.bucket_us
        inside = sum(max(0, min(b, end) - max(a, start)) for a, b in spans)
        assert int(digit) == -(-9 * inside // seen.bucket_us)
    assert len(digits) == seen.buckets


@given(spans=disjoint, seen=view)
def test_no_gap_is_lost_and_each_pixel_begins_one_at_most(spans: list, seen: View) -> None:
    gaps = [Run(camera="C", layer=Layer.GAP, start_us=a, end_us=b, word="disk") for a, b in spans]

    found = thinned(gaps, seen)

    inside = [(a, b) for a, b in spans if a < seen.end_us and b > seen.start_us]
    for a, b in inside:
        assert any(
            start <= max(a, seen.start_us) and min(b, seen.end_us) <= end
            for start, end, _cause, _part in found
        )
    assert len(found) <= seen.buckets + 1
    covered = sum(min(b, seen.end_us) - max(a, seen.start_us) for a, b in inside)
    assert sum(part * (end - start) for start, end, _c, part in found) == pytest.approx(
        covered, abs=0.001 * (seen.end_us - seen.start_us)
    )


def test_every_cause_has_a_number_in_the_cells() -> None:
    assert set(CAUSES[1:]) == {cause.value for cause in (*GapCause, *ShedCause)}
