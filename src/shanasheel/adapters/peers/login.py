"""Proves to a device that we know its password, without sending it.

Two ways: WS-UsernameToken digests inside the message (OASIS Username Token Profile 1.0) and HTTP
Digest around it (RFC 7616; RFC 2069 for devices that offer no `qop`). HTTP Basic is refused: it
would hand the password to whoever answers at that address.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from shanasheel.base.errors import InvalidInput

_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
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


def username_token(account: Account, at: datetime) -> str:
    """Return a WS-Security header with a fresh nonce.

    Args:
        at: now by the device's clock; devices refuse what differs by more than seconds.
    """
    nonce = secrets.token_bytes(16)
    created = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
    # SPEC: Password_Digest = Base64 ( SHA-1 ( nonce + created + password ) )
    digest = hashlib.sha1(
        nonce + created.encode() + _utf8(account.password), usedforsecurity=False
    ).digest()
    return (
        f'<w:Security xmlns:w="{_WSS}wssecurity-secext-1.0.xsd"'
        f' xmlns:u="{_WSS}wssecurity-utility-1.0.xsd" s:mustUnderstand="1"><w:UsernameToken>'
        f"<w:Username>{escape(account.user)}</w:Username>"
        f'<w:Password Type="{_WSS}username-token-profile-1.0#PasswordDigest">'
        f"{base64.b64encode(digest).decode()}</w:Password>"
        f'<w:Nonce EncodingType="{_WSS}soap-message-security-1.0#Base64Binary">'
        f"{base64.b64encode(nonce).decode()}</w:Nonce>"
        f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
    )


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
    challenge: Challenge, account: Account, *, target: str, count: int, cnonce: str
) -> str:
    """Return the `Authorization` of a POST to `target` (RFC 7616 §3.4).

    Args:
        count: how often this challenge has been answered, from 1.
        cnonce: fresh random characters of our own.
    """
    user = account.user.replace("\\", "\\\\").replace('"', '\\"')
    secret = _hash(challenge, f"{account.user}:{_plain(challenge.realm)}:{account.password}")
    asked = _hash(challenge, f"POST:{target}")
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
    return hashlib.new(_HASHES[challenge.algorithm], _utf8(text), usedforsecurity=False).hexdigest()


def _plain(quoted: str) -> str:
    """Return a quoted-string (RFC 9110 §5.6.4) without its escapes."""
    return re.sub(r"\\(.)", r"\1", quoted)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
