"""A data folder's records again from a vault: ledger, facts, database, index; no footage yet."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shanasheel.actions.copying_proof import DATABASE
from shanasheel.actions.copying_vouched import fetch_vouched
from shanasheel.actions.fact_files import FACTS, longest, unpack_facts
from shanasheel.actions.factmaking import deletion_fact, make_fact
from shanasheel.actions.ports import Store, Vault
from shanasheel.actions.replaying import replay_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.vault_files import Identity, check_place, read_identity, read_whole
from shanasheel.base.clock import Clock, from_us
from shanasheel.base.errors import IntegrityFault, NotFound, ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.copying import Item
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.domain.footage import Segment
from shanasheel.domain.keeping import Deleted, Kept, Why
from shanasheel.domain.wire import loads
from shanasheel.prove.ledger import rebuild_log, sizes_of

_BATCH = 200  # segments one deletion fact names


@dataclass(slots=True)
class Rebuilt:
    """What was made again.

    Args:
        database: name of the copy it began with; empty when there was none.
        not_copied: segments that the recorder had and the vault has not.
        faults: files of the vault that were changed or are missing, in words.
    """

    identity: Identity
    sizes: list[int] = field(default_factory=list)
    database: str = ""
    facts: int = 0
    copies: int = 0
    not_copied: int = 0
    faults: list[str] = field(default_factory=list)


def fetch_records(vault: Vault, folder: Path, sound: Callable[[Path], bool]) -> Rebuilt:
    """Write ledger, public key and newest sound database from a vault into a data folder.

    Args:
        sound: says whether a file is a whole database without code in it.

    Raises:
        NotFound: there is no vault.
        IntegrityFault: the vault does not say what it is.
    """
    identity = read_identity(vault)
    if identity is None:
        raise NotFound("There is no vault at this place.", "Check the address and the prefix.")
    keys = folder / "keys"
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(keys / "origin", identity.origin.encode(), mode=0o600)
    write_atomic(keys / "log.vkey", f"{identity.verifier_key}\n".encode())
    built = Rebuilt(identity=identity, sizes=sizes_of(vault.names("ledger/checkpoint.d")))

    def read(path: str) -> bytes | None:
        try:
            return read_whole(vault, f"ledger/{path}")
        except NotFound:
            return None  # the ledger's own check names it

    rebuild_log(folder / "ledger", built.sizes, read)
    built.faults += fetch_vouched(vault, folder / "ledger")
    _fetch_database(vault, folder / "shanasheel.db", built, sound)
    return built


def _fetch_database(
    vault: Vault, target: Path, built: Rebuilt, sound: Callable[[Path], bool]
) -> None:
    for name in sorted(vault.names(DATABASE), reverse=True):
        packed = target.with_name("copy.db.gz")
        digest = hashlib.sha256()
        with packed.open("wb") as stream:
            for chunk in vault.read(name):
                digest.update(chunk)
                stream.write(chunk)
        try:
            if digest.hexdigest() not in name:
                raise IntegrityFault(f"{name} was changed: its bytes differ from its name.")
            with gzip.open(packed) as source, target.open("wb") as whole:
                shutil.copyfileobj(source, whole, 1 << 20)
            if not sound(target):
                raise IntegrityFault(f"{name} is no sound database.")
        except (IntegrityFault, OSError, EOFError, zlib.error) as fault:
            built.faults.append(str(fault))
            target.unlink(missing_ok=True)
        else:
            built.database = name
            return
        finally:
            packed.unlink(missing_ok=True)


def replay(
    vault: Vault,
    store: Store,
    built: Rebuilt,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Bring the database up to the vault's journals and facts; faults are noted in `built`."""
    with store.begin() as rows:
        rows.copies.set_vault(built.identity.id)
    names = sorted(vault.names("records"))
    for done, name in enumerate(names):
        with _noting(built):
            items = _journal(name, read_whole(vault, name))
            with store.begin() as rows:
                for item in items:
                    _replay_copy(rows, built.identity.id, item)
            built.copies += len(items)
        progress(done + 1, len(names))
    for bundle in longest(vault.names(FACTS)):
        with store.read() as rows:
            have = rows.facts.count()
        if bundle.first + bundle.count <= have:
            continue
        if bundle.first > have:
            built.faults.append(f"facts {have} to {bundle.first - 1} are missing")
            return
        with _noting(built):
            facts = unpack_facts(bundle.name, read_whole(vault, bundle.name))
            with store.begin() as rows:
                for fact in facts[have - bundle.first :]:
                    rows.facts.add(fact)
                    replay_fact(rows, fact)
            built.facts += len(facts)


