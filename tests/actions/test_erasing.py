"""Records that are erased by rule: the tree holds, and who empties others is found."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shanasheel.actions.copying_proof import copy_proof
from shanasheel.actions.erasing import Erased, erase_records, runs_of
from shanasheel.actions.fact_files import FACTS, longest, unpack_facts
from shanasheel.actions.ingest import absorb
from shanasheel.actions.keeping import set_keep_rule
from shanasheel.actions.proof import FootageReport
from shanasheel.actions.replaying import replay_fact
from shanasheel.actions.sweeping import sweep
from shanasheel.actions.vault_files import Pace, read_whole
from shanasheel.adapters.vaults.folder import FolderVault
from shanasheel.app.settings import parse_settings
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.domain.footage import Heartbeat
from shanasheel.domain.keeping import KeepRule
from shanasheel.domain.wire import to_line
from sites import CAMERA, Place, add_segment, disk, make_place

AT_ONCE = KeepRule(record_days=1e-10)  # some microseconds


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


def failed(report: FootageReport) -> set[str]:
    return {step.name for step in report.steps if not step.ok}


def live(place: Place, minutes: int) -> None:
    """Log signs of life of the last minutes."""
    site = place.wired.site
    now = site.clock.now()
    beats = [
        Heartbeat(
            id=site.ids.new(), camera=CAMERA, start=now - timedelta(minutes=ago),
            end=now - timedelta(minutes=ago - 1), state="recording", packets=900,
            size_bytes=1_000_000, segment="", clock_ahead_ms=None, free_bytes=1, waiting=0,
        )
        for ago in range(minutes, 0, -1)
    ]  # fmt: skip
    absorb(site, "test", [to_line(one) for one in beats], f"beats of {now}")
    site.sequencer.catch_up()


def records(place: Place, kind: FactKind) -> list[StoredFact]:
    with place.wired.site.store.read() as rows:
        return list(rows.facts.page(kind, 0, 10_000))


def expire(place: Place) -> None:
    """Let a rule delete two segments of a month ago."""
    site = place.wired.site
    for day in (31, 32):
        add_segment(place.wired, site.clock.now() - timedelta(days=day, seconds=10))
    assert sweep(site, disk(site.data)).segments == 2
    site.sequencer.catch_up()


def test_nothing_is_erased_before_its_time(place: Place) -> None:
    live(place, 5)
    expire(place)
    assert erase_records(place.wired.site) == Erased()  # a year
    assert not any(one.erased for one in records(place, FactKind.HEARTBEAT))


def test_old_records_go_with_an_entry_that_names_them_and_the_check_still_holds(
    place: Place,
) -> None:
    site = place.wired.site
    live(place, 5)
    expire(place)
    before = place.check()
    set_keep_rule(site, AT_ONCE)

    assert erase_records(site) == Erased(records=7, more=True)
    assert erase_records(site) == Erased()

    site.sequencer.catch_up()
    report = place.check()
    assert report.holds, report.steps
    assert (report.segments, report.deleted) == (before.segments, before.deleted) == (6, 2)
    assert "7 of them with records erased by rule" in report.steps[6].detail
    beats = records(place, FactKind.HEARTBEAT)
    assert len(beats) == 5
    assert all(one.erased for one in beats)
    deletion = json.loads(records(place, FactKind.DELETION)[0].body)
    gone = {one.id for one in records(place, FactKind.SEGMENT) if one.erased}
    assert gone == set(deletion["segments"])
    told = [json.loads(one.body) for one in records(place, FactKind.ERASURE)]
    assert [(one["of"], sum(run[1] for run in one["runs"])) for one in told] == [
        ("heartbeat", 5), ("segment", 2),
    ]  # fmt: skip

    live(place, 2)  # later ones follow
    assert erase_records(site).records == 2


def test_what_the_file_held_is_not_in_it_any_more(place: Place) -> None:
    site = place.wired.site
    live(place, 3)
    salts = [one.salt for one in records(place, FactKind.HEARTBEAT)]
    set_keep_rule(site, AT_ONCE)
    erase_records(site)
    with sqlite3.connect(place.folder.database) as database:
        busy, *_ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    database.close()
    assert not busy
    files = [path.read_bytes() for path in site.data.glob("shanasheel.db*")]
    assert files
    assert not any(salt in content for salt in salts for content in files)


@pytest.mark.parametrize("kind", [FactKind.GAP, FactKind.SEGMENT, FactKind.HEARTBEAT])
def test_a_record_that_somebody_emptied_is_named(place: Place, kind: FactKind) -> None:
    live(place, 1)
    entry = records(place, kind)[0].entry
    place.sql("UPDATE facts SET body=x'', salt=x'' WHERE entry=?", entry)
    report = place.check()
    assert "records_open_commitments" in failed(report)
    assert f"{entry} (" in report.steps[6].detail


def test_an_erasure_that_names_too_much_does_not_cover_for_it(place: Place) -> None:
    """Even logged: kinds that no rule erases, and footage that no rule deleted."""
    site = place.wired.site
    live(place, 1)
    set_keep_rule(site, AT_ONCE)
    assert erase_records(site).records == 1
    told = records(place, FactKind.ERASURE)[0]
    for kind in (FactKind.GAP, FactKind.SEGMENT):
        body = json.dumps({**json.loads(told.body), "of": kind.value, "runs": [[0, 100]]})
        place.sql("UPDATE facts SET body=? WHERE id=?", body.encode(), told.id)  # before its entry
        entry = records(place, kind)[0].entry
        place.sql("UPDATE facts SET body=x'', salt=x'' WHERE entry=?", entry)
    report = place.check()
    named = report.steps[6].detail
    assert "records_open_commitments" in failed(report)
    assert f"{records(place, FactKind.GAP)[0].entry} (gap)" in named
    assert "0 (its record is erased, its footage not deleted)" in named


def test_a_vault_has_records_before_they_are_erased_and_takes_empty_ones(
    place: Place, tmp_path: Path
) -> None:
    site = place.wired.site
    live(place, 4)
    set_keep_rule(site, AT_ONCE)
    with site.store.begin() as rows:
        rows.copies.set_vault("01990000-0000-7000-8000-000000000000")
    assert erase_records(site) == Erased()  # nothing is in the vault yet

    (tmp_path / "vault").mkdir()
    vault = FolderVault(tmp_path / "vault")
    copy_proof(site, vault, Pace(site.clock, None))
    assert erase_records(site).records == 4

    (tmp_path / "second").mkdir()
    second = FolderVault(tmp_path / "second")
    with site.store.begin() as rows:
        rows.copies.set_vault("01990000-0000-7000-8000-000000000001")
    copy_proof(site, second, Pace(site.clock, None))
    (bundle,) = longest(second.names(FACTS))
    copied = unpack_facts(bundle.name, read_whole(second, bundle.name))
    assert sum(not one.body for one in copied) == 4
    with site.store.begin() as rows:
        for fact in copied:
            replay_fact(rows, fact)


def test_runs_join_what_follows() -> None:
    assert runs_of([5, 1, 2, 3, 9, 6]) == [[1, 3], [5, 2], [9, 1]]
    assert runs_of([]) == []


def test_the_rule_is_read_from_the_configuration() -> None:
    settings, _ = parse_settings(b"keep: {record_days: 90}", Path("f"))
    assert settings.keep is not None
    assert settings.keep.rule().record_days == 90
    with pytest.raises(InvalidInput):
        parse_settings(b"keep: {record_days: 0}", Path("f"))
