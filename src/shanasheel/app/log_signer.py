"""The process that alone holds the log's key, and signs only what continues what it signed last.

Whoever takes over the hub can ask it to add entries, and nothing else: not to sign another history,
and not for the key. It knows neither footage nor database.
"""

from __future__ import annotations

import argparse
import os
import select
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import structlog

from shanasheel.app.folder import DataFolder
from shanasheel.app.log_signing import origin_of, read_all, socket_name
from shanasheel.app.processes import (
    StopFlag,
    end_with_parent,
    hide_memory,
    start_logging,
    stop_on_signal,
)
from shanasheel.base.errors import Conflict, IntegrityFault, ShanasheelError, Unavailable
from shanasheel.prove.ledger import CHECKPOINT, REQUEST_LIMIT_BYTES, LogSigner, Reply

_LOG = structlog.get_logger()
_ASK_S = 2.0  # who connects says at once what is asked; one is answered after the other
_LOCK_S = 10.0  # a command that has just ended, or a process killed just now, may hold it still
_WAITING = 16


def main() -> None:
    """Sign for one data folder until SIGTERM."""
    parser = argparse.ArgumentParser(prog="shanasheel-log-signer")
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    start_logging()
    hide_memory()
    end_with_parent()
    stop = stop_on_signal()
    folder = DataFolder(root=arguments.data)
    if not folder.keys.is_dir():
        raise Unavailable(f"{folder.root} is not there.", "Mount the data folder.")
    serve_log_signer(
        folder.keys, origin_of(folder), folder.signer_socket,
        adopt=folder.ledger / CHECKPOINT, allowed=frozenset({os.geteuid()}), stop=stop,
    )  # fmt: skip


def serve_log_signer(  # noqa: PLR0913 - what it holds, whom it serves, until when
    keys: Path,
    origin: str,
    place: Path,
    *,
    adopt: Path | None,
    allowed: frozenset[int],
    stop: StopFlag,
    started: Callable[[], None] = lambda: None,
) -> None:
    """Answer at a Unix socket until `stop` is set.

    Args:
        keys: folder of the key and of what it signed last.
        place: the socket; made for our own user alone, or for all if others may ask.
        adopt: see `LogSigner`.
        allowed: ids of the users who may ask, by the kernel's word.
        started: called once it answers.

    Raises:
        Conflict: another process signs for this folder, also after 10 s.
        LedgerDamaged: what was signed last is missing or damaged.
        Unavailable: the socket cannot be made.
    """
    signer = _opened(keys, origin, adopt, stop)
    if signer is None:
        return
    with signer:
        with _listen(place, alone=allowed <= {os.geteuid()}) as listener:
            _LOG.info("log_signer_started", origin=origin)
            started()
            poll = select.poll()
            poll.register(listener, select.POLLIN)
            poll.register(stop, select.POLLIN)
            while not stop.is_set():
                poll.poll()
                if not stop.is_set():
                    _serve_one(listener, signer, allowed)
        place.unlink(missing_ok=True)
    _LOG.info("log_signer_stopped")


def _opened(keys: Path, origin: str, adopt: Path | None, stop: StopFlag) -> LogSigner | None:
    """Return the signer; None where it was asked to stop before it could be had."""
    rounds = int(_LOCK_S / 0.1)
    for one in range(rounds):
        try:
            return LogSigner(keys, origin, adopt=adopt)
        except Conflict:
            if one == rounds - 1:
                raise
        if stop.wait(0.1):
            return None
    return None


def _listen(place: Path, *, alone: bool) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        place.unlink(missing_ok=True)  # of one that was killed; the key's lock is ours
        before = os.umask(0o177)
        try:
            with socket_name(place) as name:
                listener.bind(name)
        finally:
            os.umask(before)
        if not alone:
            place.chmod(0o666)  # who may ask is told by the kernel, not by the file
        listener.listen(_WAITING)
    except OSError as fault:
        listener.close()
        raise Unavailable(
            f"{place} cannot be listened on: {fault.strerror}.", "Give another place."
        ) from fault
    listener.setblocking(False)  # noqa: FBT003 - the library's own
    return listener


def _serve_one(listener: socket.socket, signer: LogSigner, allowed: frozenset[int]) -> None:
    try:
        peer, _ = listener.accept()
    except OSError:
        return  # it has gone again
    with peer:
        peer.settimeout(_ASK_S)
        try:
            user = struct.unpack(
                "3i",
                peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")),
            )[1]
            if user not in allowed:
                _LOG.warning("log_signer_refused", user=user)
                return
            reply = _answer(signer, read_all(peer, REQUEST_LIMIT_BYTES))
            peer.sendall(f"{reply.status}\n".encode() + reply.body)
        except (OSError, ValueError) as fault:
            _LOG.warning("log_signer_asked_in_vain", detail=str(fault))


def _answer(signer: LogSigner, body: bytes) -> Reply:
    try:
        reply = signer.answer(body)
    except ShanasheelError as fault:
        _LOG.critical("log_signer_fault", detail=str(fault))
        status = 500 if isinstance(fault, IntegrityFault) else 503
        return Reply(status=status, body=fault.message.encode())
    if reply.status != 200:
        why = reply.body.decode(errors="replace").strip()
        _LOG.warning("log_signer_refused_to_sign", status=reply.status, why=why)
    return reply


if __name__ == "__main__":
    main()
