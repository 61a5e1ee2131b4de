"""The ledger keeps what it was given, proves it, and notices every kind of tampering."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import Conflict, Denied, IntegrityFault, InvalidInput
from shanasheel.domain.facts import Fact, FactKind
from shanasheel.prove.ledger import (
    CommitmentFault,
    Ledger,
    LedgerReader,
    NoteFault,
    ProofFault,
    Tree,
    Verifier,
    canonical,
    check_log,
    hash_leaf,
    leaf_of,
    load_or_create_key,
    open_checkpoint,
    open_commitment,
    open_note,
    sign_note,
    verify_consistency,
    verify_inclusion,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = "basra.example/log"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = Verifier(name=ORIGIN, public=KEY.public_key().public_bytes_raw())


# --- the tree, against the RFC's own words -------------------------------------------------


def slow_root(leaves: list[bytes]) -> bytes:
    """Return MTH(D[n]) as RFC 6962 section 2.1 writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = split_of(len(leaves))
    both = slow_root(leaves[:split]) + slow_root(leaves[split:])
    return hashlib.sha256(b"\x01" + both).digest()


def split_of(count: int) -> int:
    split = 1
    while split * 2 < count:
        split *= 2
    return split


def slow_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """Return PATH(m, D[n]) of RFC 6962 section 2.1.1."""
    if len(leaves) == 1:
        return []
    split = split_of(len(leaves))
    if index < split:
        return [*slow_path(index, leaves[:split]), slow_root(leaves[split:])]
    return [*slow_path(index - split, leaves[split:]), slow_root(leaves[:split])]


