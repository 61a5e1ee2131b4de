"""A log's copy: written once, complete at every head, and a log again."""

from __future__ import annotations

import random
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanasheel.base.clock import FakeClock
from shanasheel.prove.ledger import (
    Ledger,
    Signer,
    check_log,
    log_files,
    outgrown,
    rebuild_log,
    sizes_of,
)

ORIGIN = "mirrored.example/evidence/1"
KEY = Signer(name=ORIGIN, private=Ed25519PrivateKey.from_private_bytes(b"m" * 32))


def test_a_copy_made_head_by_head_is_the_log_again(tmp_path: Path) -> None:
    dice, copy, size = random.Random(5), dict[str, bytes](), 0
    with Ledger(tmp_path / "log", KEY, ORIGIN, FakeClock()) as ledger:
        for batch in (1, 254, 1, 3, 256, 700, dice.randint(1, 300), 66_000, 5):
            ledger.append([b"%d" % (ledger.size + at) for at in range(batch)])
            ledger.checkpoint()
            size, files = log_files(tmp_path / "log", size)
            for name, content in files:
                assert name not in copy  # each name is written once
                copy[name] = content

            assert size == ledger.size
            assert log_files(tmp_path / "log", size)[0] == size
            assert list(log_files(tmp_path / "log", size)[1]) == []

    sizes = sizes_of(copy)
    assert rebuild_log(tmp_path / "new", sizes, copy.get) == size
    steps = check_log(tmp_path / "new", str(KEY.verifier)).steps
    assert {step.name for step in steps if not step.ok} == {"entries_well_formed"}  # no commitments
    assert steps[5].detail == f"{len(sizes)} checkpoints"
    assert all(copy[name] == content for name, content in outgrown(tmp_path / "new", sizes))
    with Ledger(tmp_path / "new", KEY, ORIGIN, FakeClock()) as again:
        assert again.append([b"more"]) == range(size, size + 1)


def test_a_file_missing_from_a_copy_is_found(tmp_path: Path) -> None:
    with Ledger(tmp_path / "log", KEY, ORIGIN, FakeClock()) as ledger:
        ledger.append([b"%d" % at for at in range(300)])
        ledger.checkpoint()
    size, files = log_files(tmp_path / "log", 0)
    copy = dict(files)
    assert size == 300

    for name in copy:
        rest = {one: content for one, content in copy.items() if one != name}
        folder = tmp_path / name.replace("/", "-")
        rebuild_log(folder, sizes_of(rest), rest.get)

        wrong = {step.name for step in check_log(folder, str(KEY.verifier)).steps if not step.ok}
        assert wrong - {"entries_well_formed"}, name
