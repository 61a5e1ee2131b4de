"""Files into a vault and out of it: verified by hash there, at a bounded pace."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shanasheel.actions.ports import Vault
from shanasheel.actions.stored_files import digest_of
from shanasheel.base.clock import Clock
from shanasheel.base.errors import Conflict, IntegrityFault, InvalidInput, NotFound

IDENTITY = "vault.json"

_SMALL_BYTES = 64 << 20  # bound of what is read whole: bundles of facts, journals, tiles


class Pace:
    """Keeps an average below so many bits a second; None lets everything pass."""

    def __init__(self, clock: Clock, most_bps: int | None) -> None:
        self._clock, self._most_bps = clock, most_bps
        self._free_at_s = clock.monotonic_s()

    def spend(self, size_bytes: int) -> None:
        """Block until so many bytes may go."""
        if self._most_bps is None:
            return
        now_s = self._clock.monotonic_s()
        self._free_at_s = max(now_s, self._free_at_s) + size_bytes * 8 / self._most_bps
        self._clock.sleep_s(self._free_at_s - now_s)

    def through(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield pieces no faster than the pace."""
        for chunk in chunks:
            self.spend(len(chunk))
            yield chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a vault says of itself.

    Args:
        id: UUIDv7, made when the vault was first written.
        origin: name of the one ledger whose recorder may write here.
        verifier_key: that ledger's public key.
    """

    id: str
    origin: str
    verifier_key: str


def put_verified(
    vault: Vault,
    path: str,
    source: Callable[[], Iterator[bytes]],
    *,
    size_bytes: int,
    sha256: str,
    pace: Pace,
) -> bool:
    """Put bytes under a name unless they are there, and read them back; return whether they came.

    Raises:
        IntegrityFault: the vault holds other bytes under this name. Nothing is overwritten.
        Unavailable, Denied, Exhausted: as the vault says.
        OSError: the source cannot be read.
    """
    absent = vault.size_of(path) is None
    if absent:
        _put(vault, path, pace.through(source()), size_bytes)
    try:
        found = digest_of(pace.through(vault.read(path)))
    except NotFound:
        found = ("", 0)
    if found != (sha256, size_bytes):
        raise IntegrityFault(
            f"The vault holds other bytes under {path}: {found[1]} bytes of {size_bytes}.",
            "Keep that file as evidence, move it out of the vault; it is then copied again.",
        )
    return absent


class _SourceLost(Exception):
    """Our own file could not be read; kept apart from what the vault may say."""


def _put(vault: Vault, path: str, chunks: Iterator[bytes], size_bytes: int) -> None:
    lost: list[OSError] = []

    def sent() -> Iterator[bytes]:
        try:
            yield from chunks
        except OSError as fault:
            lost.append(fault)
            raise _SourceLost from fault

    try:
        vault.put(path, sent(), size_bytes)
    except BaseException:
        if lost:
            raise lost[0] from None
        raise


def put_bytes(vault: Vault, path: str, content: bytes, pace: Pace) -> bool:
    """Put a small file; as `put_verified`."""
    return put_verified(
        vault, path, lambda: iter((content,)), size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(), pace=pace,
    )  # fmt: skip


def read_whole(vault: Vault, path: str) -> bytes:
    """Return a small file.

    Raises:
        NotFound: it is not there.
        IntegrityFault: it is longer than any of ours.
    """
    content = bytearray()
    for chunk in vault.read(path):
        content += chunk
        if len(content) > _SMALL_BYTES:
            raise IntegrityFault(f"{path} in the vault is too long.", "Keep it as evidence.")
    return bytes(content)


def read_identity(vault: Vault) -> Identity | None:
    """Return what a vault says of itself; None where it was never written to.

    Raises:
        IntegrityFault: what it says cannot be read.
    """
    try:
        content = json.loads(read_whole(vault, IDENTITY))
        return Identity(
            id=str(content["id"]),
            origin=str(content["origin"]),
            verifier_key=str(content["verifier_key"]),
        )
    except NotFound:
        return None
    except (ValueError, TypeError, KeyError) as fault:
        raise IntegrityFault(f"{IDENTITY} in the vault is damaged.", "Restore it there.") from fault


def recognise(vault: Vault, *, mine: Identity, known: str, pace: Pace) -> Identity:
    """Return the identity of a vault that is ours to write, made at the first time.

    Args:
        mine: what a new vault would say.
        known: id of the vault that lay here before; empty for none.

    Raises:
        Conflict: it is another recorder's, or another vault than before.
    """
    found = read_identity(vault)
    if found is None and not known:
        body = {
            "id": mine.id,
            "origin": mine.origin,
            "verifier_key": mine.verifier_key,
            "about": "Footage and proof by Shanasheel; `shanasheel vault check` verifies it.",
        }
        put_bytes(vault, IDENTITY, json.dumps(body, indent=1).encode() + b"\n", pace)
        return mine
    if found is None or (known and found.id != known):
        raise Conflict(
            "The vault that was here before is not there.",
            "Mount its disk. To begin a new one, give it another place in the configuration.",
        )
    if found.origin != mine.origin:
        raise Conflict(
            f"The vault belongs to another recorder ({found.origin}).",
            "Give each recorder a folder or prefix of its own.",
        )
    return found


def check_place(path: str) -> str:
    """Return a path that a vault names, when it leads nowhere but below the data folder.

    Raises:
        InvalidInput: it does not.
    """
    parts = path.split("/")
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        raise InvalidInput(f"The vault names an impossible file {path[:80]!r}.", "")
    return path
