"""Proves to a device that we know its password, without sending it.

Two ways: WS-UsernameToken digests inside the message (OASIS Username Token Profile 1.0) and HTTP
Digest around it (RFC 7616; RFC 2069 for devices that offer no `qop`). HTTP Basic is refused: it
would hand the password to whoever answers at that address.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from shanasheel.base.login import Account, Challenge, authorization, challenge_in

__all__ = ["Account", "Challenge", "authorization", "challenge_in", "username_token"]

_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"


def username_token(account: Account, at: datetime) -> str:
    """Return a WS-Security header with a fresh nonce.

    Args:
        at: now by the device's clock; devices refuse what differs by more than seconds.
    """
    nonce = secrets.token_bytes(16)
    created = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
    # SPEC: Password_Digest = Base64 ( SHA-1 ( nonce + created + password ) )
    digest = hashlib.sha1(
        nonce + created.encode() + account.password.encode("utf-8", "surrogatepass"),
        usedforsecurity=False,
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
