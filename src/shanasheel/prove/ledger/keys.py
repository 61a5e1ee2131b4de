"""The log's private key: made on first start, readable by its owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanasheel.base.errors import Denied, IntegrityFault
from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.prove.ledger.notes import Verifier


def load_or_create_key(path: Path, name: str) -> Ed25519PrivateKey:
    """Return the key at `path`, made when there is none, with its verifier text beside it.

    The private part is 32 raw bytes with mode 0600; `<stem>.vkey` holds what outsiders need.

    Raises:
        Denied: others can read the key.
        IntegrityFault: the file is not a key.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _create(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise Denied(
            f"The key {path} can be read by others (mode {mode:04o}).",
            f"Run `chmod 600 {path}`; if others may have read it, start a new ledger.",
        )
    raw = path.read_bytes()
    if len(raw) != 32:
        raise IntegrityFault(f"{path} is not an Ed25519 key.", "Restore it from its backup.")
    key = Ed25519PrivateKey.from_private_bytes(raw)
    verifier = Verifier(name=name, public=key.public_key().public_bytes_raw())
    public = path.with_suffix(".vkey")
    if not public.exists():
        write_atomic(public, f"{verifier}\n".encode())
    return key


def _create(path: Path) -> None:
    """Write a fresh key; of two starting at once, one wins and both use it."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(Ed25519PrivateKey.generate().private_bytes_raw())
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
    sync_directory(path.parent)
