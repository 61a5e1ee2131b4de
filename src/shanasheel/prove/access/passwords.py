"""Passwords as argon2id hashes (RFC 9106), never kept or logged."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()  # the library's default: RFC 9106 low-memory, 64 MiB, t=3, p=4


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
    nobody = _nobody()  # asked for known names too, so that the first answer tells nothing either
    try:
        right = _HASHER.verify(hashed or nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and hashed is not None


@cache
def _nobody() -> str:
    """Return what is checked for an unknown name, so that the answer takes as long."""
    return _HASHER.hash("nobody has this password")
