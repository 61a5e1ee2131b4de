"""Checking a log's files from end to end, with nothing but its public key."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shanasheel.base.errors import ShanasheelError
from shanasheel.prove.ledger.checkpoints import Checkpoint, open_checkpoint
from shanasheel.prove.ledger.merkle import Tree, hash_leaf
from shanasheel.prove.ledger.notes import Verifier
from shanasheel.prove.ledger.tiles import WIDTH, TileFolder

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStep:
    """One step of the check: its name, whether it holds, and what was found."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """Every step of a check of a log, and its head where the signature holds."""

    steps: tuple[LogStep, ...]
    checkpoint: Checkpoint | None

    @property
    def holds(self) -> bool:
        """Return whether every step holds."""
        return all(step.ok for step in self.steps)


def check_log(folder: Path, verifier_key: str, progress: Progress | None = None) -> LogReport:
    """Verify the signature of the head, every entry, every tile, and the root.

    A log that is written meanwhile may have entries beyond its head: they are re-derived too.

    Raises:
        InvalidInput: the verifier key is malformed. Everything else is reported.
    """
    verifier = Verifier.parse(verifier_key)
    head, signed = _signed(folder, verifier)
    tree = Tree()
    steps = [
        signed,
        _step("entries_well_formed", lambda: _entries(folder, tree, head, progress)),
        _step("tiles_match_entries", lambda: _tiles(folder, tree)),
        _step("root_matches_checkpoint", lambda: _root(tree, head)),
    ]
    return LogReport(steps=tuple(steps), checkpoint=head)


def _signed(folder: Path, verifier: Verifier) -> tuple[Checkpoint | None, LogStep]:
    name = "checkpoint_signed"
    try:
        head = open_checkpoint((folder / "checkpoint").read_text(), verifier)
    except (OSError, ValueError, ShanasheelError) as fault:
        return None, LogStep(name=name, ok=False, detail=str(fault))
    return head, LogStep(name=name, ok=True, detail=f"{head.origin}, {head.size} entries")


def _step(name: str, look: Callable[[], str]) -> LogStep:
    try:
        return LogStep(name=name, ok=True, detail=look())
    # Entries are hostile: JSON of another shape, or nested without end, is a finding too.
    except (OSError, ValueError, KeyError, TypeError, RecursionError, ShanasheelError) as fault:
        return LogStep(name=name, ok=False, detail=str(fault))


def _entries(folder: Path, tree: Tree, head: Checkpoint | None, progress: Progress | None) -> str:
    tiles = TileFolder(folder)
    total = tiles.count_entries()
    if head is not None and total < head.size:
        raise ValueError(f"{total} entries are stored but {head.size} were signed")
    for index in range(-(-total // WIDTH)):
        for entry in tiles.entries(index, min(WIDTH, total - index * WIDTH)):
            body = json.loads(entry)
            if body["v"] != 1 or not isinstance(body["k"], str) or not isinstance(body["c"], str):
                raise ValueError(f"entry {tree.size} is malformed")
            tree.append(hash_leaf(entry))
        if progress is not None:
            progress(tree.size, total)
    return f"{total} entries"


def _tiles(folder: Path, tree: Tree) -> str:
    tiles, level, count, checked = TileFolder(folder), 0, tree.size, 0
    while count:
        for index in range(-(-count // WIDTH)):
            width = min(WIDTH, count - index * WIDTH)
            derived = tree.hashes(8 * level, index * WIDTH, index * WIDTH + width)
            if tiles.hashes(level, index, width) != derived:
                raise ValueError(f"tile {level}/{index} differs from its entries")
            checked += 1
        level, count = level + 1, count // WIDTH
    return f"{checked} tiles"


def _root(tree: Tree, head: Checkpoint | None) -> str:
    if head is None:
        raise ValueError("there is no signed checkpoint to compare with")
    if tree.root(head.size) != head.root:
        raise ValueError("the entries do not give the signed root")
    return head.root.hex()
