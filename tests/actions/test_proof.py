"""Footage, records and index, each changed behind the product's back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shanasheel.actions.ingest import absorb
from shanasheel.actions.ledger_status import ledger_status
from shanasheel.actions.proof import FootageReport
from shanasheel.domain.footage import Gap, GapCause
from shanasheel.domain.wire import to_line
from shanasheel.ui.locales import text
from sites import CAMERA, Place, make_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


def failed(report: FootageReport) -> set[str]:
    return {step.name for step in report.steps if not step.ok}


def test_an_untouched_site_holds(place: Place) -> None:
    report = place.check()
    assert report.holds
    assert (report.segments, report.entries, report.pending) == (6, 7, 0)
    assert [step.number for step in report.steps] == list(range(1, 10))
    for step in report.steps:
        assert text("ar", f"proof_step.{step.name}")
    status = ledger_status(place.wired.site)
    assert (status["size"], status["pending"]) == (7, 0)


def test_what_is_not_logged_yet_waits_and_does_no_harm(place: Place) -> None:
    site = place.wired.site
    late = Gap(
        id=site.ids.new(),
        camera=CAMERA,
        start=place.segments[0].start - timedelta(seconds=9),
        end=place.segments[0].start,
        cause=GapCause.SIGNAL_LOST,
    )
    absorb(site, "test", [to_line(late)], "later")
    report = place.check()
    assert report.holds
    assert report.pending == 1


def flip(place: Place) -> None:
    path = place.folder.root / place.segments[2].path
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)


def cut(place: Place) -> None:
    path = place.folder.root / place.segments[2].path
    path.write_bytes(path.read_bytes()[:-1])


def swap(place: Place) -> None:
    """Show another segment's footage at this time: the file is genuine, the index lies."""
    segment = place.segments[2]
    row = {**json.loads(read(place, segment.id)), "path": place.segments[3].path}
    place.sql("UPDATE segments SET body=? WHERE id=?", json.dumps(row), segment.id)


def read(place: Place, identifier: str) -> str:
    with sqlite3.connect(place.folder.database) as database:
        (body,) = database.execute("SELECT body FROM segments WHERE id=?", [identifier]).fetchone()
    database.close()
    return str(body)


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (flip, "bytes_differ"),
        (cut, "size_differs"),
        (lambda p: (p.folder.root / p.segments[2].path).unlink(), "file_missing"),
        (swap, "index_differs"),
    ],
)
def test_a_changed_segment_is_named_with_its_time(
    place: Place, tamper: Callable[[Place], None], reason: str
) -> None:
    tamper(place)
    report = place.check()
    assert failed(report) == {"segments_match_ledger"}
    (failure,) = report.failures
    segment = place.segments[2]
    assert (failure.segment, failure.reason, failure.camera) == (segment.id, reason, CAMERA)
    assert (failure.start, failure.end) == (segment.start, segment.end)


def test_a_segment_slipped_in_is_found(place: Place) -> None:
    place.sql(
        "UPDATE segments SET id='0', body=replace(body, ?, '0') WHERE id=?",
        place.segments[4].id,
        place.segments[4].id,
    )
    assert {failure.reason for failure in place.check().failures} == {"not_logged"}


@pytest.mark.parametrize("entry", [0, 3, 6])
def test_footage_taken_out_with_all_its_records_is_missed(place: Place, entry: int) -> None:
    """Who owns the database removes file, index row and fact together: the entry remains."""
    if entry < 6:
        segment = place.segments[entry]
        (place.folder.root / segment.path).unlink()
        place.sql("DELETE FROM segments WHERE id=?", segment.id)
    place.sql("DELETE FROM facts WHERE entry=?", entry)
    report = place.check()
    assert failed(report) == {"records_open_commitments"}
    assert f"{entry} (its record is missing)" in report.steps[6].detail


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("salt", b"0" * 16),
        ("salt", b""),
        ("kind", "gap"),
        ("kind", "no kind at all"),
        ("body", b"{}"),
        ("body", b"\xff not json"),
        ("body", "text in a column of bytes"),
        ("body", b"[" * 100_000),
        ("id", "another"),
    ],
)
def test_a_record_changed_in_the_database_is_named(
    place: Place, column: str, value: object
) -> None:
    place.sql(f"UPDATE facts SET {column}=? WHERE entry=2", value)
    report = place.check()
    assert "records_open_commitments" in failed(report)
    assert "2 (" in report.steps[6].detail


@pytest.mark.parametrize("body", ["{}", "no json", "[1]"])
def test_an_index_that_cannot_be_read_fails_and_does_not_stop_the_check(
    place: Place, body: str
) -> None:
    place.sql("UPDATE segments SET body=? WHERE id=?", body, place.segments[1].id)
    report = place.check()
    assert failed(report) == {"records_open_commitments"}
    assert report.segments == 6


def test_no_ledger_proves_nothing(place: Place) -> None:
    shutil.rmtree(place.folder.ledger)
    report = place.check()
    assert not report.holds
    assert report.pending == 7


def test_a_damaged_checkpoint_is_a_finding(place: Place) -> None:
    (place.folder.ledger / "checkpoint").write_bytes(b"\xff\xfe")
    report = place.check()
    assert "checkpoint_signed" in failed(report)
    assert report.segments == 6
