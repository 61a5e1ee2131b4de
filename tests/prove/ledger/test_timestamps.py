"""Timestamps are verified in full: published ones, altered ones, and those of a real authority."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from footage import data_folder
from shanasheel.base.errors import InvalidInput
from shanasheel.prove.ledger import (
    TimestampMismatch,
    TimestampTrust,
    check_policy,
    is_authority_name,
    is_refusal,
    is_root,
    read_certificates,
    timestamp_query,
    verify_timestamp,
)
from stamping import POLICY, LocalAuthority, make_authority, openssl

HELLO = b"hello"


def published(folder: str, *, pinned: bool = False, whole: bool = False) -> TimestampTrust:
    """Return what is trusted of an authority of the published fixtures."""
    chain = read_certificates((vectors() / folder / "ts_chain.pem").read_bytes())
    between = tuple(one for one in chain[1 if pinned else 0 :] if not is_root(one))
    return TimestampTrust(
        roots=tuple(one for one in chain if is_root(one)),
        chain=between if whole else (),
        certificates=chain[:1] if pinned else (),
    )


def vectors() -> Path:
    return data_folder("vectors") / "rfc3161" / "fixtures"


def answer(name: str) -> bytes:
    return (vectors() / name).read_bytes()


@pytest.mark.footage
@pytest.mark.parametrize(
    ("name", "pinned", "at"),
    [
        ("identrust/issue-104.tsr", False, "2025-03-11T08:52:08+00:00"),
        ("sigstage/response-sha256.tsr", False, "2025-05-09T11:58:55+00:00"),
        ("sigstage/response-sha256.tsr", True, "2025-05-09T11:58:55+00:00"),
        ("sigstage/response-sha384.tsr", True, "2025-05-09T11:58:55+00:00"),
        ("sigstage/response-sha512.tsr", True, "2025-05-09T11:58:56+00:00"),
        ("sigstage/response-no-embedded-cert.tsr", True, "2025-06-18T08:13:02+00:00"),
        ("test_tsa/response.tsr", False, "2024-10-08T15:40:32+00:00"),
        ("test_tsa/response.tsr", True, "2024-10-08T15:40:32+00:00"),
        # Certificates of strangers put beside do no harm: the signature names its own.
        ("test_tsa/response-injected-certs.tsr", True, "2024-10-08T15:40:32+00:00"),
    ],
)
def test_published_timestamps_hold(name: str, pinned: bool, at: str) -> None:
    trust = published(name.split("/")[0], pinned=pinned, whole=True)

    assert verify_timestamp(answer(name), HELLO, trust).at.isoformat() == at


@pytest.mark.footage
def test_a_certificate_that_has_expired_since_does_not_matter() -> None:
    """It was valid when it stamped, in 2023, and is not since 2024."""
    trust = published("sigstore.mock", pinned=True)

    found = verify_timestamp(
        answer("sigstore.mock/response-expired.tsr"), answer("sigstore.mock/payload"), trust
    )

    assert found.at.year == 2023


@pytest.mark.footage
@pytest.mark.parametrize(
    ("name", "folder", "why"),
    [
        ("sigstage/response-invalid-signature.tsr", "sigstage", "signature fail"),
        ("sigstage/response-sha256.tsr", "test_tsa", "issuer certificate"),
        ("test_tsa/other_response.tsr", "test_tsa", "issuer certificate"),
        ("identrust/issue-104.tsr", "sigstage", "issuer certificate"),
    ],
)
def test_what_is_altered_or_of_others_is_refused(name: str, folder: str, why: str) -> None:
    with pytest.raises(TimestampMismatch, match=why):
        verify_timestamp(answer(name), HELLO, published(folder, whole=True))


@pytest.mark.footage
def test_a_published_timestamp_is_of_its_bytes_and_its_nonce_alone() -> None:
    trust = published("sigstage", pinned=True)
    good = answer("sigstage/response-sha256.tsr")

    with pytest.raises(TimestampMismatch, match="Mismatch between messages"):
        verify_timestamp(good, b"hellO", trust)
    with pytest.raises(TimestampMismatch, match="Nonce"):
        verify_timestamp(good, HELLO, trust, nonce=1)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return make_authority(tmp_path_factory.mktemp("tsa") / "one")


def trust_in(
    authority: LocalAuthority, *, pinned: bool = False, policy: str = ""
) -> TimestampTrust:
    return TimestampTrust(
        roots=read_certificates(authority.root.read_bytes()),
        certificates=read_certificates(authority.signer.read_bytes()) if pinned else (),
        policy=policy,
    )


def test_a_real_authority_answers_what_was_asked(local: LocalAuthority) -> None:
    query, nonce = timestamp_query(HELLO)
    reply = local.reply(query)

    found = verify_timestamp(reply, HELLO, trust_in(local, pinned=True, policy=POLICY), nonce=nonce)

    assert (found.policy, found.accuracy_s) == (POLICY, 1.0)
    assert timestamp_query(HELLO)[1] != nonce
    with pytest.raises(TimestampMismatch, match="Policy"):
        verify_timestamp(reply, HELLO, trust_in(local, policy="1.2.3"))


def test_only_the_signers_named_may_sign(local: LocalAuthority, tmp_path: Path) -> None:
    other = make_authority(tmp_path / "other")
    reply = local.reply(timestamp_query(HELLO)[0])
    roots = read_certificates(local.root.read_bytes())
    strange = read_certificates(other.signer.read_bytes())
    named = read_certificates(local.signer.read_bytes())

    with pytest.raises(TimestampMismatch):
        verify_timestamp(reply, HELLO, TimestampTrust(roots=roots, certificates=strange))
    # A renewed certificate stands beside the old one.
    verify_timestamp(reply, HELLO, TimestampTrust(roots=roots, certificates=(*strange, *named)))


def test_a_certificate_that_is_not_for_timestamps_cannot_sign(tmp_path: Path) -> None:
    """OpenSSL itself refuses to sign with it, so the certificate is changed behind its back."""
    one = make_authority(tmp_path / "one")
    reply = one.reply(timestamp_query(HELLO)[0])
    # The same key, certified for something else: whoever has it could claim any time.
    (one.folder / "signer.ext").write_text("extendedKeyUsage = critical,emailProtection\n")
    openssl("x509", "-req", "-in", one.folder / "tsa.csr", "-CA", one.root,
            "-CAkey", one.folder / "root.key", "-days", "10", "-set_serial", "77",
            "-extfile", one.folder / "signer.ext", "-out", one.folder / "other.pem")  # fmt: skip
    mail = read_certificates((one.folder / "other.pem").read_bytes())
    roots = read_certificates(one.root.read_bytes())

    with pytest.raises(TimestampMismatch):
        verify_timestamp(reply, HELLO, TimestampTrust(roots=roots, certificates=mail))


def test_no_changed_byte_changes_what_a_timestamp_says(local: LocalAuthority) -> None:
    """Bytes outside the signature may change; time, imprint and signer never do unnoticed."""
    query, nonce = timestamp_query(HELLO)
    reply, trust = local.reply(query), trust_in(local)
    honest, dice = verify_timestamp(reply, HELLO, trust, nonce=nonce), random.Random(7)
    refused = 0

    for turn in range(1500):
        changed, place = bytearray(reply), dice.randrange(len(reply))
        if turn % 3 == 0:
            changed[place] ^= 1 << dice.randrange(8)
        elif turn % 3 == 1:
            del changed[place : place + dice.randrange(1, 9)]
        else:
            changed[place:place] = dice.randbytes(dice.randrange(1, 5))
        try:
            said = verify_timestamp(bytes(changed), HELLO, trust, nonce=nonce)
        except TimestampMismatch:
            refused += 1
        else:
            assert said == honest

    assert refused > 1400


def test_refusals_and_pages_are_told_from_timestamps(local: LocalAuthority) -> None:
    """An authority that does not know the hash asked for says no, in its own format."""
    query = openssl("ts", "-query", "-digest", "00" * 64, "-sha512", "-no_nonce")
    reply = local.reply(query)

    assert is_refusal(reply)
    assert not is_refusal(local.reply(timestamp_query(HELLO)[0]))
    assert not is_refusal(b"<html>log in first</html>")
    with pytest.raises(TimestampMismatch):
        verify_timestamp(reply, HELLO, trust_in(local))
    with pytest.raises(TimestampMismatch):
        verify_timestamp(b"\x30" * 70_000, HELLO, trust_in(local))


@pytest.mark.parametrize("data", [b"", b"junk", b"-----BEGIN CERTIFICATE-----\nx\n"])
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_certificates(data)


@pytest.mark.parametrize("policy", ["", "1", "3.1", "1.2.x", "1..2", "1.99.3", "1.2 "])
def test_what_is_no_policy_is_refused(policy: str) -> None:
    with pytest.raises(InvalidInput):
        check_policy(policy)


def test_names_of_authorities_are_safe_in_paths() -> None:
    assert [is_authority_name(one) for one in ("court", "a", "-a", "a/b", "A", "a.b", "")] == [
        True, True, False, False, False, False, False,
    ]  # fmt: skip
