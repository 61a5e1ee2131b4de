"""Checking a log from its files alone, as an outsider would: a report of every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shanasheel.base.errors import IntegrityFault, InvalidInput, ShanasheelError
from shanasheel.base.hashing import EMPTY_ROOT, CompactTree, leaf_hash
from shanasheel.prove.ledger.checkpoints import Checkpoint, verify_checkpoint
from shanasheel.prove.ledger.commitments import parse_leaf
from shanasheel.prove.ledger.faults import LedgerDamaged
from shanasheel.prove.ledger.merkle import perfect_root
from shanasheel.prove.ledger.notes import Verifier, parse_verifier
from shanasheel.prove.ledger.reader import CHECKPOINT, HISTORY, history_sizes, read_note
from shanasheel.prove.ledger.tiles import LEVELS, TILE_WIDTH, TileFolder, tile_path

Progress = Callable[[int, int], None]

_NAMED = 5  # faults told in a step's detail; all are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStep:
    """One numbered step of a check: what was looked at, whether it holds, in words."""

    number: int
    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """Every step of a check, and the head it was checked against (None without a valid one)."""

    steps: tuple[LogStep, ...]
    checkpoint: Checkpoint | None

    @property
    def holds(self) -> bool:
        """Return whether every step holds."""
        return all(step.ok for step in self.steps)


@dataclass(slots=True)
class _Faults:
    """Faults of one step: all counted, the first few told."""

    count: int = 0
    told: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.count += 1
        if len(self.told) < _NAMED:
            self.told.append(text)


def check_log(folder: Path, verifier_key: str, progress: Progress | None = None) -> LogReport:
    """Verify a log's checkpoint, entries, tiles and earlier checkpoints against each other.

    Steps: 1 `checkpoint_signed`, 2 `entries_stored`, 3 `entries_well_formed`,
    4 `tiles_match_entries`, 5 `root_matches_checkpoint`, 6 `earlier_checkpoints_agree`. Entries
    behind the checkpoint are not looked at. It takes no lock and may run beside the writer.

    Args:
        folder: the log's folder.
        verifier_key: `name+hash+base64`; an outsider brings their own copy.
        progress: called with entries done and entries in all.

    Returns:
        The report; a log that fails is a result, not an error.

    Raises:
        InvalidInput: the verifier key is not one.
    """
    verifier = parse_verifier(verifier_key)
    # Listed first: the writer publishes a head before it keeps a copy.
    kept = history_sizes(folder)
    try:
        note = read_note(folder / CHECKPOINT)
        if note is None:
            raise LedgerDamaged("There is no checkpoint.")
        head = verify_checkpoint(note, verifier)
    except (InvalidInput, IntegrityFault) as fault:
        return LogReport(steps=_without_head(fault), checkpoint=None)
    walk = _Walk(folder, head, verifier, kept)
    walk.run(progress)
    return LogReport(steps=_steps(head, walk), checkpoint=head)


def _without_head(fault: ShanasheelError) -> tuple[LogStep, ...]:
    # Without a trusted head nothing says what the rest should be.
    rest = [
        "entries_stored",
        "entries_well_formed",
        "tiles_match_entries",
        "root_matches_checkpoint",
        "earlier_checkpoints_agree",
    ]
    first = LogStep(number=1, name="checkpoint_signed", ok=False, detail=fault.message)
    others = [
        LogStep(number=number, name=name, ok=False, detail="not checked: no signed checkpoint")
        for number, name in enumerate(rest, start=2)
    ]
    return (first, *others)


def _steps(head: Checkpoint, walk: _Walk) -> tuple[LogStep, ...]:
    rooted = _Faults()
    if walk.stored.count:
        rooted.add("not all entries could be read")
    elif walk.tree.root != head.root:
        rooted.add(f"entries give {walk.tree.root.hex()}, signed was {head.root.hex()}")
    told = [
        ("checkpoint_signed", _Faults(), f"{head.origin}, {head.size} entries"),
        ("entries_stored", walk.stored, f"{head.size} entries"),
        ("entries_well_formed", walk.formed, "every entry is a commitment"),
        ("tiles_match_entries", walk.tiles, "every tile derives from the entries"),
        ("root_matches_checkpoint", rooted, f"root {head.root.hex()}"),
        ("earlier_checkpoints_agree", walk.history, f"{len(walk.earlier)} checkpoints"),
    ]
    return tuple(
        LogStep(
            number=number,
            name=name,
            ok=not faults.count,
            detail=f"{faults.count}: {'; '.join(faults.told)}" if faults.count else good,
        )
        for number, (name, faults, good) in enumerate(told, start=1)
    )


class _Walk:
    """One walk over all entries, deriving every hash from them, in memory of a tile a level."""

    def __init__(
        self, folder: Path, head: Checkpoint, verifier: Verifier, kept: Sequence[int]
    ) -> None:
        self.tree = CompactTree()
        self.stored, self.formed = _Faults(), _Faults()
        self.tiles, self.history = _Faults(), _Faults()
        self.earlier = frozenset(kept)
        self._folder, self._head, self._verifier = folder, head, verifier
        self._disk = TileFolder(folder)
        self._rows: list[list[bytes]] = [[] for _ in range(LEVELS)]

    def run(self, progress: Progress | None) -> None:
        """Read everything under the head."""
        size = self._head.size
        for bundle in range(-(-size // TILE_WIDTH)):
            start = bundle * TILE_WIDTH
            self._take_bundle(bundle, min(TILE_WIDTH, size - start))
            if progress is not None:
                progress(min(start + TILE_WIDTH, size), size)
        if self.stored.count:
            self.tiles.add("not all entries could be read")
        else:
            self._compare_unfinished()
        if 0 in self.earlier:
            self._check_earlier(0, EMPTY_ROOT)
        newest = max(self.earlier, default=0)
        if newest > size:
            self.history.add(f"{HISTORY}/{newest} is newer than the checkpoint, which was set back")

    def _take_bundle(self, bundle: int, width: int) -> None:
        try:
            entries = self._disk.read_entries(bundle, width)
        except LedgerDamaged as fault:
            self.stored.add(fault.message)
            return
        for index, entry in enumerate(entries, start=bundle * TILE_WIDTH):
            try:
                parse_leaf(entry)
            except InvalidInput as fault:
                self.formed.add(f"entry {index}: {fault.message}")
            digest = leaf_hash(entry)
            self._rows[0].append(digest)
            self.tree.push(digest)
            # After a lost bundle the derived tree is another one: compare nothing with it.
            if self.tree.size in self.earlier and not self.stored.count:
                self._check_earlier(self.tree.size, self.tree.root)
        if not self.stored.count:
            self._compare_finished(bundle)
        elif len(self._rows[0]) >= TILE_WIDTH:
            self._rows[0].clear()

    def _compare_finished(self, bundle: int) -> None:
        level, index = 0, bundle
        while len(self._rows[level]) == TILE_WIDTH:
            row = self._rows[level]
            self._compare(level, index, row)
            self._rows[level] = []
            level, index = level + 1, index // TILE_WIDTH
            self._rows[level].append(perfect_root(row))

    def _compare_unfinished(self) -> None:
        for level, row in enumerate(self._rows):
            if row:
                self._compare(level, (self._head.size >> (8 * level)) // TILE_WIDTH, row)

    def _compare(self, level: int, index: int, row: list[bytes]) -> None:
        try:
            stored = self._disk.read_hashes(level, index, len(row))
        except LedgerDamaged as fault:
            self.tiles.add(fault.message)
            return
        if stored != b"".join(row):
            self.tiles.add(f"{tile_path(level, index, len(row))} differs from the entries")

    def _check_earlier(self, size: int, root: bytes) -> None:
        name = f"{HISTORY}/{size}"
        try:
            note = read_note(self._folder / HISTORY / str(size))
            kept = verify_checkpoint(note or b"", self._verifier)
        except (InvalidInput, IntegrityFault) as fault:
            self.history.add(f"{name}: {fault.message}")
            return
        if kept.size != size or kept.root != root:
            self.history.add(f"{name} was signed over other entries")
