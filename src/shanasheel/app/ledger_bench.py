"""What the log costs: entries a second on disk, a proof, a check of it all, beside bare work."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.sequence import Sequencer
from shanasheel.adapters.stores import open_database
from shanasheel.app.folder import DataFolder, open_folder
from shanasheel.app.log_signing import open_head_signer, origin_of
from shanasheel.base.clock import Clock, SystemClock
from shanasheel.base.errors import Exhausted
from shanasheel.base.hashing import leaf_hash
from shanasheel.base.ids import IdMaker
from shanasheel.domain.facts import FactKind
from shanasheel.prove.ledger import (
    Ledger,
    LedgerReader,
    canonical,
    check_log,
    check_tiles,
    verify_inclusion,
)

Say = Callable[[str], None]

_BATCH = 1_000  # as the sequencer adds them
_SIGN_EVERY = 5  # batches: at the goal of 5,000 a second, a checkpoint each second
_FACTS_A_TURN = 50  # in one transaction, as the hub stores what a worker spooled
_PROOFS = 2_000
_ROUNDS = 3  # of bare writes and hashes; the best counts, so that no ratio flatters us
_ENTRY_BYTES = 200  # on disk, with tiles, rounded up
_SPARE_BYTES = 1 << 30


def measure_ledger(
    entries: int, *, facts: int, on: Path | None, say: Say = lambda _text: None
) -> dict[str, object]:
    """Make a log in a scratch folder and return what it takes; the folder is removed.

    Args:
        entries: in the log.
        facts: that go the whole way besides: stored, committed to, logged.
        on: folder on the disk that is written to; the system's place for scratch without.

    Raises:
        Exhausted: there is no room.
    """
    clock = SystemClock()
    with _scratch(on, entries * _ENTRY_BYTES) as root:
        folder = open_folder(root / "data")
        say(f"Logging {entries:,} entries …")
        told = _logged(folder, entries, clock)
        say("Making and verifying proofs …")
        told |= _proven(folder, clock)
        say("Checking all of it …")
        told |= _checked(folder, told.pop("verifier_key"), clock)
        say(f"Storing and logging {facts:,} facts …")
        return {"entries": entries, **told, **_whole_way(root / "facts", facts, clock)}


@contextmanager
def _scratch(on: Path | None, wanted_bytes: int) -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="shanasheel-ledger-", dir=on))
    try:
        if shutil.disk_usage(root).free < wanted_bytes + _SPARE_BYTES:
            raise Exhausted(f"{root} has no room for the log.", "Name another folder with --on.")
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _entries(count: int) -> Iterator[list[bytes]]:
    """Yield batches of entries that look like commitments; their random bytes are made up."""
    dice = random.Random(1)  # noqa: S311 - made up on purpose
    kinds = [kind.value for kind in FactKind]
    for start in range(0, count, _BATCH):
        told = (
            {"v": 1, "k": dice.choice(kinds), "c": base64.b64encode(dice.randbytes(32)).decode()}
            for _ in range(min(_BATCH, count - start))
        )
        yield [canonical(one) for one in told]


def _logged(folder: DataFolder, count: int, clock: Clock) -> dict[str, object]:
    """Add entries as the hub does: durable batches, checkpoints of a signer that remembers."""
    origin, took_s, bare_s, slowest_s = origin_of(folder), 0.0, 0.0, 0.0
    signer = open_head_signer(folder, origin, hub=False)
    key = str(signer.verifier)
    with Ledger(folder.ledger, signer, origin, clock) as log:
        for number, batch in enumerate(_entries(count), start=1):
            began_s = clock.monotonic_s()
            log.append(batch)
            if number % _SIGN_EVERY == 0:
                log.checkpoint()
            turn_s = clock.monotonic_s() - began_s
            took_s, slowest_s = took_s + turn_s, max(slowest_s, turn_s)
            bare_s += _bare_write(folder.root, b"".join(batch), clock)
        log.checkpoint()
    return {
        "entries_per_s": round(count / took_s),
        "slowest_batch_ms": round(1000 * slowest_s, 1),
        "ratio_to_bare_fsync": round(took_s / bare_s, 2),
        "verifier_key": key,
    }


def _bare_write(root: Path, content: bytes, clock: Clock) -> float:
    """Return how long the same bytes take to be appended to one file, durably."""
    began_s = clock.monotonic_s()
    with (root / "bare").open("ab") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return clock.monotonic_s() - began_s


def _proven(folder: DataFolder, clock: Clock) -> dict[str, object]:
    dice, reader = random.Random(2), LedgerReader(folder.ledger)  # noqa: S311 - which are proven
    head = reader.checkpoint
    if head is None:
        return {}
    times, size = list[float](), head.size
    for _ in range(_PROOFS):
        index = dice.randrange(size)
        began_s = clock.monotonic_s()
        leaf = leaf_hash(reader.entry(index))
        verify_inclusion(leaf, index, size, reader.inclusion_proof(index, size), head.root)
        times.append(clock.monotonic_s() - began_s)
    times.sort()
    return {
        "proof_ms_median": round(1000 * times[len(times) // 2], 3),
        "proof_ms_p99": round(1000 * times[int(len(times) * 0.99)], 3),
    }


def _checked(folder: DataFolder, key: object, clock: Clock) -> dict[str, object]:
    check_s, holds = _timed(lambda: check_log(folder.ledger, str(key)).holds, clock)
    fsck_s, whole = _timed(lambda: check_tiles(folder.ledger, str(key)).holds, clock)
    bare_s = min(_timed(lambda: _bare_hashes(folder), clock)[0] for _ in range(_ROUNDS))
    return {
        "check_s": round(check_s, 2),
        "check_ratio_to_bare_hashes": round(check_s / bare_s, 2),
        "fsck_s": round(fsck_s, 2),
        "holds": bool(holds and whole),
    }


def _bare_hashes(folder: DataFolder) -> int:
    """Hash as often and as much as the tree has to: a leaf and a node for each entry."""
    reader, count = LedgerReader(folder.ledger), 0
    node = bytes(65)
    for index in range(reader.size):
        hashlib.sha256(b"\x00" + reader.entry(index)).digest()
        hashlib.sha256(node).digest()
        count += 1
    return count


def _whole_way(root: Path, count: int, clock: Clock) -> dict[str, object]:
    """Store facts durably and log them, as when a worker's spool is taken in."""
    folder, ids = open_folder(root), IdMaker(clock)
    database = open_database(folder.database)
    signer = open_head_signer(folder, origin_of(folder), hub=False)
    try:
        with Ledger(folder.ledger, signer, origin_of(folder), clock) as log:
            sequencer, began_s = Sequencer(database, log, clock), clock.monotonic_s()
            for start in range(0, count, _FACTS_A_TURN):
                with database.begin() as rows:
                    rows.facts.add_all(
                        [
                            make_fact(ids.new(), FactKind.SETTING, clock.now(), {"what": "bench"})
                            for _ in range(min(_FACTS_A_TURN, count - start))
                        ]
                    )
                if start // _FACTS_A_TURN % (_BATCH // _FACTS_A_TURN) == 0:
                    sequencer.catch_up()
            sequencer.catch_up()
            took_s = clock.monotonic_s() - began_s
    finally:
        database.close()
    return {"facts": count, "facts_per_s": round(count / took_s)}


def _timed(what: Callable[[], object], clock: Clock) -> tuple[float, object]:
    began_s = clock.monotonic_s()
    found = what()
    return clock.monotonic_s() - began_s, found
