"""The signing key of a log or of a cosigner, made at the first start.

The file holds one line, `PRIVATE+KEY+name+hash+base64`, as the Go tools write and read it.
"""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.prove.ledger.cosignatures import Algorithm, CosignerSigner, new_cosigner
from shanasheel.prove.ledger.notes import Signer, check_key_name, decode_base64

_PREFIX = "PRIVATE+KEY+"
_LIMIT_BYTES = 4096
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LOG = 0x01

S = TypeVar("S", Signer, CosignerSigner)


def verifier_path(path: Path) -> Path:
    """Return where the public key of the private key at `path` lies."""
    return path.with_suffix(".vkey")


def load_or_create_key(path: Path, name: str) -> Signer:
    """Return the signing key at `path`; at the first start make one.

    The new file has mode 0600, a new folder 0700. The public verifier key is written beside it,
    with the suffix `.vkey`. When this returns both are on disk.

    Args:
        path: the private key's file.
        name: the key's name, which is the log's origin.

    Raises:
        InvalidInput: file or folder is open to others, of another owner, a link, or holds
            something else; or the key has another name.
        IntegrityFault: the public key beside it is of another key.
        OSError: the disk refused.
    """
    return _load_or_create(
        path, name, lambda: Signer(name=name, private=Ed25519PrivateKey.generate()), _log_signer
    )


def load_or_create_cosigner_key(path: Path, name: str, algorithm: Algorithm) -> CosignerSigner:
    """Return the cosigner's signing key at `path`; at the first start make one.

    As `load_or_create_key`, of the type that cosignatures have: a log's key is refused.
    """
    return _load_or_create(path, name, lambda: new_cosigner(name, algorithm), _reader_of(algorithm))


def _log_signer(name: str, algorithm: int, seed: bytes) -> Signer:
    if algorithm != _LOG:
        raise ValueError("another kind of key")
    return Signer(name=name, private=Ed25519PrivateKey.from_private_bytes(seed))


def _reader_of(wanted: Algorithm) -> Callable[[str, int, bytes], CosignerSigner]:
    def read(name: str, algorithm: int, seed: bytes) -> CosignerSigner:
        if algorithm != wanted:
            raise ValueError("another kind of key")
        if wanted is Algorithm.ED25519:
            return CosignerSigner(name=name, private=Ed25519PrivateKey.from_private_bytes(seed))
        return CosignerSigner(name=name, private=MLDSA44PrivateKey.from_seed_bytes(seed))

    return read


def _load_or_create(
    path: Path, name: str, make: Callable[[], S], read: Callable[[str, int, bytes], S]
) -> S:
    check_key_name(name)
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True)
        sync_directory(path.parent.parent)
    _check_private(path.parent.stat(), path.parent, "700")
    if not path.exists() and not path.is_symlink():
        _create(path, make())
    signer = _load(path, read)
    if signer.name != name:
        raise InvalidInput(
            f"The key {path.name} is of {signer.name}, not of {name}.",
            "Give it its old name back, or begin anew with a new key.",
        )
    _publish(path, signer)
    return signer


def _create(path: Path, signer: Signer | CosignerSigner) -> None:
    kind = _LOG if isinstance(signer, Signer) else signer.algorithm
    key = base64.b64encode(bytes([kind]) + signer.private.private_bytes_raw()).decode()
    line = f"{_PREFIX}{signer.name}+{signer.verifier.key_id.hex()}+{key}\n"
    _write_once(path, line.encode(), mode=0o600)


def _write_once(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file unless another start, process or thread, has written it meanwhile."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    write_atomic(part, content, mode=mode)
    try:
        # Unlike a rename, a link never replaces what is there.
        os.link(part, path)
    except FileExistsError:
        return
    finally:
        part.unlink()
        sync_directory(path.parent)


def _load(path: Path, read: Callable[[str, int, bytes], S]) -> S:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as fault:
        raise InvalidInput(
            f"The key {path.name} cannot be opened: {fault.strerror}.",
            "It must be a plain file of the user the service runs as.",
        ) from fault
    with os.fdopen(descriptor, "rb") as stream:
        _check_private(os.fstat(stream.fileno()), path, "600")
        line = stream.read(_LIMIT_BYTES + 1)
    try:
        name, hint, key = line.decode().removesuffix("\n").removeprefix(_PREFIX).split("+", 2)
        seed = decode_base64(key)
        if not line.startswith(_PREFIX.encode()) or not seed:
            raise ValueError("no key")
        signer = read(name, seed[0], seed[1:])
        if signer.verifier.key_id.hex() != hint:
            raise ValueError("the hash is not its own")
    except ValueError:
        # Not chained: a traceback could show the secret.
        raise InvalidInput(
            f"The file {path.name} holds no signing key, or a damaged one.",
            "Restore the key from its backup; a new key is a new log, or another cosigner.",
        ) from None
    return signer


def _check_private(found: os.stat_result, path: Path, mode: str) -> None:
    if found.st_mode & _OTHERS:
        raise InvalidInput(
            f"{path.name} is open to other users (mode {stat.S_IMODE(found.st_mode):o}).",
            f"Run chmod {mode} on it, and start a new log if others may have read the key.",
        )
    if found.st_uid != os.geteuid():
        raise InvalidInput(
            f"{path.name} belongs to another user (uid {found.st_uid}).",
            "Run chown to the user the service runs as.",
        )


def _publish(path: Path, signer: Signer | CosignerSigner) -> None:
    public = verifier_path(path)
    line = f"{signer.verifier}\n".encode()
    if not public.exists():
        _write_once(public, line, mode=0o644)
    if public.read_bytes().strip() != line.strip():
        raise IntegrityFault(
            f"The public key {public.name} is not that of {path.name}.",
            f"Find out who changed it, then remove {public.name}: it is written again.",
        )
