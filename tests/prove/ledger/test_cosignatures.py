"""Cosignatures of both types, against the published vectors and byte by byte."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from footage import data_folder
from logs import SomeLog
from shanasheel.base.errors import InvalidInput
from shanasheel.prove.ledger import (
    Algorithm,
    CosignerKey,
    Signature,
    SignatureMismatch,
    cosigned_at,
    new_cosigner,
    parse_cosigner_key,
    parse_note,
)
from shanasheel.prove.ledger.notes import Note

TEXT = parse_note(SomeLog().grow(7).checkpoint(7)).text


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_cosignature_tells_when_it_was_made_and_by_whom(algorithm: Algorithm) -> None:
    signer = new_cosigner("court.example/cosigner/1", algorithm)

    line = signer.sign(TEXT, 1_679_315_147)

    assert signer.verifier.verify(line, TEXT) == 1_679_315_147
    assert parse_cosigner_key(str(signer.verifier)) == signer.verifier


def test_the_ed25519_message_is_the_one_of_the_specification() -> None:
    private = Ed25519PrivateKey.generate()
    signer = new_cosigner("w.example/1", Algorithm.ED25519)
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

    line = type(signer)(name="w.example/1", private=private).sign(text, 1_679_315_147)

    expected = f"cosignature/v1\ntime 1679315147\n{text}".encode()
    private.public_key().verify(line.blob[8:], expected)
    assert line.blob[:8] == (1_679_315_147).to_bytes(8, "big")
    public = private.public_key().public_bytes_raw()
    assert line.key_id == hashlib.sha256(b"w.example/1\n\x04" + public).digest()[:4]


def test_the_ml_dsa_message_is_the_one_of_the_specification() -> None:
    signer = new_cosigner("mirror.test/m1", Algorithm.ML_DSA_44)
    text = "example.com/log\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

    line = signer.sign(text, 1_679_315_147)

    root = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    expected = (
        b"subtree/v1\n\0" + b"\x0emirror.test/m1" + (1_679_315_147).to_bytes(8, "big")
        + b"\x0fexample.com/log" + (0).to_bytes(8, "big") + (20_852_163).to_bytes(8, "big") + root
    )  # fmt: skip
    signer.private.public_key().verify(line.blob[8:], expected)
    assert len(line.blob) == 8 + 2420


@pytest.mark.parametrize("algorithm", Algorithm)
def test_no_flipped_byte_of_a_cosignature_passes(algorithm: Algorithm) -> None:
    signer = new_cosigner("court.example/cosigner/1", algorithm)
    line = signer.sign(TEXT, 1_679_315_147)
    step = 1 if algorithm is Algorithm.ED25519 else 61

    for at in range(0, len(line.blob), step):
        blob = bytearray(line.blob)
        blob[at] ^= 1
        forged = Signature(name=line.name, key_id=line.key_id, blob=bytes(blob))
        with pytest.raises(SignatureMismatch):
            signer.verifier.verify(forged, TEXT)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_cosignature_is_of_one_checkpoint_alone(algorithm: Algorithm) -> None:
    signer = new_cosigner("court.example/cosigner/1", algorithm)
    line = signer.sign(TEXT, 1_679_315_147)
    other = parse_note(SomeLog().grow(8).checkpoint(8)).text

    with pytest.raises(SignatureMismatch):
        signer.verifier.verify(line, other)


def test_a_cosignature_without_a_time_is_none() -> None:
    signer = new_cosigner("court.example/cosigner/1", Algorithm.ED25519)
    signature = signer.private.sign(f"cosignature/v1\ntime 0\n{TEXT}".encode())
    line = Signature(name=signer.name, key_id=signer.verifier.key_id, blob=bytes(8) + signature)

    with pytest.raises(SignatureMismatch, match="no time"):
        signer.verifier.verify(line, TEXT)
    with pytest.raises(InvalidInput):
        signer.sign(TEXT, 0)


def test_the_logs_own_key_cannot_pose_as_a_cosigners() -> None:
    log = SomeLog()

    with pytest.raises(InvalidInput, match="not a cosigner's key"):
        parse_cosigner_key(log.vkey)
    # One secret, two types: the key id differs, so the lines are never taken for each other.
    cosigner = CosignerKey(
        name=log.key.name, algorithm=Algorithm.ED25519, public=log.key.verifier.public
    )
    note = Note(text=TEXT, signatures=(log.key.sign(TEXT),))
    assert cosigned_at(note, cosigner) is None


def test_a_forged_line_under_a_known_name_fails_the_note() -> None:
    signer = new_cosigner("court.example/cosigner/1", Algorithm.ED25519)
    good = signer.sign(TEXT, 5)
    forged = Signature(
        name=good.name, key_id=good.key_id, blob=good.blob[:-1] + bytes([good.blob[-1] ^ 1])
    )

    with pytest.raises(SignatureMismatch):
        cosigned_at(Note(text=TEXT, signatures=(forged,)), signer.verifier)


@pytest.mark.parametrize(
    "text", ["", "a+b", "a+00000000+AAAA", "a+zz+BAAA", "no base+00000000+BA=="]
)
def test_misshapen_keys_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_cosigner_key(text)


def test_a_private_key_never_shows_in_text() -> None:
    signer = new_cosigner("court.example/cosigner/1", Algorithm.ED25519)

    secret = base64.b64encode(signer.private.private_bytes_raw()).decode()
    assert secret not in f"{signer} {signer!r}"


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("ed25519_test.json", Algorithm.ED25519),
        ("mldsa_44_verify_test.json", Algorithm.ML_DSA_44),
    ],
)
def test_the_library_beneath_passes_the_published_vectors(name: str, algorithm: Algorithm) -> None:
    # The signatures of cosignatures; the messages are ours, so the library is tested itself.
    path = data_folder("vectors") / "wycheproof" / name
    groups = json.loads(path.read_text())["testGroups"]

    judged = 0
    for group in groups:
        key = group["publicKey"]
        public = bytes.fromhex(key["pk"] if isinstance(key, dict) else key)
        for case in group["tests"]:
            if case.get("ctx"):
                continue  # cosignatures have no context
            passed = _passes(algorithm, public, case)
            assert passed == (case["result"] == "valid"), case["comment"]
            judged += 1
    assert judged > 100


def _passes(algorithm: Algorithm, public: bytes, case: dict) -> bool:
    try:
        key = CosignerKey(name="x", algorithm=algorithm, public=public)._key()
        key.verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
    except (InvalidSignature, InvalidInput, ValueError):
        return False
    return True