def slow_subproof(old: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """Return SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [slow_root(leaves)]
    split = split_of(len(leaves))
    if old <= split:
        return [*slow_subproof(old, leaves[:split], whole=whole), slow_root(leaves[split:])]
    return [*slow_subproof(old - split, leaves[split:], whole=False), slow_root(leaves[:split])]


def tree_of(leaves: list[bytes]) -> Tree:
    tree = Tree()
    for leaf in leaves:
        tree.append(hash_leaf(leaf))
    return tree


sized = st.integers(1, 70).flatmap(
    lambda size: st.tuples(st.just(size), st.integers(1, size), st.integers(0, size - 1))
)


@settings(max_examples=60, deadline=None)
@given(sized)
def test_roots_and_proofs_are_those_of_the_rfc_and_verify(chosen: tuple[int, int, int]) -> None:
    size, old, index = chosen
    leaves = [f"entry {number}".encode() for number in range(size)]
    tree = tree_of([*leaves, b"a later one"])

    inclusion = tree.inclusion_proof(index, size)
    consistency = tree.consistency_proof(old, size)

    assert tree.root(size) == slow_root(leaves)
    assert inclusion == slow_path(index, leaves)
    assert consistency == slow_subproof(old, leaves, whole=True)
    leaf, root = hash_leaf(leaves[index]), tree.root(size)
    verify_inclusion(leaf, index=index, size=size, proof=inclusion, root=root)
    verify_consistency(old=old, new=size, proof=consistency, old_root=tree.root(old), new_root=root)


@settings(max_examples=40, deadline=None)
@given(sized, st.integers(0, 255), st.data())
def test_no_proof_with_a_flipped_bit_verifies(
    chosen: tuple[int, int, int], bit: int, data: st.DataObject
) -> None:
    size, _, index = chosen
    tree = tree_of([f"entry {number}".encode() for number in range(size)])
    parts = [tree.hashes(0, index, index + 1)[0], tree.root(), *tree.inclusion_proof(index, size)]
    at = data.draw(st.integers(0, len(parts) - 1))
    changed = bytearray(parts[at])
    changed[bit // 8] ^= 1 << bit % 8
    parts[at] = bytes(changed)

    with pytest.raises(ProofFault):
        verify_inclusion(parts[0], index=index, size=size, proof=parts[2:], root=parts[1])


def test_the_tree_refuses_what_it_does_not_have() -> None:
    tree = tree_of([b"a", b"b"])

    for ask in (
        lambda: tree.root(3),
        lambda: tree.inclusion_proof(2, 2),
        lambda: tree.consistency_proof(0, 2),
        lambda: tree.consistency_proof(2, 3),
    ):
        with pytest.raises(InvalidInput):
            ask()


# --- signed notes --------------------------------------------------------------------------


def test_a_note_opens_with_its_key_and_with_no_other() -> None:
    note = sign_note("hello\nworld\n", ORIGIN, KEY)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()

    assert open_note(note, [VERIFIER]) == "hello\nworld\n"
    with pytest.raises(NoteFault, match="No known key"):
        open_note(note, [Verifier(name=ORIGIN, public=other)])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("\n", "\r\n"),
        lambda note: note.removesuffix("\n"),
        lambda note: note + note.splitlines(keepends=True)[-1],
        lambda note: note + "\n",
        lambda note: note.replace("— ", "- "),
        lambda note: "",
        lambda note: "\n\n",
        lambda note: note.split("\n\n", maxsplit=1)[0] + "\n",
    ],
    ids=["crlf", "no final newline", "signed twice", "blank end", "dash", "empty", "blank", "bare"],
)
def test_malformed_notes_are_refused(spoil) -> None:
    with pytest.raises(NoteFault):
        open_note(spoil(sign_note("hello\n", ORIGIN, KEY)), [VERIFIER])


def test_a_note_with_any_flipped_byte_is_refused() -> None:
    note = sign_note("hello\nthere\n", ORIGIN, KEY).encode()

    for at in range(len(note)):
        changed = bytearray(note)
        changed[at] ^= 1
        with pytest.raises((NoteFault, UnicodeDecodeError)):
            open_note(changed.decode(), [VERIFIER])


def test_signatures_of_strangers_do_not_disturb() -> None:
    note = sign_note("hello\n", ORIGIN, KEY)
    stranger = sign_note("hello\n", "witness.example", Ed25519PrivateKey.generate())

    assert open_note(note + stranger.splitlines(keepends=True)[-1], [VERIFIER]) == "hello\n"


@pytest.mark.parametrize("text", ["", "no newline", "\n", "tab\there\n"])
def test_a_text_that_no_note_can_hold_is_not_signed(text: str) -> None:
    with pytest.raises(InvalidInput):
        sign_note(text, ORIGIN, KEY)


def test_a_mistyped_verifier_key_is_refused() -> None:
    text = str(VERIFIER)
    assert Verifier.parse(f"{text}\n") == VERIFIER

    for wrong in ("", "a+b+c", text[:-4], text.replace("basra", "basrah"), f" x{text}"):
        with pytest.raises(InvalidInput):
            Verifier.parse(wrong)


@pytest.mark.parametrize("size", ["-1", "01", "٣", "", "1.0"])
def test_a_signed_checkpoint_whose_size_is_no_number_is_refused(size: str) -> None:
    root = base64.b64encode(bytes(32)).decode()

    with pytest.raises(NoteFault):
        open_checkpoint(sign_note(f"{ORIGIN}\n{size}\n{root}\n", ORIGIN, KEY), VERIFIER)


# --- the ledger on disk --------------------------------------------------------------------


def opened(folder: Path) -> Ledger:
    return Ledger(folder, key=KEY, origin=ORIGIN, clock=FakeClock(NOON))


def entry(number: int) -> bytes:
    body = canonical({"k": "event", "n": number})
    fact = Fact(id=str(number), kind=FactKind.EVENT, at=NOON, body=body, salt=bytes(16))
    return leaf_of(fact)


def written(folder: Path, count: int, *, batch: int = 100) -> Path:
    """Write a log of so many entries with a checkpoint and return its folder."""
    ledger = opened(folder)
    for first in range(0, count, batch):
        ledger.append([entry(number) for number in range(first, min(count, first + batch))])
    ledger.checkpoint()
    ledger.close()
    return folder


def test_a_ledger_goes_on_where_it_was_closed(tmp_path: Path) -> None:
    first = opened(tmp_path / "log")
    assert first.append([entry(0), entry(1)]) == range(2)
    head = first.checkpoint()
    first.close()

    again = opened(tmp_path / "log")
    assert (again.size, again.root) == (2, head.root)
    assert again.append([entry(2)]) == range(2, 3)
    newer = again.checkpoint()
    again.close()

    verify_consistency(
        old=2,
        new=3,
        proof=again.consistency_proof(2, 3),
        old_root=head.root,
        new_root=newer.root,
    )
    reader = LedgerReader(tmp_path / "log")
    assert [reader.entry(number) for number in range(3)] == [entry(number) for number in range(3)]
    assert open_checkpoint(reader.note or "", VERIFIER) == newer


def test_every_checkpoint_is_kept(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    heads = [ledger.checkpoint()]
    for number in range(3):
        ledger.append([entry(number)])
        heads.append(ledger.checkpoint())
    ledger.close()

    for head in heads:
        note = (tmp_path / "checkpoint.d" / str(head.size)).read_text()
        assert open_checkpoint(note, VERIFIER) == head


def test_a_ledger_of_several_tiles_is_whole_and_proves_every_entry(tmp_path: Path) -> None:
    written(tmp_path, 700, batch=333)

    report = check_log(tmp_path, str(VERIFIER))
    ledger = opened(tmp_path)
    assert report.holds, report
    assert ledger.size == 700
    assert report.checkpoint is not None
    for index in (0, 255, 256, 511, 512, 699):
        verify_inclusion(
            hash_leaf(entry(index)),
            index=index,
            size=700,
            proof=ledger.inclusion_proof(index, 700),
            root=report.checkpoint.root,
        )
    ledger.close()


def test_an_entry_too_long_for_a_bundle_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    ledger = opened(tmp_path)

    with pytest.raises(InvalidInput):
        ledger.append([entry(0), bytes(65_536)])

    assert ledger.size == LedgerReader(tmp_path).size == 0
    ledger.close()


def test_a_second_writer_is_refused_until_the_first_has_closed(tmp_path: Path) -> None:
    first = opened(tmp_path)

    with pytest.raises(Conflict):
        opened(tmp_path)

    first.close()
    opened(tmp_path).close()


def test_a_ledger_set_back_behind_its_checkpoint_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 5)
    (bundle,) = (tmp_path / "tile" / "entries" / "000.p").iterdir()
    bundle.unlink()

    with pytest.raises(IntegrityFault, match="taken away"):
        opened(tmp_path)


def test_an_altered_entry_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 5)
    (bundle,) = (tmp_path / "tile" / "entries" / "000.p").iterdir()
    bundle.write_bytes(bundle.read_bytes().replace(b"event", b"evenT", 1))

    with pytest.raises(IntegrityFault, match="not those that were signed"):
        opened(tmp_path)


def test_a_ledger_of_another_key_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 5)

    with pytest.raises(NoteFault):
        Ledger(tmp_path, key=Ed25519PrivateKey.generate(), origin=ORIGIN, clock=FakeClock(NOON))


def test_a_refused_ledger_is_free_for_others(tmp_path: Path) -> None:
    written(tmp_path, 5)
    note = (tmp_path / "checkpoint").read_text()
    (tmp_path / "checkpoint").write_text("nothing")
    with pytest.raises(NoteFault):
        opened(tmp_path)

    (tmp_path / "checkpoint").write_text(note)
    opened(tmp_path).close()


def test_tiles_that_a_kill_left_unwritten_are_mended_on_opening(tmp_path: Path) -> None:
    """Entries of several bundles were durable, their hashes not yet."""
    written(tmp_path, 700, batch=700)
    for tile in (tmp_path / "tile" / "0").rglob("*"):
        if tile.is_file():
            tile.unlink()

    opened(tmp_path).close()

    assert check_log(tmp_path, str(VERIFIER)).holds


# --- checking a log ------------------------------------------------------------------------


def failing(folder: Path) -> set[str]:
    return {step.name for step in check_log(folder, str(VERIFIER)).steps if not step.ok}


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_clean_log_holds(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    report = check_log(
        written(tmp_path, 300), str(VERIFIER), lambda at, total: seen.append((at, total))
    )

    assert report.holds
    assert report.checkpoint is not None
    assert report.checkpoint.size == 300
    assert seen == [(256, 300), (300, 300)]


def test_a_flipped_byte_in_a_commitment_is_found_in_tiles_and_root(tmp_path: Path) -> None:
    written(tmp_path, 300)
    bundle = tmp_path / "tile" / "entries" / "000"
    flip(bundle, bundle.read_bytes().index(b'"c":"') + 7)

    assert failing(tmp_path) == {"tiles_match_entries", "root_matches_checkpoint"}


def test_no_flipped_byte_in_the_entries_goes_unnoticed(tmp_path: Path) -> None:
    written(tmp_path, 2)
    bundle = tmp_path / "tile" / "entries" / "000.p" / "2"

    for at in range(len(bundle.read_bytes())):
        flip(bundle, at)
        assert failing(tmp_path), at
        flip(bundle, at)
    assert not failing(tmp_path)


@pytest.mark.parametrize("tile", ["0/000", "0/001.p/44", "1/000.p/1"])
def test_a_flipped_byte_in_a_tile_is_found_there(tmp_path: Path, tile: str) -> None:
    written(tmp_path, 300)
    flip(tmp_path / "tile" / tile, 5)

    assert failing(tmp_path) == {"tiles_match_entries"}


def test_no_flipped_byte_in_the_checkpoint_goes_unnoticed(tmp_path: Path) -> None:
    written(tmp_path, 3)
    path = tmp_path / "checkpoint"

    for at in range(len(path.read_bytes())):
        flip(path, at)
        assert failing(tmp_path) == {"checkpoint_signed", "root_matches_checkpoint"}, at
        flip(path, at)


def test_missing_files_are_reported(tmp_path: Path) -> None:
    written(tmp_path, 300)
    (tmp_path / "tile" / "0" / "000").unlink()
    assert failing(tmp_path) == {"tiles_match_entries"}

    (tmp_path / "tile" / "entries" / "001.p" / "44").unlink()
    assert "entries_well_formed" in failing(tmp_path)
    assert failing(tmp_path / "nowhere") >= {"checkpoint_signed", "root_matches_checkpoint"}


@pytest.mark.parametrize(
    "hostile",
    [b"[]", b"7", b"null", b"\xff", b"", b'{"v":1}', b"[" * 60_000],
    ids=["list", "number", "null", "no utf-8", "empty", "parts missing", "deep"],
)
def test_hostile_entries_are_reported_not_raised(tmp_path: Path, hostile: bytes) -> None:
    ledger = opened(tmp_path)
    ledger.append([hostile])
    ledger.checkpoint()
    ledger.close()

    assert "entries_well_formed" in failing(tmp_path)


# --- commitments and keys ------------------------------------------------------------------


def test_a_commitment_opens_with_its_record_and_salt_alone() -> None:
    body = canonical({"k": "event", "who": "قناص", "at": 5})
    fact = Fact(id="1", kind=FactKind.EVENT, at=NOON, body=body, salt=b"s" * 16)
    leaf = leaf_of(fact)

    open_commitment(leaf, body, fact.salt)
    assert b"who" not in leaf
    for wrong in (
        (leaf, body + b" ", fact.salt),
        (leaf, body, b"t" * 16),
        (leaf.replace(b"event", b"login"), body, fact.salt),
        (b"[]", body, fact.salt),
        (b"\xff", body, fact.salt),
        (leaf, b"[]", fact.salt),
    ):
        with pytest.raises(CommitmentFault):
            open_commitment(*wrong)


def test_records_are_written_one_way_only() -> None:
    composed, decomposed = canonical({"a": "é"}), canonical({"a": "e\u0301"})

    assert composed == decomposed
    assert json.loads(canonical({"b": [1, None, True], "a": 2})) == {"b": [1, None, True], "a": 2}
    for wrong in (1.5, 2**53, -(2**53), b"x", {1, 2}):
        with pytest.raises(InvalidInput):
            canonical({"a": wrong})


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.key"

    made = load_or_create_key(path, ORIGIN)
    again = load_or_create_key(path, ORIGIN)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert again.private_bytes_raw() == made.private_bytes_raw()
    public = Verifier.parse(path.with_suffix(".vkey").read_text())
    assert public.public == made.public_key().public_bytes_raw()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    load_or_create_key(path, ORIGIN)
    path.chmod(0o644)

    with pytest.raises(Denied, match="0644"):
        load_or_create_key(path, ORIGIN)


def test_a_cut_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    load_or_create_key(path, ORIGIN)
    path.write_bytes(b"short")

    with pytest.raises(IntegrityFault):
        load_or_create_key(path, ORIGIN)
