"""Verifying a vault from itself alone: every file, against the copy of the ledger there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from shanasheel.actions.copying_proof import DATABASE
from shanasheel.actions.fact_files import FACTS
from shanasheel.actions.ports import Store, Vault
from shanasheel.actions.proof import FootageReport, Step, check_footage, compare_file
from shanasheel.actions.rebuilding import Rebuilt
from shanasheel.actions.stored_files import digest_of
from shanasheel.actions.vault_files import read_whole
from shanasheel.base.errors import IntegrityFault, NotFound, ShanasheelError
from shanasheel.prove.ledger import outgrown

_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultReport:
    """Every step of a check of a vault.

    Args:
        held_absent: segments under a hold that are not there: not copied yet, or taken away.
        files: segments of streams that the ledger does not name, verified against the journals.
    """

    footage: FootageReport
    origin: str
    database: str
    held_absent: int
    files: int

    @property
    def holds(self) -> bool:
        """Return whether every step holds."""
        return self.footage.holds

    def as_json(self) -> dict[str, object]:
        """Return plain values, times as ISO 8601."""
        return {
            **self.footage.as_json(),
            "origin": self.origin,
            "database": self.database,
            "held_absent": self.held_absent,
            "other_files": self.files,
        }


class _Away(Exception):
    """The vault went away: that is no finding about a file."""


def check_vault(  # noqa: PLR0913 - what is checked, against what, and who is told
    vault: Vault,
    data: Path,
    store: Store,
    built: Rebuilt,
    *,
    verifier_key: str,
    at: datetime,
    held_absent: int,
    progress: Callable[[int, int], None] | None = None,
) -> VaultReport:  # fmt: skip
    """Verify a vault whose records were rebuilt into `data`.

    Steps: those of `check_footage` with the vault's files, then `files_match_journals`,
    `names_match_bytes` (facts, journals, databases), `earlier_tiles_agree`, `vault_readable`.

    Args:
        verifier_key: the log's public key; an outsider brings theirs.

    Raises:
        InvalidInput: the verifier key is not one.
        Unavailable, Denied: the vault went away.
    """

    def read(path: str) -> Iterator[bytes]:
        try:
            yield from vault.read(path)
        except NotFound as fault:
            raise FileNotFoundError(path) from fault
        except OSError as fault:
            raise _Away from fault
        except ShanasheelError as fault:
            raise ValueError(path) from fault

    try:
        footage = check_footage(data, store, verifier_key, at=at, progress=progress, read=read)
        files, wrong = _compare_others(read, store, built.identity.id)
    except _Away as gone:
        raise gone.__cause__ or gone from None
    steps = [
        ("files_match_journals", wrong, f"{files} files of other streams"),
        ("names_match_bytes", _misnamed(vault), "facts, journals and copies of the database"),
        ("earlier_tiles_agree", _changed_tiles(vault, data, built.sizes), "tiles since outgrown"),
        ("vault_readable", built.faults, "the records could be made again from it"),
    ]
    return VaultReport(
        footage=replace(footage, steps=(*footage.steps, *_numbered(len(footage.steps), steps))),
        origin=built.identity.origin,
        database=built.database,
        held_absent=held_absent,
        files=files,
    )


def _numbered(done: int, told: list[tuple[str, list[str], str]]) -> Iterator[Step]:
    for number, (name, faults, fine) in enumerate(told, start=done + 1):
        detail = f"{len(faults)}: {'; '.join(faults[:_NAMED])}" if faults else fine
        yield Step(number=number, name=name, ok=not faults, detail=detail)


def _compare_others(
    read: Callable[[str], Iterator[bytes]], store: Store, vault: str
) -> tuple[int, list[str]]:
    count, wrong = 0, list[str]()
    with store.read() as rows:
        for copy in rows.copies.every(vault):
            if copy.logged:
                continue
            count += 1
            reason, _size = compare_file(read, copy.path, copy.size_bytes, copy.sha256)
            if reason is not None:
                wrong.append(f"{copy.path} {reason}")
    return count, wrong


def _misnamed(vault: Vault) -> list[str]:
    wrong = []
    for folder in (FACTS, "records", DATABASE):
        for name in vault.names(folder):
            if digest_of(vault.read(name))[0] not in name:
                wrong.append(f"{name} was changed")
    return wrong


def _changed_tiles(vault: Vault, data: Path, sizes: list[int]) -> list[str]:
    wrong = []
    try:
        for name, content in outgrown(data / "ledger", sizes):
            try:
                found = read_whole(vault, f"ledger/{name}")
            except (NotFound, IntegrityFault) as fault:
                wrong.append(fault.message)
                continue
            if found != content:
                wrong.append(f"ledger/{name} was changed")
    except IntegrityFault as fault:
        wrong.append(fault.message)
    return wrong
