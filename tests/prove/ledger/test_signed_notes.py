"""Signed notes and checkpoints, against other people's and to the letter."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as some

from footage import data_folder
from shanasheel.base.errors import InvalidInput, ShanasheelError
from shanasheel.prove.ledger import (
    EMPTY_ROOT,
    Checkpoint,
    Note,
    Signature,
    SignatureMismatch,
    Signer,
    parse_checkpoint,
    parse_note,
    parse_verifier,
    sign_checkpoint,
    sign_note,
    verify_checkpoint,
    verify_note,
)

# The example of the specification and of golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
EXAMPLE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
).encode()
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
TESSERA = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

ALICE = Signer(name="alice.example", private=Ed25519PrivateKey.from_private_bytes(b"a" * 32))
BOB = Signer(name="bob.example", private=Ed25519PrivateKey.from_private_bytes(b"b" * 32))


@pytest.mark.parametrize("text", [NEUMANN, SUMDB, TESSERA])
def test_known_verifier_keys_read_and_write_alike(text: str) -> None:
    assert str(parse_verifier(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "a", "a+b", NEUMANN.replace("c7", "c8"), NEUMANN.replace("Peter", "Petra"),
     NEUMANN.replace("+ARp", "+ARq"), NEUMANN.replace("+A", "+B"), NEUMANN[:-4], "+" + NEUMANN,
     NEUMANN.replace("c74f20a3", "C74F20A3"), NEUMANN.replace("P", " ", 1), NEUMANN + "\u0661"],
)  # fmt: skip
def test_a_damaged_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_verifier(text)


def test_the_example_of_the_specification_verifies() -> None:
    note = parse_note(EXAMPLE)

    assert [str(key) for key in verify_note(note, [parse_verifier(NEUMANN)])] == [NEUMANN]
    assert note.encoded() == EXAMPLE


def test_every_flipped_bit_of_a_note_is_found() -> None:
    key = parse_verifier(NEUMANN)
    for at in range(len(EXAMPLE)):
        for bit in range(8):
            spoilt = bytearray(EXAMPLE)
            spoilt[at] ^= 1 << bit
            with pytest.raises(ShanasheelError):
                verify_note(parse_note(bytes(spoilt)), [key])


def test_unknown_signers_are_ignored_but_one_forged_known_line_fails_the_note() -> None:
    note = sign_note("text\n", [ALICE, BOB])
    forged = Signature(name=BOB.name, key_id=BOB.verifier.key_id, blob=b"\x00" * 64)
    spoilt = Note(text=note.text, signatures=(note.signatures[0], forged))

    assert verify_note(note, [BOB.verifier]) == (BOB.verifier,)
    assert verify_note(spoilt, [ALICE.verifier]) == (ALICE.verifier,)
    with pytest.raises(SignatureMismatch):
        verify_note(spoilt, [ALICE.verifier, BOB.verifier])
    with pytest.raises(SignatureMismatch):
        verify_note(note, [])


LINE = base64.b64encode(bytes(68)).decode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        EXAMPLE[:-1],
        EXAMPLE + EXAMPLE[EXAMPLE.index(b"\n\n") + 2 :],
        EXAMPLE.replace(b"\n", b"\r\n"),
        EXAMPLE[:-1] + b"\r\n",
        EXAMPLE + b"\n",
        EXAMPLE.replace("—".encode(), b"-"),
        b"\xff" + EXAMPLE,
        b"\x00" + EXAMPLE,
        b"\t" + EXAMPLE,
        EXAMPLE[:-2] + b"\n",
        f"text\n\n— a+b {LINE}\n".encode(),
        f"text\n\n—  {LINE}\n".encode(),
        f"text\n\n— a  {LINE}\n".encode(),
        b"text\n\n\xe2\x80\x94 a AAAA\n",
        ("text\n\n" + "".join(f"— a{at} {LINE}\n" for at in range(17))).encode(),
        b"x" * 1_000_001,
    ],
)
def test_a_misshapen_note_is_refused_whole(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_note(data)


def test_sixteen_signatures_are_not_too_many() -> None:
    text = "text\n\n" + "".join(f"— a{at} {LINE}\n" for at in range(16))

    assert len(parse_note(text.encode()).signatures) == 16


@given(some.binary(max_size=200))
def test_any_bytes_are_a_note_or_invalid(data: bytes) -> None:
    try:
        note = parse_note(data)
    except InvalidInput:
        return
    assert note.encoded() == data


@pytest.mark.footage
def test_all_checkpoints_of_another_log_verify() -> None:
    folder = data_folder("vectors") / "tessera" / "testdata" / "log"
    found = sorted(folder.glob("checkpoint*"))
    for path in found:
        checkpoint = verify_checkpoint(path.read_bytes(), parse_verifier(TESSERA))

        if path.suffix:
            assert checkpoint.size == int(path.suffix[1:])
    assert len(found) == 17


def test_a_checkpoint_reads_back_as_written() -> None:
    head = Checkpoint(origin=ALICE.name, size=7, root=b"r" * 32)

    assert verify_checkpoint(sign_checkpoint(head, ALICE), ALICE.verifier) == head


def test_a_checkpoint_of_another_log_under_our_key_is_refused() -> None:
    head = Checkpoint(origin="mallory.example", size=7, root=b"r" * 32)
    with pytest.raises(SignatureMismatch):
        verify_checkpoint(sign_checkpoint(head, ALICE), ALICE.verifier)


ROOT = base64.b64encode(b"r" * 32).decode()


@pytest.mark.parametrize(
    "text",
    ["", "\n\n\n", f"o\n7\n{ROOT}", f"o\n07\n{ROOT}\n", f"o\n+7\n{ROOT}\n", f"o\n-1\n{ROOT}\n",
     f"o\n٧\n{ROOT}\n", f"o\n7\n{ROOT[:-1]}\n", f"o\n7\n{ROOT} \n", "o\n7\nAAAA\n",
     f"o\n{1 << 63}\n{ROOT}\n", f"o\n7\n{ROOT}\n\nx\n", f"\n7\n{ROOT}\n", f"o\n0\n{ROOT}\n"],
)  # fmt: skip
def test_a_misshapen_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_checkpoint(text)


def test_an_empty_tree_has_its_one_root() -> None:
    assert Checkpoint(origin="o", size=0, root=EMPTY_ROOT).size == 0


def test_a_signer_shows_no_secret() -> None:
    assert ALICE.private.private_bytes_raw().hex() not in repr(ALICE)
    assert repr(ALICE) == f"Signer({ALICE.verifier})"
