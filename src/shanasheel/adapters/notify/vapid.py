"""Saying to push services who sends: RFC 8292, "Voluntary Application Server Identification"."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shanasheel.base.errors import InvalidInput
from shanasheel.base.files import write_atomic

#: SPEC: RFC 8292, section 2: "An 'exp' claim MUST NOT be more than 24 hours from the time".
_VALID = timedelta(hours=12)
#: Whom a push service may ask; the software's page, so that it says nothing of the site.
_CONTACT = "https://github.com/shanasheel/shanasheel"


class Vapid:
    """This site's key for push services: browsers take notices from its owner alone."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def kept_at(cls, path: Path) -> Vapid:
        """Return the key in a file, made on first use; readable by us alone.

        Raises:
            InvalidInput: the file holds no such key.
        """
        if not path.exists():
            made = ec.generate_private_key(ec.SECP256R1())
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_atomic(path, pem, mode=0o600)
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except ValueError as fault:
            raise InvalidInput(f"{path.name} holds no key.", "Restore it, or remove it.") from fault
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise InvalidInput(f"{path.name} holds another kind of key.", "Remove it.")
        return cls(key)

    @property
    def public(self) -> str:
        """Return the public key as browsers want it: an uncompressed point in base64url."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return in_base64(point)

    def authorization(self, service: str, now: datetime) -> str:
        """Return the `Authorization` of a request to a push service.

        Args:
            service: its origin, `https://push.example.net`.
            now: aware.
        """
        claims = {"aud": service, "exp": int((now + _VALID).timestamp()), "sub": _CONTACT}
        signed = ".".join(
            in_base64(json.dumps(part, separators=(",", ":")).encode())
            for part in ({"typ": "JWT", "alg": "ES256"}, claims)
        )
        # SPEC: RFC 7518, section 3.4: R and S as 32 big-endian bytes each, one after the other.
        pair = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        signature = in_base64(b"".join(number.to_bytes(32, "big") for number in pair))
        return f"vapid t={signed}.{signature}, k={self.public}"


def in_base64(body: bytes) -> str:
    """Return bytes in base64url without padding (RFC 7515, appendix C)."""
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()
