"""What outsiders said of the log, into a vault and back: cosigned checkpoints and timestamps.

Here such a file may be replaced; in a vault nothing ever is. So a name there ends in the SHA-256 of
its bytes, `ledger/cosigned/<size>-<SHA-256>`, and a head that more have signed is one more file.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from shanasheel.actions.ports import Vault
from shanasheel.actions.vault_files import Pace, check_place, put_bytes, read_whole
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound
from shanasheel.base.files import write_atomic
from shanasheel.prove.ledger import COSIGNED, CosignedHeads, Note, parse_note
from shanasheel.prove.ledger.checkpoints import parse_checkpoint

TIMESTAMPS = "timestamps"
FOLDERS = (f"ledger/{COSIGNED}", f"ledger/{TIMESTAMPS}")

_LIMIT_BYTES = 64 * 1024
_NAMED = re.compile(r"(.+)-([0-9a-f]{64})")
_STAMP = re.compile(r"[0-9]{1,19}/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_NEWEST = 256  # heads fetched again: a busy site's of some hours; older ones are outgrown by these


class VouchedCopy:
    """Copies what outsiders said; used by one thread. It knows what it has put so far."""

    def __init__(self) -> None:
        self._signed: dict[int, frozenset[tuple[str, bytes]]] = {}
        self._stamps: set[str] = set()
        self._listed = False

    def copy(self, ledger: Path, vault: Vault, pace: Pace, *, proven: int) -> None:
        """Put what the vault lacks of heads up to `proven` entries, which lie there already.

        Raises:
            IntegrityFault: the vault holds other bytes under a name.
            Unavailable, Denied, Exhausted: as the vault says.
        """
        for note in CosignedHeads(ledger).all():
            size = parse_checkpoint(note.text).size
            signers = frozenset((line.name, line.key_id) for line in note.signatures)
            # An idle log is cosigned anew each minute; a vault would keep every one for ever.
            if size <= proven and self._signed.get(size) != signers:
                _put(vault, f"ledger/{COSIGNED}/{size}", note.encoded(), pace)
                self._signed[size] = signers
        self._copy_stamps(ledger / TIMESTAMPS, vault, pace, proven)

    def _copy_stamps(self, folder: Path, vault: Vault, pace: Pace, proven: int) -> None:
        for name, content in _stamps(folder, proven):
            if not self._listed:
                self._stamps, self._listed = set(_names(vault, f"ledger/{TIMESTAMPS}")), True
            there = _named(f"ledger/{TIMESTAMPS}/{name}", content)
            if there not in self._stamps:
                _put(vault, f"ledger/{TIMESTAMPS}/{name}", content, pace)
                self._stamps.add(there)


def fetch_vouched(vault: Vault, ledger: Path) -> list[str]:
    """Put a vault's cosigned heads and timestamps beside a ledger; return what is wrong, in words.

    Nothing is verified here but names: `ledger check --policy` verifies what they say.
    """
    wrong = list[str]()
    heads = CosignedHeads(ledger)
    cosigned = sorted(_names(vault, FOLDERS[0]), key=_size_in, reverse=True)[:_NEWEST]
    for _name, content in _read(vault, reversed(cosigned), wrong):
        try:
            note: Note = parse_note(content)
            ledger.mkdir(parents=True, exist_ok=True)
            heads.add(note.text, (), note.signatures)
        except InvalidInput as fault:
            wrong.append(f"a cosigned checkpoint is none: {fault.message}")
    for name, content in _read(vault, _names(vault, FOLDERS[1]), wrong):
        inner = name.removeprefix(f"{FOLDERS[1]}/")
        if not _STAMP.fullmatch(inner):
            wrong.append(f"{name} is no timestamp's name")
            continue
        place = ledger / TIMESTAMPS / inner
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(place, content, durable=False)
    return wrong


def _stamps(folder: Path, proven: int) -> Iterator[tuple[str, bytes]]:
    """Yield every timestamp's files, by their names below the folder."""
    for path in sorted(folder.glob("*/*")):
        name = f"{path.parent.name}/{path.name}"
        if not _STAMP.fullmatch(name) or int(path.parent.name) > proven:
            continue
        with contextlib.suppress(OSError), path.open("rb") as stream:
            content = stream.read(_LIMIT_BYTES + 1)
            if len(content) <= _LIMIT_BYTES:
                yield name, content


def _read(vault: Vault, names: Iterable[str], wrong: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield what lies under names, by the name it had; what does not fit its own is wrong."""
    for name in names:
        found = _NAMED.fullmatch(name)
        try:
            content = read_whole(vault, check_place(name))
        except (NotFound, IntegrityFault, InvalidInput) as fault:
            wrong.append(fault.message)
            continue
        if found is None or hashlib.sha256(content).hexdigest() != found[2]:
            wrong.append(f"{name} was changed")
            continue
        yield found[1], content


def _names(vault: Vault, folder: str) -> list[str]:
    try:
        return list(vault.names(folder))
    except NotFound:
        return []


def _size_in(name: str) -> tuple[int, str]:
    size = name.rpartition("/")[2].partition("-")[0]
    return (int(size) if size.isascii() and size.isdigit() and len(size) < 20 else 0, name)


def _named(name: str, content: bytes) -> str:
    return f"{name}-{hashlib.sha256(content).hexdigest()}"


def _put(vault: Vault, name: str, content: bytes, pace: Pace) -> None:
    put_bytes(vault, _named(name, content), content, pace)
