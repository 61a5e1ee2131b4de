"""Who claims that footage is this site's: a key and certificate for C2PA, under its own root.

Both are made on first use. The signing key is replaced each year and its old private part is then
gone. Its certificate is valid as long as the root is: C2PA wants it valid when somebody looks, not
when it signed, unless a timestamp is in the claim, and ours carry none.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shanasheel.base.errors import InvalidInput
from shanasheel.base.files import write_atomic

ROOT, SIGNER = "claim-root.key", "claim.key"
ROOT_PEM = "claim-root.pem"
_ROOT_LIFE = timedelta(days=365 * 30)
_ROOT_LEAST = timedelta(days=365 * 10)  # what is handed out today must hold in ten years
_SIGNER_AGE = timedelta(days=365)
_SLACK = timedelta(days=1)  # clocks of those who look may lie so far behind (guessed)
_LIMIT_BYTES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """Whoever signs claims.

    Args:
        key: private key of the certificate, PKCS #8 PEM. Never printed.
        certificate: PEM.
        root: the certificate it leads to, DER; what a verifier trusts.
        since: when that root was made.
    """

    key: bytes
    certificate: bytes
    root: bytes
    since: datetime
    until: datetime

    def __repr__(self) -> str:
        """Return whose it is, without the key."""
        return f"Claimant({root_fingerprint(self.root)})"

    @property
    def fingerprint(self) -> str:
        """Return SHA-256 of the root certificate in hex."""
        return root_fingerprint(self.root)


@dataclass(frozen=True, slots=True)
class _Pair:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def encoded(self) -> bytes:
        return _private(self.key) + self.certificate.public_bytes(Encoding.PEM)


def load_or_create_claimant(keys: Path, origin: str, now: datetime) -> Claimant:
    """Return who claims for a site; on first use key and root are made, after a year the key anew.

    Files are `claim-root.key` and `claim.key` (mode 0600, private key and certificate in one), and
    the root certificate alone, `claim-root.pem`. When this returns all are on disk.

    Args:
        keys: the folder of private keys.
        origin: the log's name, which certificates carry.

    Raises:
        InvalidInput: a file is open to others, or holds no key.
        OSError: the disk refused.
    """
    with _locked(keys / "claim.lock"):
        root = _load(keys / ROOT)
        if root is None or not _lasts(root, now):
            root = _make_root(origin, now)
            write_atomic(keys / ROOT, root.encoded(), mode=0o600)
        public = root.certificate.public_bytes(Encoding.PEM)
        if not (keys / ROOT_PEM).exists() or (keys / ROOT_PEM).read_bytes() != public:
            write_atomic(keys / ROOT_PEM, public)
        signer = _load(keys / SIGNER)
        if signer is None or not _fits(signer, root, now):
            signer = _make_signer(root, origin, now)
            write_atomic(keys / SIGNER, signer.encoded(), mode=0o600)
    return Claimant(
        key=_private(signer.key),
        certificate=signer.certificate.public_bytes(Encoding.PEM),
        root=root.certificate.public_bytes(Encoding.DER),
        since=root.certificate.not_valid_before_utc,
        until=root.certificate.not_valid_after_utc,
    )


def root_fingerprint(root: bytes) -> str:
    """Return SHA-256 of a certificate (DER) in hex.

    Raises:
        InvalidInput: it is no certificate.
    """
    try:
        return x509.load_der_x509_certificate(root).fingerprint(hashes.SHA256()).hex()
    except ValueError as fault:
        raise InvalidInput("This is no certificate.") from fault


def root_pem(root: bytes) -> bytes:
    """Return a certificate (DER) as PEM.

    Raises:
        InvalidInput: it is no certificate.
    """
    try:
        return x509.load_der_x509_certificate(root).public_bytes(Encoding.PEM)
    except ValueError as fault:
        raise InvalidInput("This is no certificate.") from fault


def read_claim_roots(data: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a PEM file, DER.

    Raises:
        InvalidInput: there are none.
    """
    try:
        found = x509.load_pem_x509_certificates(data[:_LIMIT_BYTES])
    except ValueError as fault:
        raise InvalidInput(
            "The file holds no certificate.", "Give claim-root.pem as the site published it."
        ) from fault
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def _lasts(root: _Pair, now: datetime) -> bool:
    """Return whether a root is valid now, and for long enough."""
    made, ends = root.certificate.not_valid_before_utc, root.certificate.not_valid_after_utc
    return made <= now and ends - now >= _ROOT_LEAST


def _fits(signer: _Pair, root: _Pair, now: datetime) -> bool:
    """Return whether a signing key is of this root, valid and not too old."""
    made = signer.certificate.not_valid_before_utc
    mine = signer.certificate.issuer == root.certificate.subject
    return mine and made <= now < made + _SIGNER_AGE


def _make_root(origin: str, now: datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    # Names a key once only: of two roots, each is told from the other by its subject.
    subject = _name(origin, f"Shanasheel claims, root of {now:%Y-%m-%d %H:%M:%S}")
    made = (
        _builder(subject, subject, key.public_key(), now)
        .not_valid_after(now + _ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _Pair(key, made)


def _make_signer(root: _Pair, origin: str, now: datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    # The library wants a purpose that it knows: e-mail protection is in C2PA's own list.
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key())
    subject = _name(origin, "Shanasheel claims")
    made = (
        _builder(subject, root.certificate.subject, key.public_key(), now)
        .not_valid_after(root.certificate.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(purpose, critical=False)
        .add_extension(issuer, critical=False)
        .sign(root.key, hashes.SHA256())
    )
    return _Pair(key, made)


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(origin: str, told: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, origin[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, told[:64]),
        ]
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _load(path: Path) -> _Pair | None:
    """Return a key with its certificate; None where there is none yet."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise InvalidInput(
            f"The key {path.name} cannot be opened: {fault.strerror}.",
            "It must be a plain file of the user the service runs as.",
        ) from fault
    with os.fdopen(descriptor, "rb") as stream:
        if os.fstat(stream.fileno()).st_mode & 0o077:
            raise InvalidInput(
                f"{path.name} is open to other users.",
                "Run chmod 600 on it; remove claim-root.key and claim.key if others may have "
                "read them: new ones are made and logged.",
            )
        data = stream.read(_LIMIT_BYTES)
    try:
        key = load_pem_private_key(data, None)
        certificate = x509.load_pem_x509_certificate(data)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("another kind of key")
        if certificate.public_key() != key.public_key():
            raise ValueError("the certificate is of another key")
    except (ValueError, TypeError):
        # Not chained: a traceback could show the secret.
        raise InvalidInput(
            f"The file {path.name} holds no claim key, or a damaged one.",
            "Restore it, or remove it: a new one is made, and a new root is logged.",
        ) from None
    return _Pair(key, certificate)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a file's lock: the hub and a command may make keys at once."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
