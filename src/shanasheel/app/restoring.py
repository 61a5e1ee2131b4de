"""A vault taken apart again: verified in a scratch folder, or made a data folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shanasheel.actions.ports import Vault
from shanasheel.actions.rebuilding import (
    Rebuilt,
    fetch_records,
    note_not_copied,
    note_restored,
    replay,
)
from shanasheel.actions.vault_check import VaultReport, check_vault
from shanasheel.actions.vault_files import check_place
from shanasheel.adapters.stores import Database, open_database, sound
from shanasheel.app.folder import DataFolder, open_folder
from shanasheel.base.clock import Clock
from shanasheel.base.errors import Conflict, Exhausted, InvalidInput, NotFound
from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.domain.copying import Copy, Scope

_Told = Callable[[int, int], None]
_MARK = "restoring.json"  # a restore that was cut may be gone on with; a recorder's data may not


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored.

    Args:
        not_copied: segments the recorder had and the vault has not.
        faults: what in the vault is changed or missing, in words.
    """

    files: int
    size_bytes: int
    not_copied: int
    database: str
    faults: tuple[str, ...]


def check(
    vault: Vault, *, scratch: Path | None, verifier_key: str | None, clock: Clock, told: _Told
) -> VaultReport:
    """Verify a vault from itself alone; nothing is kept.

    Args:
        scratch: where the records are put for a while; None for the system's place.
        verifier_key: the log's public key; None takes the vault's own word for it.
    """
    with tempfile.TemporaryDirectory(prefix="shanasheel-vault-", dir=scratch) as place:
        folder = DataFolder(root=Path(place))
        built, database = _rebuild(vault, folder)
        try:
            with database.read() as rows:
                held = rows.copies.totals(built.identity.id, Scope.HELD)
            note_not_copied(database, built, clock)
            return check_vault(
                vault,
                folder.root,
                database,
                built,
                verifier_key=verifier_key or built.identity.verifier_key,
                at=clock.now(),
                held_absent=held.waiting,
                progress=told,
            )
        finally:
            database.close()


def restore(
    vault: Vault, root: Path, *, log_key: Path | None, clock: Clock, told: _Told
) -> Restored:
    """Make a data folder from a vault. Cut short, it goes on when it is called again.

    Args:
        log_key: the log's private key from its backup; without it the folder is a copy: it can be
            looked at and verified, and nothing is recorded into it.

    Raises:
        Conflict: the folder holds data that is not of a restore.
        NotFound: there is no vault.
        InvalidInput: the key is not that log's.
    """
    if (root / "shanasheel.db").exists() and not (root / _MARK).exists():
        raise Conflict(f"{root} holds data already.", "Restore into a new folder.")
    folder = open_folder(root)
    write_atomic(folder.root / _MARK, json.dumps({"restoring": True}).encode())
    for ending in ("", "-wal", "-shm"):
        Path(f"{folder.database}{ending}").unlink(missing_ok=True)
    built, database = _rebuild(vault, folder)
    try:
        note_not_copied(database, built, clock)
        note_restored(database, built, clock)
        files, size_bytes = _fetch_files(vault, folder.root, database, built, told)
    finally:
        database.close()
    if log_key is not None:
        _take_key(log_key, folder, built.identity.origin)
    (folder.root / _MARK).unlink()
    return Restored(
        files=files,
        size_bytes=size_bytes,
        not_copied=built.not_copied,
        database=built.database,
        faults=tuple(built.faults),
    )


def _rebuild(vault: Vault, folder: DataFolder) -> tuple[Rebuilt, Database]:
    built = fetch_records(vault, folder.root, sound)
    database = open_database(folder.database)
    replay(vault, database, built)
    return built, database


def _fetch_files(
    vault: Vault, root: Path, database: Database, built: Rebuilt, told: _Told
) -> tuple[int, int]:
    files = size_bytes = 0
    with database.read() as rows:
        total = rows.copies.totals(built.identity.id, Scope.NOTHING).copied
        for done, copy in enumerate(rows.copies.every(built.identity.id), start=1):
            try:
                _fetch(vault, root, copy)
            except (NotFound, InvalidInput) as fault:
                built.faults.append(fault.message)
            else:
                files, size_bytes = files + 1, size_bytes + copy.size_bytes
            told(done, total)
    return files, size_bytes


def _fetch(vault: Vault, root: Path, copy: Copy) -> None:
    """Fetch one file unless it is there; one that differs from its record is left in the vault."""
    place = root / check_place(copy.path)
    if place.is_file() and place.stat().st_size == copy.size_bytes:
        return  # fetched and verified before the restore was cut
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = place.with_name(f".{place.name}.part")
    digest = hashlib.sha256()
    try:
        with part.open("wb") as stream:
            for chunk in vault.read(copy.path):
                digest.update(chunk)
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        if digest.hexdigest() != copy.sha256:
            raise InvalidInput(f"{copy.path} was changed in the vault and is left there.")
        part.replace(place)
        sync_directory(place.parent)
    except OSError as fault:
        if isinstance(fault, ConnectionError | PermissionError) or fault.errno is None:
            raise
        raise Exhausted(
            f"{place} cannot be written: {fault.strerror}.", "Free space, then restore again."
        ) from fault
    finally:
        part.unlink(missing_ok=True)


def _take_key(log_key: Path, folder: DataFolder, origin: str) -> None:
    if f"+{origin}+" not in log_key.read_text(errors="replace"):
        raise InvalidInput(f"{log_key} is not the key of {origin}.", "Find that log's key.")
    shutil.copyfile(log_key, folder.keys / "log.key")
    (folder.keys / "log.key").chmod(0o600)
