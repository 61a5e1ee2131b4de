"""Every way in which files and index can disagree is found and named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from running import cli
from shanasheel.actions.archive import Breach, examine_archive
from sites import Place, add_segment, make_place

SHORTER = (
    "UPDATE runs SET end_us = end_us - 1000000"
    " WHERE layer = 'main' AND start_us = (SELECT min(start_us) FROM runs)"
)
STRAY_RUN = "INSERT INTO runs (camera, layer, start_us, word, end_us) VALUES (?, 'gap', 5, 'x', 6)"
OTHER_CELLS = (
    "UPDATE camera_days SET cells = zeroblob(length(cells))"
    " WHERE day = (SELECT min(day) FROM camera_days)"
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


def old(path: Path) -> Path:
    """Make a file look as if it had been there for an hour."""
    at = path.stat().st_mtime - 3600
    os.utime(path, (at, at))
    return path


def stray(place: Place, name: str) -> None:
    old_one = place.folder.root / place.segments[0].path
    path = old_one.with_name(name)
    path.write_bytes(b"?")
    old(path)


def late(place: Place, seconds: float) -> None:
    add_segment(place.wired, place.segments[-1].end + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("spoil", "breach"),
    [
        (lambda p: (p.folder.root / p.segments[1].path).unlink(), Breach.FILE_MISSING),
        (lambda p: (p.folder.root / p.segments[1].path).write_bytes(b"x"), Breach.SIZE_DIFFERS),
        (lambda p: late(p, -5), Breach.OVERLAP),
        (lambda p: (late(p, 3), late(p, 60)), Breach.SILENT_HOLE),
        (lambda p: stray(p, "030303.000000Z.mp4"), Breach.NOT_INDEXED),
        (lambda p: stray(p, "nobody.jpg"), Breach.LEFT_OVER),
        (lambda p: stray(p, ".x.mp4.17.part"), Breach.LEFT_OVER),
        (lambda p: p.sql(SHORTER), Breach.SUMMARY_DIFFERS),
        (lambda p: p.sql(STRAY_RUN, p.segments[0].camera), Breach.SUMMARY_DIFFERS),
        (lambda p: p.sql(OTHER_CELLS), Breach.SUMMARY_DIFFERS),
    ],
)
def test_a_breach_is_found_and_nothing_else(
    place: Place, spoil: Callable[[Place], object], breach: Breach
) -> None:
    assert examine_archive(place.wired.site).faults == ()

    spoil(place)

    assert [fault.breach for fault in examine_archive(place.wired.site).faults] == [breach]


@pytest.mark.parametrize("statement", [SHORTER, OTHER_CELLS])
def test_a_day_of_the_summary_that_differs_is_named_and_made_anew(
    place: Place, statement: str
) -> None:
    place.sql(statement)

    told = cli("doctor", "--archive", "--repair", "--data", str(place.folder.root))

    assert told.returncode == 0, told.stderr
    assert f"summary_differs cam-1  {place.segments[0].start:%Y-%m-%d}, UTC" in told.stdout
    assert "1 mended" in told.stdout
    assert examine_archive(place.wired.site).faults == ()


def test_a_hole_with_its_gap_and_a_file_with_its_marker_are_in_order(place: Place) -> None:
    late(place, 3)  # the gap of three seconds is known
    stray(place, "040404.000000Z.mp4")
    stray(place, "040404.000000Z.mp4.open")

    assert examine_archive(place.wired.site).faults == ()


def test_what_was_just_written_is_given_time(place: Place) -> None:
    path = (place.folder.root / place.segments[0].path).with_name("050505.000000Z.mp4")
    path.write_bytes(b"?")

    assert examine_archive(place.wired.site).faults == ()
