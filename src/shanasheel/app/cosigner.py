"""The process of a cosigner: its small folder, its keys, and the server for logs."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
import uvicorn

from shanasheel.api.cosigning import make_cosigner
from shanasheel.app.impatience import Impatience
from shanasheel.app.processes import StopFlag
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import Exhausted, InvalidInput, NotFound, Unavailable
from shanasheel.base.files import write_atomic
from shanasheel.prove.ledger import (
    Algorithm,
    Cosigner,
    CosignerSigner,
    load_or_create_cosigner_key,
)

_LOG = structlog.get_logger()
_MOST_AT_ONCE = 256
_MOST_WAITING = 128  # of them: who says nothing leaves room for those who ask
_FILES = {Algorithm.ED25519: "cosigner.key", Algorithm.ML_DSA_44: "cosigner-ml-dsa.key"}


def open_cosigner_folder(folder: Path, name: str = "") -> str:
    """Make a cosigner's folder for the owner alone, if it is new; return the cosigner's name.

    Raises:
        InvalidInput: it has another name already, or it is a site's data folder.
        Exhausted: it cannot be made.
    """
    if (folder / "shanasheel.db").exists():
        raise InvalidInput(
            f"{folder} is the data folder of a site.",
            "A cosigner is another machine's, or at least has a folder of its own.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "name"
        if not path.exists():
            made = name or f"shanasheel-cosigner-{secrets.token_hex(6)}/1"
            write_atomic(path, f"{made}\n".encode())
        known = path.read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise Exhausted(f"{folder} cannot be written: {fault.strerror}.", "") from fault
    if name and known != name:
        raise InvalidInput(f"This cosigner is {known}, not {name}.", "Leave --name out.")
    return known


def cosigner_signers(folder: Path, name: str, *, ml_dsa: bool) -> tuple[CosignerSigner, ...]:
    """Return a cosigner's keys, made at first use; a key once made is used ever after."""
    keys = folder / "keys"
    wanted = [Algorithm.ED25519]
    if ml_dsa or (keys / _FILES[Algorithm.ML_DSA_44]).exists():
        wanted.append(Algorithm.ML_DSA_44)
    return tuple(load_or_create_cosigner_key(keys / _FILES[one], name, one) for one in wanted)


def cosigner_keys(folder: Path) -> tuple[str, ...]:
    """Return the public keys of a cosigner's folder as text.

    Raises:
        NotFound: it has none yet.
    """
    places = [(folder / "keys" / name).with_suffix(".vkey") for name in _FILES.values()]
    keys = tuple(path.read_text().strip() for path in places if path.exists())
    if not keys:
        raise NotFound(f"{folder} holds no cosigner.", "Run `shanasheel cosigner serve` first.")
    return keys


def serve_cosigner(
    folder: Path,
    signers: tuple[CosignerSigner, ...],
    address: tuple[str, int],
    *,
    stop: StopFlag,
    started: Callable[[str], None],
) -> None:
    """Serve until `stop` is set.

    Args:
        started: called with the address once it listens.

    Raises:
        Conflict: another process signs for this folder.
        Unavailable: the address is taken.
    """
    about = "".join(f"{signer.verifier}\n" for signer in signers)
    with Cosigner(folder, signers, SystemClock()) as cosigner:
        server = uvicorn.Server(
            uvicorn.Config(
                make_cosigner(cosigner, about),
                http=Impatience(_MOST_WAITING),  # type: ignore[arg-type,unused-ignore]  # it makes them
                log_config=None,
                access_log=False,
                lifespan="off",
                limit_concurrency=_MOST_AT_ONCE,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=2,
                h11_max_incomplete_event_size=16 * 1024,
                server_header=False,
            )
        )
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined,method-assign,unused-ignore]  # ours stop it in order
        listener = _listen(address)
        thread = threading.Thread(
            target=lambda: server.run(sockets=[listener]), name="serve", daemon=True
        )
        thread.start()
        host, port = listener.getsockname()[:2]
        started(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        stop.wait()
        server.should_exit = True
        thread.join(5.0)


def _listen(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as fault:
        listener.close()
        raise Unavailable(
            f"{address[0]}:{address[1]} cannot be listened on: {fault.strerror}.",
            "Give another address with --listen.",
        ) from fault
    listener.listen(128)
    return listener
