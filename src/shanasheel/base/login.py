"""Proves to a device that we know its password, as HTTP Digest does, without sending it.

RFC 7616, and RFC 2069 for devices that offer no `qop`. RTSP does as HTTP (RFC 2326 §16).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from shanasheel.base.errors import InvalidInput

_HASHES = {"MD5": "md5", "SHA-256": "sha256"}
_SCHEME = re.compile(r"(?:^|,)\s*Digest\s+", re.IGNORECASE)
_PARAMETER = re.compile(r'([A-Za-z0-9*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we are to a device; an empty user asks without an account."""

    user: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.user) > 128 or any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in self.user):
            raise InvalidInput("The user name has control characters.", "Type it again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a device wants answered (RFC 7616 §3.3); quoted strings as they came."""

    realm: str
    nonce: str
    algorithm: str
    qop: bool
    opaque: str | None


def challenge_in(values: tuple[str, ...]) -> Challenge | None:
    """Return the first Digest challenge we can answer (RFC 7616 §3.7: in order of preference).

    >>> challenge_in(('Digest realm="cam", nonce="5ab1e", qop="auth,auth-int"',)).qop
    True
    >>> challenge_in(('Basic realm="cam"',)) is None
    True
    """
    offered = (part for value in values for part in _SCHEME.split(value)[1:])
    return next((found for part in offered if (found := _challenge(part))), None)


def authorization(
    challenge: Challenge,
    account: Account,
    *,
    target: str,
    count: int,
    cnonce: str,
    method: str = "POST",
) -> str:
    """Return the `Authorization` of a request to `target` (RFC 7616 §3.4).

    Args:
        count: how often this challenge has been answered, from 1.
        cnonce: fresh random characters of our own.
    """
    user = account.user.replace("\\", "\\\\").replace('"', '\\"')
    secret = _hash(challenge, f"{account.user}:{_plain(challenge.realm)}:{account.password}")
    asked = _hash(challenge, f"{method}:{target}")
    middle = f"{count:08x}:{cnonce}:auth:" if challenge.qop else ""
    response = _hash(challenge, f"{secret}:{_plain(challenge.nonce)}:{middle}{asked}")
    fields = [
        f'username="{user}", realm="{challenge.realm}", nonce="{challenge.nonce}"',
        f'uri="{target}", response="{response}", algorithm={challenge.algorithm}',
    ]
    if challenge.qop:
        fields.append(f'qop=auth, nc={count:08x}, cnonce="{cnonce}"')
    if challenge.opaque is not None:
        fields.append(f'opaque="{challenge.opaque}"')
    return "Digest " + ", ".join(fields)


def _challenge(parameters: str) -> Challenge | None:
    if not all(" " <= character <= "~" for character in parameters):
        return None  # such a value could not be sent back in one line
    found = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(parameters)}
    algorithm = found.get("algorithm", "MD5").upper()
    kinds = [kind.strip().lower() for kind in found.get("qop", "").split(",") if kind.strip()]
    if algorithm not in _HASHES or "nonce" not in found or (kinds and "auth" not in kinds):
        return None
    return Challenge(
        realm=found.get("realm", ""),
        nonce=found["nonce"],
        algorithm=algorithm,
        qop=bool(kinds),
        opaque=found.get("opaque"),
    )


def _hash(challenge: Challenge, text: str) -> str:
    content = text.encode("utf-8", "surrogatepass")
    return hashlib.new(_HASHES[challenge.algorithm], content, usedforsecurity=False).hexdigest()


def _plain(quoted: str) -> str:
    """Return a quoted-string (RFC 9110 §5.6.4) without its escapes."""
    return re.sub(r"\\(.)", r"\1", quoted)
