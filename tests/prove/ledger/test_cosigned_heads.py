"""Cosigned checkpoints are kept until a newer one says as much."""

from __future__ import annotations

import threading
from pathlib import Path

from logs import SomeLog
from shanasheel.prove.ledger import (
    Algorithm,
    CosignedHeads,
    cosigned_at,
    new_cosigner,
    parse_note,
)
from shanasheel.prove.ledger.checkpoints import parse_checkpoint

LOG = SomeLog().grow(60)
SIGNERS = [new_cosigner(f"w{number}.example/1", Algorithm.ED25519) for number in range(4)]


def add(heads: CosignedHeads, size: int, *signers: int, at_s: int = 5) -> None:
    note = parse_note(LOG.checkpoint(size))
    lines = [SIGNERS[one].sign(note.text, at_s) for one in signers]
    heads.add(note.text, note.signatures, lines)


def kept(heads: CosignedHeads) -> list[tuple[int, set[int]]]:
    return [
        (
            parse_checkpoint(note.text).size,
            {
                number for number, one in enumerate(SIGNERS)
                if cosigned_at(note, one.verifier) is not None
            },
        )
        for note in heads.all()
    ]  # fmt: skip


def test_a_head_goes_when_all_its_signers_have_signed_a_newer_one(tmp_path: Path) -> None:
    heads = CosignedHeads(tmp_path)

    add(heads, 10, 0)
    add(heads, 10, 1)
    add(heads, 10, 2)
    add(heads, 20, 0, 1)
    assert kept(heads) == [(10, {0, 1, 2}), (20, {0, 1})]

    add(heads, 30, 0)
    assert kept(heads) == [(10, {0, 1, 2}), (20, {0, 1}), (30, {0})]
    add(heads, 30, 1)
    assert kept(heads) == [(10, {0, 1, 2}), (30, {0, 1})]
    add(heads, 40, 0, 1, 2)
    assert kept(heads) == [(40, {0, 1, 2})]


def test_a_newer_cosignature_of_the_same_head_replaces_the_older(tmp_path: Path) -> None:
    heads = CosignedHeads(tmp_path)

    add(heads, 10, 0, at_s=5)
    add(heads, 10, 0, at_s=65)

    note = heads.newest()
    assert note is not None
    assert cosigned_at(note, SIGNERS[0].verifier) == 65
    assert len(note.signatures) == 2


def test_threads_of_several_cosigners_lose_nothing_to_each_other(tmp_path: Path) -> None:
    heads = CosignedHeads(tmp_path)
    faults: list[Exception] = []

    def sign(one: int) -> None:
        try:
            for size in range(1, 41):
                add(heads, size, one)
        except Exception as fault:  # noqa: BLE001 - told by the test
            faults.append(fault)

    threads = [threading.Thread(target=sign, args=(one,)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not faults
    assert kept(heads) == [(40, {0, 1, 2, 3})]


def test_files_that_are_no_heads_are_passed_over(tmp_path: Path) -> None:
    heads = CosignedHeads(tmp_path)
    add(heads, 10, 0)
    (tmp_path / "cosigned" / "11").write_bytes(b"junk")
    (tmp_path / "cosigned" / "12").write_bytes(LOG.checkpoint(13))
    (tmp_path / "cosigned" / "note").write_bytes(b"")

    assert kept(heads) == [(10, {0})]
