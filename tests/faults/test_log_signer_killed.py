"""The log's signer and its writer, killed at any moment: one history, whoever was killed when."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from log_signing import start_log_signer
from shanasheel.app.folder import open_folder
from shanasheel.app.log_signing import ask_log_signer, open_head_signer, origin_of, read_log_vkey
from shanasheel.base.clock import FakeClock
from shanasheel.prove.ledger import (
    LOG_KEY,
    LOG_MEMORY,
    Ledger,
    LedgerReader,
    check_log,
    load_or_create_key,
    pack_submission,
    parse_verifier,
    verify_checkpoint,
    verify_consistency,
)
from shanasheel.prove.ledger.checkpoints import Checkpoint

ROUNDS = 12

# As the hub does: it appends, and has a head signed by the process that holds the key. Where that
# is gone it goes on appending.
WRITER = """
import random, sys
from pathlib import Path
from shanasheel.app.folder import DataFolder
from shanasheel.app.log_signing import open_head_signer, origin_of
from shanasheel.base.clock import FakeClock
from shanasheel.prove.ledger import Ledger, SignerAway

folder, run = DataFolder(root=Path(sys.argv[1])), int(sys.argv[2])
origin, dice = origin_of(folder), random.Random(run)
with Ledger(folder.ledger, open_head_signer(folder, origin, hub=True), origin, FakeClock()) as log:
    while True:
        start = log.size
        given = log.append([b"%d %d" % (start + at, run) for at in range(dice.choice((1, 7, 300)))])
        print("appended", given.start, given.stop, flush=True)
        try:
            head = log.checkpoint()
            print("signed", head.size, head.root.hex(), flush=True)
        except SignerAway:
            print("away", 0, 0, flush=True)
"""


class Rounds:
    """What was given out in all rounds: who got which index, and which heads were signed."""

    def __init__(self) -> None:
        self.owner: dict[int, int] = {}
        self.heads: dict[int, bytes] = {}
        self.away = 0

    def note(self, line: bytes, run: int) -> None:
        word, first, second = line.decode().split()
        if word == "appended":
            indices = range(int(first), int(second))
            assert not self.owner.keys() & set(indices)
            self.owner.update(dict.fromkeys(indices, run))
        elif word == "signed":
            self.sign(int(first), bytes.fromhex(second))
        else:
            self.away += 1

    def sign(self, size: int, root: bytes) -> None:
        assert self.heads.setdefault(size, root) == root


@pytest.mark.fault
def test_no_kill_makes_the_key_sign_two_histories_or_the_log_reuse_an_index(tmp_path: Path) -> None:
    folder = open_folder(tmp_path)
    load_or_create_key(folder.keys / LOG_KEY, origin_of(folder))
    verifier = parse_verifier(read_log_vkey(folder.keys))
    rounds = Rounds()
    signer = start_log_signer(folder.root)
    try:
        for run in range(ROUNDS):
            dice = random.Random(run)
            signer = kill_one_or_both(folder.root, signer, rounds, run, dice)
            head = verify_checkpoint((folder.keys / LOG_MEMORY).read_bytes(), verifier)
            rounds.sign(head.size, head.root)
            # Somebody who took over the hub asks for another history, from where it stands.
            forged = Checkpoint(origin=verifier.name, size=head.size, root=bytes(32))
            asked = pack_submission(head.size, (), forged.text().encode())
            assert ask_log_signer(folder.signer_socket, asked).status == 422
    finally:
        signer.kill()
        signer.wait()

    log_signer = open_head_signer(folder, verifier.name, hub=False)
    with Ledger(folder.ledger, log_signer, verifier.name, FakeClock()) as ledger:
        size, root = ledger.size, ledger.root
        for old, old_root in rounds.heads.items():
            proof = ledger.consistency_proof(old, size)
            verify_consistency(old, size, old_root, root, proof)
        ledger.checkpoint()
    reader = LedgerReader(folder.ledger)
    assert size > max(rounds.owner)
    for index in range(size):
        number, writer = reader.entry(index).split()
        assert int(number) == index
        assert rounds.owner.get(index, int(writer)) == int(writer)
    assert len(rounds.heads) > ROUNDS
    assert rounds.away > 0
    report = check_log(folder.ledger, str(verifier))
    assert {step.name for step in report.steps if not step.ok} == {"entries_well_formed"}


def kill_one_or_both(
    root: Path, signer: subprocess.Popen[bytes], rounds: Rounds, run: int, dice: random.Random
) -> subprocess.Popen[bytes]:
    """Let a writer run, kill the signer, the writer or both in the middle; return a new signer."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), str(run)], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    with writer.stdout as reports:
        for _ in range(dice.randint(1, 12)):
            rounds.note(reports.readline(), run)
        if run % 3:  # the signer first; the writer goes on
            spin(dice)
            signer.kill()
            signer.wait()
            for _ in range(dice.randint(1, 4)):
                rounds.note(reports.readline(), run)
        if run % 3 == 2:  # and back while it writes
            signer = start_log_signer(root)
            for _ in range(dice.randint(1, 6)):
                rounds.note(reports.readline(), run)
        spin(dice)
        writer.send_signal(signal.SIGKILL)
        for line in reports:
            rounds.note(line, run)
    assert writer.wait() == -signal.SIGKILL
    return signer if signer.poll() is None else start_log_signer(root)


def spin(dice: random.Random) -> None:
    """Wait a little, to be in the middle of something."""
    for _ in range(dice.randint(0, 30_000)):
        pass
