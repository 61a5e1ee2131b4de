"""A vault in S3-compatible storage, through the Rust crate `object_store` (package `obstore`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotSupportedError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from shanasheel.adapters.vaults.naming import checked
from shanasheel.base.errors import Denied, Exhausted, NotFound, Unavailable

_WHOLE_BYTES = 16 << 20  # up to here one request, which S3 makes atomic and can make conditional
_PART_BYTES = 8 << 20  # S3 wants at least 5 MiB, and at most 10,000 parts: 80 GB a file
_READ_BYTES = 1 << 20
_FULL = ("InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "StorageFull", "507 ")


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Keys:
    """Who we are to the storage; the secret is never shown."""

    key_id: str
    secret: str = field(repr=False)


class S3Vault:
    """Keeps objects in a bucket below a prefix; the bucket must exist.

    Every request is signed over the SHA-256 of its body and carries it as a checksum. Small objects
    are written on condition that their name is free; larger ones in parts after a look. Storage
    that knows no conditions (some ignore, some refuse them) is asked whether the name is free.

    Args:
        endpoint: for example `https://s3.example`; empty for AWS.
        prefix: without slashes around it; empty for the whole bucket.
    """

    def __init__(
        self, bucket: str, prefix: str, *, endpoint: str, region: str, keys: S3Keys
    ) -> None:
        self._name = f"s3://{bucket}/{prefix}".rstrip("/")
        self._conditional = True
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            endpoint=endpoint or None,
            region=region,
            access_key_id=keys.key_id,
            secret_access_key=keys.secret,
            virtual_hosted_style_request=False,
            checksum_algorithm="SHA256",
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": "5s",
                "timeout": "300s",  # guess: 16 MiB at half a Mbit a second
            },
            # Whoever copies backs off for longer, and says so meanwhile.
            retry_config={
                "max_retries": 2,
                "retry_timeout": timedelta(seconds=20),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=200),
                    "max_backoff": timedelta(seconds=2),
                    "base": 2,
                },
            },
        )

    def put(self, path: str, chunks: Iterable[bytes], size_bytes: int) -> None:
        """Store bytes under a name; a name that is taken keeps what it has where S3 can tell."""
        if self.size_of(path) is not None:
            return
        with self._faults(path):
            if size_bytes > _WHOLE_BYTES:
                obstore.put(
                    self._store, path, iter(chunks), use_multipart=True, chunk_size=_PART_BYTES,
                    max_concurrency=2,
                )  # fmt: skip
                return
            self._put_whole(path, b"".join(chunks))

    def _put_whole(self, path: str, content: bytes) -> None:
        if self._conditional:
            try:
                obstore.put(self._store, path, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                pass  # ours, from an answer that was lost; whoever copies reads it back
            except BaseError as fault:
                if not isinstance(fault, NotSupportedError) and "NotImplemented" not in str(fault):
                    raise
                self._conditional = False
            else:
                return
        if not self._conditional:
            obstore.put(self._store, path, content, mode="overwrite", use_multipart=False)

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the bytes under a name."""
        with self._faults(path):
            for chunk in obstore.get(self._store, checked(path)).stream(_READ_BYTES):
                yield bytes(chunk)

    def size_of(self, path: str) -> int | None:
        """Return the size of what is under a name, or None."""
        try:
            with self._faults(path):
                return obstore.head(self._store, checked(path))["size"]
        except NotFound:
            return None

    def names(self, below: str) -> Iterator[str]:
        """Yield the names below a folder."""
        with self._faults(below):
            for batch in obstore.list(self._store, checked(below)):
                for found in batch:
                    yield found["path"]

    @contextmanager
    def _faults(self, path: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as fault:
            if "NoSuchBucket" in str(fault):
                raise Unavailable(
                    f"The vault {self._name} has no bucket.", "Make the bucket, or mend its name."
                ) from fault
            raise NotFound(f"The vault holds no {path}.", "It was never copied.") from fault
        except (PermissionDeniedError, UnauthenticatedError) as fault:
            raise Denied(
                f"The vault {self._name} refused our key: {_first_line(fault)}",
                "Mend keys/vault.key, or what the key may do in the bucket.",
            ) from fault
        except BaseError as fault:
            if any(word in str(fault) for word in _FULL):
                raise Exhausted(
                    f"The vault {self._name} is full.",
                    "Free space there; copying goes on by itself.",
                ) from fault
            raise Unavailable(
                f"The vault {self._name} does not answer: {_first_line(fault)}",
                "Check network and endpoint; copying goes on by itself.",
            ) from fault


def _first_line(fault: Exception) -> str:
    """Return what the library says in one line; it names addresses, never keys."""
    return str(fault).splitlines()[0].split("<?xml")[0].strip()[:300]
