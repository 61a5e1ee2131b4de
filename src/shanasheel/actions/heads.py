"""The signed heads that a bundle's proofs lead to: the site's own, and those outsiders cosigned."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shanasheel.actions.cosigning import keys_of, policy_text, site_policy
from shanasheel.actions.gathering import Gathered
from shanasheel.actions.site import Site
from shanasheel.base.errors import NotFound, Unavailable
from shanasheel.domain.cosigning import OutsideCosigner
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.prove.evidence.layout import KEYS, LOG, TIMESTAMPS
from shanasheel.prove.evidence.pem import public_pem
from shanasheel.prove.ledger import (
    CHECKPOINT,
    Algorithm,
    CosignedHeads,
    LedgerReader,
    Note,
    SignatureMismatch,
    open_commitment,
    parse_note,
    parse_verifier,
    read_note,
)
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from shanasheel.prove.ledger.proofs import EntryProof, pack_hashes

_LOOK_S = 0.2
_STAMP_LIMIT_BYTES = 1 << 20
_MOST_STAMPS = 4
_MEDIA = (FactKind.SEGMENT, FactKind.INTAKE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """The heads of one moment.

    Args:
        main: what the footage is proven by: cosigned if anything is.
        own: the log's newest.
        log_key: the log's public key as text.
        accepted: whether the site's own quorum has signed `main`.
    """

    reader: LedgerReader
    folder: Path
    main: Note
    own: Note
    log_key: str
    cosigners: tuple[OutsideCosigner, ...]
    accepted: bool
    first: int = 0
    last: int = 0

    def prove(self, fact: StoredFact) -> EntryProof:
        """Return the proof that a record is in the log.

        Raises:
            IntegrityFault: the record is not the one that was logged.
        """
        entry = self.reader.entry(fact.entry)
        open_commitment(entry, fact.body, fact.salt)
        note = self.main if fact.entry < _size(self.main) else self.own
        hashes = self.reader.inclusion_proof(fact.entry, _size(note))
        return EntryProof(index=fact.entry, hashes=hashes, note=note, extra=entry)

    def uncosigned(self, gathered: Gathered) -> int:
        """Return how many records the site's quorum has not vouched for."""
        if not self.cosigners:
            return 0
        records = (*gathered.footage, *gathered.custody)
        size = _size(self.main) if self.accepted else 0
        return sum(fact.entry >= size for fact in records)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files about the log below `data/`: heads, policy, keys, timestamps."""
        yield f"{LOG}/checkpoint", self.main.encoded()
        yield f"{LOG}/policy", policy_text(self.log_key, self.cosigners).encode()
        log = parse_verifier(self.log_key)
        yield f"{KEYS}/log.vkey", f"{log}\n".encode()
        yield f"{KEYS}/log.pem", public_pem(log.public)
        for number, cosigner in enumerate(self.cosigners, start=1):
            for key in keys_of(cosigner):
                ed25519 = key.algorithm is Algorithm.ED25519
                place = f"{KEYS}/cosigner-{number}{'' if ed25519 else '-ml-dsa-44'}"
                yield f"{place}.vkey", f"{key}\n".encode()
                if ed25519:
                    yield f"{place}.pem", public_pem(key.public)
        yield from self._stamps()

    def _stamps(self) -> Iterator[tuple[str, bytes]]:
        """Yield the timestamped heads around the footage, with the way from each to `main`."""
        size = _size(self.main)
        for at in _around(_stamp_sizes(self.folder), self.first, self.last, size):
            place = self.folder / "timestamps" / str(at)
            for path in sorted(place.iterdir()):
                if path.name == "checkpoint" or path.suffix == ".tsr":
                    yield f"{TIMESTAMPS}/{at}/{path.name}", path.read_bytes()[:_STAMP_LIMIT_BYTES]
            yield (
                f"{TIMESTAMPS}/{at}/consistency",
                pack_hashes(self.reader.consistency_proof(at, size)),
            )


def await_logged(site: Site, entry: int, patience_s: float) -> None:
    """Return once an entry is under a signed checkpoint.

    Raises:
        Unavailable: it is not, in time.
        IntegrityFault: the ledger cannot accept it.
    """

    def logged() -> bool:
        site.sequencer.catch_up()
        return LedgerReader(site.data / "ledger").size > entry

    if not _until(logged, patience_s):
        raise Unavailable("The ledger does not log.", "See `shanasheel doctor`, then try again.")


def await_heads(
    site: Site, gathered: Gathered | None, patience_s: float, *, entry: int | None = None
) -> Heads:
    """Return the heads once the site's cosigners have signed one with every record, or time is up.

    Raises:
        NotFound: nothing was ever logged here.
    """
    records = (*gathered.footage, *gathered.custody) if gathered else ()
    needed = max((fact.entry for fact in records), default=entry or 0)
    found: list[Heads] = []

    def enough() -> bool:
        found[:] = [_heads(site, gathered)]
        one = found[0]
        return not one.cosigners or (one.accepted and _size(one.main) > needed)

    _until(enough, patience_s)
    return found[0]


def _heads(site: Site, gathered: Gathered | None) -> Heads:
    folder = site.data / "ledger"
    try:
        log_key = (site.data / "keys" / "log.vkey").read_text().strip()
    except OSError as fault:
        raise NotFound("Nothing was ever logged here.", "Record something first.") from fault
    with site.store.read() as rows:
        cosigners = rows.cosigners.all()
    own_data = read_note(folder / CHECKPOINT)
    if own_data is None:
        raise NotFound("Nothing was ever logged here.", "Record something first.")
    own = parse_note(own_data)
    reader = LedgerReader(folder)
    policy = site_policy(log_key, cosigners)
    kept = [note for note in CosignedHeads(folder).all() if _size(note) <= reader.size]
    main, accepted = (kept[-1] if kept else own), False
    for note in reversed(kept):
        try:
            if policy.judge(note, int(site.clock.now().timestamp())).holds:
                main, accepted = note, True
                break
        except SignatureMismatch:
            continue
    media = [fact.entry for fact in gathered.footage if fact.kind in _MEDIA] if gathered else []
    return Heads(
        reader=reader, folder=folder, main=main, own=own, log_key=log_key, cosigners=cosigners,
        accepted=accepted, first=min(media, default=0), last=max(media, default=0),
    )  # fmt: skip


def _until(done: Callable[[], bool], patience_s: float) -> bool:
    """Ask until it is so, or the time is up; at least once."""
    never = threading.Event()
    for _ in range(max(1, round(patience_s / _LOOK_S))):
        if done():
            return True
        never.wait(_LOOK_S)
    return done()


def _stamp_sizes(folder: Path) -> list[int]:
    try:
        names = [path.name for path in (folder / "timestamps").iterdir() if path.is_dir()]
    except OSError:
        return []
    return sorted(int(name) for name in names if name.isascii() and name.isdigit())


def _around(sizes: Sequence[int], first: int, last: int, most: int) -> list[int]:
    """Return the newest sizes without the first entry and the oldest with the last."""
    known = [size for size in sizes if 0 < size <= most]
    before = [size for size in known if size <= first][-_MOST_STAMPS // 2 :]
    after = [size for size in known if size > last][: _MOST_STAMPS // 2]
    return [*before, *after]


def _size(note: Note) -> int:
    return parse_checkpoint(note.text).size