class _noting:  # noqa: N801 - read as a verb
    """Notes one of our errors as a fault and goes on; a vault that is away ends it all."""

    def __init__(self, built: Rebuilt) -> None:
        self._built = built

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> bool:
        if not isinstance(fault, ShanasheelError) or isinstance(fault, OSError):
            return False
        self._built.faults.append(fault.message)
        return True


def _journal(name: str, content: bytes) -> list[Item]:
    if hashlib.sha256(content).hexdigest() not in name:
        raise IntegrityFault(f"{name} was changed: its bytes differ from its name.")
    try:
        lines = [json.loads(line) for line in content.splitlines()]
        return [
            Item(
                id=str(line["id"]),
                path=check_place(str(line["path"])),
                size_bytes=int(line["size_bytes"]),
                sha256=str(line["sha256"]),
                start=from_us(int(line["start_us"])),
                end=from_us(int(line["end_us"])),
                record=str(line["record"]),
            )
            for line in lines
        ]
    except (ValueError, TypeError, KeyError, OverflowError) as fault:
        raise IntegrityFault(f"{name} is no journal: {fault}.") from fault


def _replay_copy(rows: Rows, vault: str, item: Item) -> None:
    rows.copies.add(vault, [item], item.start)
    if item.record and rows.keeping.deletion_of(item.id) is None:
        segment = loads(item.record, Segment)
        if (segment.id, segment.path, segment.sha256) == (item.id, item.path, item.sha256):
            rows.footage.add_segment(segment)


def note_not_copied(store: Store, built: Rebuilt, clock: Clock) -> None:
    """Say of everything the vault does not have that it is not here, as facts, before it is missed.

    Where the log's key is, they enter the ledger; elsewhere they wait.
    """
    ids = IdMaker(clock)
    batch: list[Kept] = []
    with store.read() as rows:
        for one in _absent(rows, built.identity.id):
            batch.append(one)
            if len(batch) >= _BATCH:
                _note_batch(store, batch, ids, clock)
                built.not_copied += len(batch)
                batch = []
    if batch:
        _note_batch(store, batch, ids, clock)
        built.not_copied += len(batch)


def note_restored(store: Store, built: Rebuilt, clock: Clock) -> None:
    """Leave a fact that the data folder was made again from a vault, and how far that reached."""
    body = {
        "what": "restored",
        "vault": built.identity.id,
        "entries": built.sizes[-1] if built.sizes else 0,
        "not_copied": built.not_copied,
    }
    with store.begin() as rows:
        rows.facts.add(make_fact(IdMaker(clock).new(), FactKind.SETTING, clock.now(), body))


def _absent(rows: Rows, vault: str) -> Iterator[Kept]:
    for stream in Stream:
        for segment in rows.footage.every_segment(stream):
            if not rows.copies.has(vault, segment.id):
                yield _kept(segment)
    for fact in rows.facts.every():
        if fact.kind not in (FactKind.SEGMENT, FactKind.INTAKE):
            continue
        indexed = rows.footage.segment(fact.id) is not None
        known = indexed or rows.copies.has(vault, fact.id)
        if not known and rows.keeping.deletion_of(fact.id) is None:
            kept = _kept_of_fact(fact)
            if kept is not None:
                yield kept


def _kept(segment: Segment) -> Kept:
    return Kept(
        id=segment.id,
        camera=segment.camera,
        stream=segment.stream,
        start=segment.start,
        end=segment.end,
        size_bytes=segment.size_bytes,
        path=segment.path,
    )


def _kept_of_fact(fact: StoredFact) -> Kept | None:
    try:
        body = json.loads(fact.body)
        # A fact does not name its stream: the two that are logged lie in folders of their own.
        sound = f"/{body['camera']}/{Stream.SOUND.value}/" in str(body["path"])
        return Kept(
            id=fact.id,
            camera=CameraId(body["camera"]),
            stream=Stream.SOUND if sound else Stream.MAIN,
            start=from_us(body["start_us"]),
            end=from_us(body["end_us"]),
            size_bytes=int(body["size_bytes"]),
            path=str(body["path"]),
        )
    except (ValueError, TypeError, KeyError, OverflowError):
        return None  # the check of the footage names it


def _note_batch(store: Store, batch: list[Kept], ids: IdMaker, clock: Clock) -> None:
    now = clock.now()
    fact = deletion_fact(ids.new(), now, batch, Why.NOT_COPIED)
    gone = [Deleted.of(one, why=Why.NOT_COPIED, fact=fact.id) for one in batch]
    with store.begin() as rows:
        rows.facts.add(fact)
        rows.keeping.delete(gone)
        rows.keeping.finish(gone)
