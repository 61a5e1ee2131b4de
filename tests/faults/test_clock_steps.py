"""The host's clock is set forward and back under a running recorder."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from clocks import WallClock
from running import Product, cli, running, wait_for
from videos import make_video

HOUR_S = 3600
BACK_S = 12  # further than the open segment reaches
SECOND_US = 10**6

Span = tuple[int, int]


@pytest.mark.fault
@pytest.mark.timeout(240)
def test_footage_stays_ordered_and_the_step_is_recorded_when_the_clock_is_set(
    tmp_path: Path,
) -> None:
    film = make_video(tmp_path / "film.mp4", frames=1500, size=(160, 120), rate=25, gop=25)
    config, data, clock = tmp_path / "cameras.yaml", tmp_path / "data", WallClock(tmp_path)
    config.write_text(f"cameras: [{{id: CAM, url: '{film}'}}]\nworkers: 1\n")
    with running(config, data, env=clock.env) as product:
        wait_for(lambda: spans(data), "a segment")
        clock.set_ahead(HOUR_S)
        wait_for(lambda: steps(product), "the step forward")
        clock.set_ahead(0)
        wait_for(lambda: len(steps(product)) > 1, "the step back")
        clock.set_ahead(-BACK_S)
        wait_for(lambda: len(steps(product)) > 2, "the step back into what is recorded")
        found = {gap["detail"]: gap for gap in steps(product)}

    forward, back, into = (
        next(gap for detail, gap in found.items() if words in detail)
        for words in ("forward by 3600.0 s", "back by 3600.0 s", f"back by {BACK_S}.0 s")
    )
    assert forward["end_us"] - forward["start_us"] > (HOUR_S - 15) * SECOND_US
    for step in (back, into):
        assert step["start_us"] == step["end_us"]
    recorded = spans(data)  # in the order in which they were recorded
    falls = [(one, two) for one, two in pairwise(recorded) if two[0] < one[1]]
    assert [two[0] for _one, two in falls] == [back["start_us"], into["start_us"]]
    # Nothing overlaps but behind the second step, as far as was recorded before it.
    assert 0 < overlapping(recorded) <= overlap_of(*falls[1])
    checked = cli("ledger", "check", "--data", str(data))
    assert checked.returncode == 0, checked.stdout
    examined = cli("doctor", "--archive", "--data", str(data))
    assert examined.returncode == 0, examined.stdout


def spans(data: Path) -> list[Span]:
    """Return the spans of the camera's segments in the order of the ledger."""
    query = (
        "SELECT start_us, end_us FROM segments JOIN facts USING (id) WHERE stream='main'"
        " ORDER BY entry"
    )
    with closing(sqlite3.connect(f"file:{data}/shanasheel.db?mode=ro", uri=True)) as database:
        return [(int(start), int(end)) for start, end in database.execute(query)]


def overlapping(recorded: list[Span]) -> int:
    """Return how many microseconds lie in more than one segment."""
    held, last = 0, 0
    for start, end in sorted(recorded):
        held += max(0, min(end, last) - start)
        last = max(last, end)
    return held


def overlap_of(one: Span, two: Span) -> int:
    return one[1] - two[0]


def steps(product: Product) -> list[dict]:
    now = int(time.time())
    span = f"from={(now - 2 * HOUR_S) * SECOND_US}&to={(now + 2 * HOUR_S) * SECOND_US}"
    gaps = product.get(f"/cameras/CAM/timeline?{span}")["gaps"]
    return [gap for gap in gaps if gap["cause"] == "clock_stepped"]
