"""Timestamps (RFC 3161): asking for one, and verifying what an authority answered.

The one home of `rfc3161-client`. A verified timestamp says that these bytes were there not after a
moment; it says nothing of how long before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable
from shanasheel.prove.ledger.faults import TimestampMismatch

if TYPE_CHECKING:
    from rfc3161_client.tsp import Accuracy

#: Bytes of a whole answer; those seen have 0.9 to 7 kB.
TIMESTAMP_LIMIT_BYTES = 64 * 1024
_CERTIFICATES_LIMIT = 8
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,19})){1,31}")
_GRANTED = 0
_REASON = re.compile(r'reason: "([^"]+)"')
_VERIFY_ERROR = re.compile(r'data: "Verify error: ([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampTrust:
    """What a verifier trusts of one authority.

    Args:
        roots: at least one; each stands for itself.
        chain: between a root and the signer, where the answer does not bring them.
        certificates: the only signers taken; empty takes any with a chain.
        policy: the only policy taken, or empty.
    """

    roots: tuple[x509.Certificate, ...]
    chain: tuple[x509.Certificate, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()
    policy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """What a verified timestamp says.

    Args:
        at: the bytes existed not after this, by the authority's clock.
        accuracy_s: how far that clock may be off, as it says; None when it does not.
        serial: the authority's number for it.
        policy: under which it was given, a dotted OID.
    """

    at: datetime
    accuracy_s: float | None
    serial: int
    policy: str


def read_certificates(data: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a PEM file, in order, or the one of a DER file.

    Raises:
        InvalidInput: there is none, or there are more than eight.
    """
    try:
        if b"-----BEGIN" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except ValueError as fault:
        raise InvalidInput("That is no certificate.", "Give a PEM or DER file.") from fault
    if len(found) > _CERTIFICATES_LIMIT:
        raise InvalidInput(
            f"These are {len(found)} certificates.", f"Give {_CERTIFICATES_LIMIT} at most."
        )
    return tuple(found)


def pem_of(certificate: x509.Certificate) -> str:
    """Return a certificate as PEM text."""
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def is_root(certificate: x509.Certificate) -> bool:
    """Return whether a certificate stands for itself: it names itself as its issuer."""
    return certificate.issuer == certificate.subject


def check_policy(policy: str) -> None:
    """Refuse what is no dotted OID.

    Raises:
        InvalidInput: it is none.
    """
    try:
        x509.ObjectIdentifier(policy if _OID.fullmatch(policy) else "")
    except ValueError as fault:
        raise InvalidInput(
            "That is no policy.", "Give a dotted OID, such as 1.3.6.1.4.1."
        ) from fault


def trust_of(
    roots: Sequence[str],
    chain: Sequence[str] = (),
    certificates: Sequence[str] = (),
    policy: str = "",
) -> TimestampTrust:
    """Return what is trusted, from PEM texts.

    Raises:
        InvalidInput: a text is no certificate, or there is no root.
    """
    if not roots:
        raise InvalidInput("No root certificate is given.", "Give the authority's root.")
    return TimestampTrust(
        roots=_read_all(roots),
        chain=_read_all(chain),
        certificates=_read_all(certificates),
        policy=policy,
    )


def _read_all(texts: Sequence[str]) -> tuple[x509.Certificate, ...]:
    return tuple(read_certificates(text.encode())[0] for text in texts)


def timestamp_query(data: bytes) -> tuple[bytes, int]:
    """Return a query (DER) for a timestamp of the SHA-256 of `data`, and its nonce."""
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    query = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    nonce = query.nonce
    assert nonce is not None  # noqa: S101 - the builder was told to make one
    return query.as_bytes(), nonce


def is_refusal(answer: bytes) -> bool:
    """Return whether an answer is one of RFC 3161 that grants nothing.

    >>> is_refusal(bytes.fromhex("30053003020102"))
    True
    >>> is_refusal(b"<html>")
    False
    """
    try:
        return decode_timestamp_response(answer).status != _GRANTED
    except ValueError:
        return False


def verify_timestamp(
    answer: bytes, data: bytes, trust: TimestampTrust, *, nonce: int | None = None
) -> Timestamp:
    """Verify an answer in full and return what it says.

    Status, signature, chain to a root as of the time told, the signer's extended key usage, policy,
    nonce and imprint. That certificates have expired since does not matter; revocation is not
    asked for. Stricter than the text: `grantedWithMods` is refused.

    Args:
        answer: the whole `TimeStampResp` (DER).
        data: the bytes that were stamped; hashed with SHA-256, -384 or -512, as the answer says.
        nonce: of the query; None for an answer that was verified with it once.

    Raises:
        TimestampMismatch: it does not hold; the message says why.
    """
    if len(answer) > TIMESTAMP_LIMIT_BYTES:
        raise TimestampMismatch("The timestamp is too long.", "")
    try:
        response = decode_timestamp_response(answer)
        _verify(response, data, trust, nonce)
        return _said(response)
    except (ValueError, VerificationError) as fault:
        raise TimestampMismatch(f"The timestamp does not hold: {_why(fault)}.", "") from fault


def _verify(
    response: TimeStampResponse, data: bytes, trust: TimestampTrust, nonce: int | None
) -> None:
    signers = trust.certificates or (None,)
    for number, signer in enumerate(signers, start=1):
        verifier = VerifierBuilder(
            policy_id=x509.ObjectIdentifier(trust.policy) if trust.policy else None,
            tsa_certificate=signer,
            intermediates=list(trust.chain),
            roots=list(trust.roots),
            nonce=nonce,
        ).build()
        try:
            verifier.verify_message(response, data)
            return
        except (ValueError, VerificationError):
            if number == len(signers):
                raise


def _said(response: TimeStampResponse) -> Timestamp:
    info = response.tst_info
    return Timestamp(
        at=info.gen_time,
        accuracy_s=_accuracy_s(response),
        serial=info.serial_number,
        policy=info.policy.dotted_string,
    )


def _why(fault: Exception) -> str:
    """Return the heart of a library's message: OpenSSL's lists every function on the way."""
    text = str(fault)
    found = _VERIFY_ERROR.findall(text) or _REASON.findall(text)
    return printable(found[-1] if found else text, 200).rstrip(".")


def _accuracy_s(response: TimeStampResponse) -> float | None:
    # Optional in RFC 3161, and some authorities leave it out; the library's types do not say so.
    accuracy = cast("Accuracy | None", response.tst_info.accuracy)
    if accuracy is None:
        return None
    parts = (accuracy.seconds or 0, accuracy.millis or 0, accuracy.micros or 0)
    return parts[0] + parts[1] / 1e3 + parts[2] / 1e6
