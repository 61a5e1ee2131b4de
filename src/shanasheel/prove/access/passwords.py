"""Passwords as argon2id hashes (RFC 9106), never kept or logged."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()  # the library's default: RFC 9106 low-memory, 64 MiB, t=3, p=4
# Checked when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Return the salted argon2id hash of a password as a PHC string."""
    return _HASHER.hash(password)


def password_matches(hashed: str | None, password: str) -> bool:
    """Return whether `password` has the hash; None (an unknown name) never matches.

    >>> password_matches(hash_password("a long enough secret"), "a long enough secret")
    True
    >>> password_matches(None, "nobody has this password")
    False
    """
    try:
        right = _HASHER.verify(hashed or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and hashed is not None
