"""Whose certificates vouch for the keys that cameras sign with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    BasicConstraints,
    Certificate,
    ExtensionNotFound,
    load_pem_x509_certificates,
)

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.signing import Doubt

_LARGEST_BYTES = 1 << 20
_LONGEST_CHAIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One trusted certificate, as it is shown and kept.

    Args:
        fingerprint: SHA-256 in hex.
        subject: whose it is (RFC 4514).
        pem: itself.
    """

    fingerprint: str
    subject: str
    until: datetime
    pem: bytes


@dataclass(frozen=True, slots=True)
class Anchors:
    """Certificates that somebody trusts; without any, nobody vouches."""

    certificates: tuple[Certificate, ...] = ()

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Anchors:
        """Read PEM files.

        Raises:
            NotFound: one is not there.
            InvalidInput: one holds no certificate.
        """
        found: list[Certificate] = []
        for path in paths:
            try:
                with path.open("rb") as stream:
                    found += load_pem_x509_certificates(stream.read(_LARGEST_BYTES))
            except OSError as fault:
                raise NotFound(
                    f"{path} cannot be read: {fault.strerror}.", "Name the certificate."
                ) from fault
            except ValueError as fault:
                raise InvalidInput(
                    f"{path.name} holds no certificate.", "Give PEM, as manufacturers publish it."
                ) from fault
        return cls(tuple(found))

    def told(self) -> tuple[Anchor, ...]:
        """Return each as it is shown and kept."""
        return tuple(
            Anchor(
                fingerprint=one.fingerprint(hashes.SHA256()).hex(),
                subject=one.subject.rfc4514_string(),
                until=one.not_valid_after_utc,
                pem=one.public_bytes(Encoding.PEM),
            )
            for one in self.certificates
        )


class CameraKey:
    """A camera's key, as the certificates in its footage tell it.

    Raises:
        InvalidInput: they cannot be read.
    """

    def __init__(self, pem: bytes) -> None:
        try:
            self._chain = load_pem_x509_certificates(pem)[:_LONGEST_CHAIN]
            self._key = self._chain[0].public_key()
        except (ValueError, TypeError) as fault:
            raise InvalidInput("A camera's certificates cannot be read.") from fault
        self.fingerprint = self._chain[0].fingerprint(hashes.SHA256()).hex()
        self._pem = pem

    def is_of(self, pem: bytes) -> bool:
        """Return whether these certificates are the ones it was read from."""
        return self._pem == pem

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Return whether the key made a signature over a message, hashed with SHA-256."""
        key = self._key
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
            elif isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            elif isinstance(key, ed25519.Ed25519PublicKey):
                key.verify(signature, message)
            else:
                return False
        except InvalidSignature:
            return False
        return True

    def doubts(self, anchors: Anchors, at: datetime) -> frozenset[Doubt]:
        """Return why its certificate is not vouched for; nothing when it is.

        Args:
            at: when it signed.

        Source:
            RFC 5280 §6.1, of it: signatures, names, validity, and that issuers may issue.
        """
        if not anchors.certificates:
            return frozenset({Doubt.NO_ANCHOR})
        chain = list(self._chain)
        for place, issued in enumerate(chain):
            for anchor in anchors.certificates:
                if issued == anchor or _issued(issued, anchor):
                    return _valid([*chain[: place + 1], anchor], at)
            if place + 1 < len(chain) and not _issued(issued, chain[place + 1]):
                break
        return frozenset({Doubt.UNTRUSTED})


def _issued(issued: Certificate, issuer: Certificate) -> bool:
    try:
        constraints = issuer.extensions.get_extension_for_class(BasicConstraints).value
        if not constraints.ca:
            return False
        issued.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, ExtensionNotFound):
        return False
    return True


def _valid(chain: Sequence[Certificate], at: datetime) -> frozenset[Doubt]:
    lasted = all(one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in chain)
    return frozenset() if lasted else frozenset({Doubt.EXPIRED})
