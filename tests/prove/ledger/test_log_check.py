"""Checking a log from its files: what was changed is found, where it was changed is said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from footage import data_folder
from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.facts import Fact, FactKind
from shanasheel.prove.ledger import Ledger, LogReport, Signer, canonical, check_log, leaf_of

ORIGIN = "city.example/evidence/1"
KEY = Signer(name=ORIGIN, private=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
TESSERA = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def leaf(number: int) -> bytes:
    body = canonical({"v": 1, "n": number})
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return leaf_of(Fact(id=str(number), kind=FactKind.GAP, at=at, body=body, salt=b"s" * 16))


def make_log(folder: Path, *sizes: int) -> None:
    with Ledger(folder, KEY, ORIGIN, FakeClock()) as ledger:
        for size in sizes:
            ledger.append([leaf(number) for number in range(ledger.size, size)])
            ledger.checkpoint()


def check(folder: Path) -> LogReport:
    return check_log(folder, str(KEY.verifier))


def failed(report: LogReport) -> set[str]:
    return {step.name for step in report.steps if not step.ok}


def test_an_untouched_log_holds_in_every_step(tmp_path: Path) -> None:
    make_log(tmp_path, 3, 256, 600)
    seen = list[tuple[int, int]]()

    report = check_log(tmp_path, str(KEY.verifier), lambda done, total: seen.append((done, total)))

    assert report.holds, report.steps
    assert [step.number for step in report.steps] == [1, 2, 3, 4, 5, 6]
    assert seen == [(256, 600), (512, 600), (600, 600)]


@pytest.mark.parametrize(
    ("victim", "steps"),
    [
        ("checkpoint", {"checkpoint_signed"}),
        ("checkpoint.d/3", {"earlier_checkpoints_agree"}),
        ("tile/0/000", {"tiles_match_entries"}),
        ("tile/0/001.p/44", {"tiles_match_entries"}),
        ("tile/1/000.p/1", {"tiles_match_entries"}),
        ("tile/entries/000", {"root_matches_checkpoint"}),
        ("tile/entries/001.p/44", {"root_matches_checkpoint"}),
    ],
)
def test_every_flipped_byte_fails_the_step_that_guards_it(
    tmp_path: Path, victim: str, steps: set[str]
) -> None:
    make_log(tmp_path, 3, 300)
    path = tmp_path / victim
    good = path.read_bytes()

    for at in range(0, len(good), max(1, len(good) // 25)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        report = check(tmp_path)
        assert not report.holds
        assert steps <= failed(report)


@pytest.mark.parametrize(
    "victim",
    ["checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"],
)
def test_every_missing_or_cut_file_is_found(tmp_path: Path, victim: str) -> None:
    make_log(tmp_path, 300)
    path = tmp_path / victim
    good = path.read_bytes()

    for content in (b"", good[:-1], good + b"\x00"):
        path.write_bytes(content)
        assert not check(tmp_path).holds
    path.unlink()
    assert not check(tmp_path).holds


def test_a_forged_earlier_checkpoint_is_found_although_well_signed(tmp_path: Path) -> None:
    make_log(tmp_path / "mine", 3, 10)
    with Ledger(tmp_path / "fork", KEY, ORIGIN, FakeClock()) as fork:
        fork.append([leaf(9), leaf(9), leaf(9)])
        fork.checkpoint()
    forged = (tmp_path / "fork/checkpoint").read_bytes()
    (tmp_path / "mine/checkpoint.d/3").write_bytes(forged)

    assert failed(check(tmp_path / "mine")) == {"earlier_checkpoints_agree"}


def test_a_checkpoint_set_back_is_found_by_the_newer_one_kept(tmp_path: Path) -> None:
    make_log(tmp_path, 3, 10)
    (tmp_path / "checkpoint").write_bytes((tmp_path / "checkpoint.d/3").read_bytes())

    assert failed(check(tmp_path)) == {"earlier_checkpoints_agree"}


@pytest.mark.parametrize("entry", [b"", b"one", b"[]", b'{"v":1}', b"[" * 500, b"\xff", b"1e999"])
def test_an_entry_that_is_no_commitment_is_found(tmp_path: Path, entry: bytes) -> None:
    with Ledger(tmp_path, KEY, ORIGIN, FakeClock()) as ledger:
        ledger.append([leaf(0), entry])
        ledger.checkpoint()

    assert failed(check(tmp_path)) == {"entries_well_formed"}


def test_without_a_checkpoint_nothing_holds(tmp_path: Path) -> None:
    report = check(tmp_path)

    assert report.checkpoint is None
    assert not any(step.ok for step in report.steps)


def test_entries_behind_the_checkpoint_do_no_harm(tmp_path: Path) -> None:
    make_log(tmp_path, 3)
    with Ledger(tmp_path, KEY, ORIGIN, FakeClock()) as ledger:
        ledger.append([leaf(number) for number in range(3, 700)])

    assert check(tmp_path).holds


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        check_log(tmp_path, "no key")


@pytest.mark.footage
def test_the_log_of_another_implementation_holds_but_for_the_form_of_its_entries() -> None:
    report = check_log(data_folder("vectors") / "tessera" / "testdata" / "log", TESSERA)

    assert failed(report) == {"entries_well_formed"}
