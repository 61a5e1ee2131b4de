"""A ledger whose writer is killed, again and again, at any moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanasheel.base.clock import FakeClock
from shanasheel.prove.ledger import Ledger, LedgerReader, Signer, check_log, verify_consistency

ORIGIN = "killed.example/evidence/1"
KEY = Signer(name=ORIGIN, private=Ed25519PrivateKey.from_private_bytes(b"k" * 32))

# Batches of 1 to 700 cross several bundles; each entry names its own index and the run.
WRITER = """
import random, sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from shanasheel.base.clock import FakeClock
from shanasheel.prove.ledger import Ledger, Signer

folder, run = Path(sys.argv[1]), int(sys.argv[2])
key = Signer(name=sys.argv[3], private=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
dice = random.Random(run)
with Ledger(folder, key, key.name, FakeClock()) as ledger:
    while True:
        start = ledger.size
        count = dice.choice((1, 7, 200, 700))
        given = ledger.append([b"%d %d" % (start + at, run) for at in range(count)])
        print("appended", given.start, given.stop, flush=True)
        if dice.random() < 0.5:
            head = ledger.checkpoint()
            print("signed", head.size, head.root.hex(), flush=True)
"""


def run_and_kill(folder: Path, run: int) -> tuple[list[range], dict[int, bytes]]:
    """Let a writer run for a random number of reports, kill it, return what it had reported."""
    dice, appended, signed = random.Random(1000 + run), list[range](), dict[int, bytes]()
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(run), ORIGIN], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    with child.stdout as reports:
        for _ in range(dice.randint(1, 12)):
            note(reports.readline(), appended, signed)
        for _ in range(dice.randint(0, 30_000)):  # a little later, in the middle of something
            pass
        child.send_signal(signal.SIGKILL)
        for line in reports:
            note(line, appended, signed)
    assert child.wait() == -signal.SIGKILL
    return appended, signed


def note(line: bytes, appended: list[range], signed: dict[int, bytes]) -> None:
    word, first, second = line.decode().split()
    if word == "appended":
        appended.append(range(int(first), int(second)))
    else:
        signed[int(first)] = bytes.fromhex(second)


@pytest.mark.fault
def test_twenty_kills_lose_nothing_and_give_no_index_twice(tmp_path: Path) -> None:
    owner: dict[int, int] = {}
    heads: dict[int, bytes] = {}
    before: list[bytes] = []
    for run in range(20):
        appended, signed = run_and_kill(tmp_path, run)
        for indices in appended:
            assert not owner.keys() & set(indices)
            owner.update(dict.fromkeys(indices, run))
        heads.update(signed)

        with Ledger(tmp_path, KEY, ORIGIN, FakeClock()) as ledger:
            size, root = ledger.size, ledger.root
            for old, old_root in heads.items():
                proof = ledger.consistency_proof(old, size)
                verify_consistency(old, size, old_root, root, proof)
            ledger.checkpoint()
        heads[size] = root

        reader = LedgerReader(tmp_path)
        entries = [reader.entry(index) for index in range(size)]
        assert entries[: len(before)] == before
        assert size >= max(owner, default=-1) + 1
        for index, entry in enumerate(entries):
            number, writer = entry.split()
            assert int(number) == index
            assert index not in owner or int(writer) == owner[index]
        before = entries
        wrong = {step.name for step in check_log(tmp_path, str(KEY.verifier)).steps if not step.ok}
        assert wrong == {"entries_well_formed"}  # these entries are no commitments
    assert len(before) > 1000
