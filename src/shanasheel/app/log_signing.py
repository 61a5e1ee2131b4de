"""Who signs the log: its own process, asked over a Unix socket, or this one while that is not up.

A line of text goes in and comes out: the request is read to its end, the answer is its HTTP status,
a newline, and its body.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shanasheel.app.folder import DataFolder
from shanasheel.base.errors import Conflict, InvalidInput, NotFound
from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.prove.ledger import (
    CHECKPOINT,
    LOG_KEY,
    LOG_MEMORY,
    REQUEST_LIMIT_BYTES,
    AskedSigner,
    HeadSigner,
    LogSigner,
    Reply,
    SignerAway,
    disk_faults,
    parse_verifier,
)

ELSEWHERE = "log.socket"  # in `keys/`: where another user's process listens that has the key

_ANSWER_S = 5.0  # a signature is one fsync away; a disk under load takes up to a second
_NAME_BYTES = 100  # unix(7): the name of a socket has at most 107


def origin_of(folder: DataFolder) -> str:
    """Return the ledger's name, unique to this data folder, made on first use."""
    path = folder.keys / "origin"
    if not path.exists():
        write_atomic(path, f"shanasheel-{secrets.token_hex(6)}/evidence/1".encode(), mode=0o600)
    return path.read_text().strip()


def elsewhere(keys: Path) -> Path | None:
    """Return where another user's process listens that has the log's key; None where none has."""
    try:
        return Path((keys / ELSEWHERE).read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None


def open_head_signer(folder: DataFolder, origin: str, *, hub: bool) -> HeadSigner:
    """Return who signs this site's log.

    Args:
        hub: never read the key, even where nobody signs now.

    Raises:
        NotFound: a hub was started where no key was ever made.
        InvalidInput: the key is open to others, or of another log.
        LedgerDamaged: what the key signed last is missing or damaged.
    """
    away = elsewhere(folder.keys)
    if away is None and not hub:
        try:
            held = LogSigner(folder.keys, origin, adopt=folder.ledger / CHECKPOINT)
        except Conflict:
            pass  # its own process is up
        else:
            return AskedSigner(parse_verifier(held.verifier_key), held.answer, held.close)
    place = away or folder.signer_socket
    key = read_log_vkey(folder.keys)
    return AskedSigner(parse_verifier(key), lambda body: ask_log_signer(place, body))


def read_log_vkey(keys: Path) -> str:
    """Return the log's public key as text.

    Raises:
        NotFound: there is none: nothing was ever logged here.
    """
    try:
        return (keys / LOG_KEY).with_suffix(".vkey").read_text().strip()
    except FileNotFoundError as fault:
        raise NotFound(f"{keys} holds no log.vkey.", "Give the key with --key.") from fault


def move_log_key(folder: DataFolder, to: Path, place: Path) -> Path:
    """Move the log's key and what it signed last to another folder; return that folder.

    A move that was cut short is finished by moving again: the key in the data folder goes last.

    Args:
        to: made when absent, for its owner alone.
        place: where its process will listen.

    Raises:
        InvalidInput: the folders lie in each other.
        Conflict: the site is running.
        NotFound: the key was moved before.
        Exhausted, Unavailable: a disk refused.
    """
    if to.is_relative_to(folder.root) or folder.root.is_relative_to(to):
        raise InvalidInput(f"{to} and the data folder lie in each other.", "Name another folder.")
    if not (folder.keys / LOG_KEY).exists():
        raise NotFound(f"{folder.keys} holds no log.key.", "It may have been moved before.")
    with (
        LogSigner(folder.keys, origin_of(folder), adopt=folder.ledger / CHECKPOINT),
        disk_faults(to),
    ):
        # Once this says so the other one signs, and may have signed since: never copy over it.
        if elsewhere(folder.keys) is None:
            to.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name in (LOG_KEY, "log.vkey", LOG_MEMORY):
                write_atomic(to / name, (folder.keys / name).read_bytes(), mode=0o600)
            write_atomic(folder.keys / ELSEWHERE, f"{place}\n".encode(), mode=0o600)
        for name in (LOG_MEMORY, LOG_KEY):
            (folder.keys / name).unlink()
        sync_directory(folder.keys)
    return to


def ask_log_signer(place: Path, body: bytes) -> Reply:
    """Bring a request to the process that holds the key and return its answer.

    Raises:
        SignerAway: nobody answers there in time, or nothing that is an answer.
    """
    try:
        with socket_name(place) as name, socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(_ANSWER_S)
            peer.connect(name)
            peer.sendall(body)
            peer.shutdown(socket.SHUT_WR)
            answer = read_all(peer, REQUEST_LIMIT_BYTES)
        status, _, rest = answer.partition(b"\n")
        return Reply(status=int(status), body=rest)
    except (OSError, ValueError) as fault:
        raise SignerAway(
            f"The process that holds the log's key does not answer at {place.name}: {fault}.",
            "Entries are kept and wait for their checkpoint. It is restarted by itself; "
            "see logs/signer.log.",
        ) from fault


def read_all(peer: socket.socket, most: int) -> bytes:
    """Return what a peer sends until it ends.

    Raises:
        ValueError: it is more than `most` bytes.
        OSError: it is away, or silent for longer than the socket's time.
    """
    parts, size = [], 0
    while part := peer.recv(1 << 16):
        size += len(part)
        if size > most:
            raise ValueError(f"more than {most} bytes")
        parts.append(part)
    return b"".join(parts)


@contextmanager
def socket_name(place: Path) -> Iterator[str]:
    """Yield a name for a socket's place that is short enough, whatever folder it is in."""
    if len(os.fsencode(place)) <= _NAME_BYTES:
        yield str(place)
        return
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{place.name}"
    finally:
        os.close(folder)
