"""The log on disk: it grows, opens again, refuses what was changed, and proves what it holds."""

from __future__ import annotations

import base64
import resource
import shutil
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as some

from footage import data_folder
from shanasheel.base.clock import FakeClock, from_us
from shanasheel.base.errors import Conflict, Exhausted, InvalidInput, NotFound, Unavailable
from shanasheel.base.hashing import CompactTree
from shanasheel.prove.ledger import (
    EMPTY_ROOT,
    Ledger,
    LedgerDamaged,
    LedgerReader,
    Signer,
    check_log,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from shanasheel.prove.ledger.tiles import ENTRIES, tile_path

ORIGIN = "city.example/evidence/1"
KEY = Signer(name=ORIGIN, private=Ed25519PrivateKey.from_private_bytes(b"k" * 32))


def open_ledger(folder: Path) -> Ledger:
    return Ledger(folder, KEY, ORIGIN, FakeClock(from_us(1_700_000_000_000_000)))


def root_of(entries: list[bytes]) -> bytes:
    tree = CompactTree()
    for entry in entries:
        tree.push(leaf_hash(entry))
    return tree.root


def numbered(start: int, count: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(start, start + count)]


@settings(max_examples=12, deadline=None)
@given(some.lists(some.integers(0, 700), max_size=5), some.integers(0, 31))
def test_a_log_reopened_after_each_batch_equals_the_obvious_one(
    tmp_path_factory: pytest.TempPathFactory, batches: list[int], signing: int
) -> None:
    folder, entries = tmp_path_factory.mktemp("log"), list[bytes]()
    for number, count in enumerate(batches):
        with open_ledger(folder) as ledger:
            more = numbered(len(entries), count)

            given_out = ledger.append(more)

            assert given_out == range(len(entries), len(entries) + count)
            entries += more
            assert (ledger.size, ledger.root) == (len(entries), root_of(entries))
            if signing >> number & 1:
                ledger.checkpoint()

    with open_ledger(folder) as ledger:
        assert (ledger.size, ledger.root) == (len(entries), root_of(entries))
        assert [ledger.entry(at) for at in range(0, len(entries), 97)] == entries[::97]


def test_proofs_across_tiles_verify_for_reader_and_writer(tmp_path: Path) -> None:
    entries = numbered(0, 66_000)
    with open_ledger(tmp_path) as ledger:
        ledger.append(entries[:300])
        old = ledger.checkpoint()
        ledger.append(entries[300:])
        new = ledger.checkpoint()
        for source in (ledger, LedgerReader(tmp_path)):
            for index in (0, 255, 256, 299, 300, 65_535, 65_536, 65_999):
                proof = source.inclusion_proof(index, new.size)
                verify_inclusion(leaf_hash(entries[index]), index, new.size, proof, new.root)
            proof = source.consistency_proof(old.size, new.size)
            verify_consistency(old.size, new.size, old.root, new.root, proof)
            proof = source.inclusion_proof(299, 300)
            verify_inclusion(leaf_hash(entries[299]), 299, 300, proof, old.root)
    assert (tmp_path / "tile/1/000").stat().st_size == 8192
    assert (tmp_path / "tile/2/000.p/1").stat().st_size == 32


def test_unfinished_tiles_of_the_signed_tree_stay_readable(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        for size in range(0, 25, 5):
            ledger.append(numbered(size, 5))
            if size == 10:
                ledger.checkpoint()

    kept = sorted(int(child.name) for child in (tmp_path / "tile/entries/000.p").iterdir())
    assert kept == [15, 25]


def test_a_full_tile_leaves_no_unfinished_one_behind(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 200))
        ledger.append(numbered(200, 100))

    assert sorted(child.name for child in (tmp_path / "tile/entries").iterdir()) == ["000", "001.p"]


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    with open_ledger(tmp_path), pytest.raises(Conflict, match="one writer"):
        open_ledger(tmp_path)
    open_ledger(tmp_path).close()


def test_a_closed_ledger_takes_nothing(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.close()
    ledger.close()
    with pytest.raises(Conflict):
        ledger.append([b"x"])
    with pytest.raises(Conflict):
        ledger.checkpoint()


def test_a_key_of_another_name_cannot_sign(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        Ledger(tmp_path, KEY, "other.example", FakeClock())


def test_an_entry_too_long_adds_nothing(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(InvalidInput):
            ledger.append([b"x", b"x" * 65_536])
        assert ledger.append([b"", b"x" * 65_535]) == range(2)
        assert ledger.entry(1) == b"x" * 65_535
        with pytest.raises(NotFound):
            ledger.entry(2)
        with pytest.raises(NotFound):
            ledger.inclusion_proof(0, 3)


def test_a_checkpoint_says_when_and_is_kept(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        assert ledger.signed is None
        ledger.append([b"x"])
        head = ledger.checkpoint()

    reader = LedgerReader(tmp_path)
    assert reader.checkpoint == head
    assert reader.checkpoint_at == from_us(1_700_000_000_000_000)
    assert (tmp_path / "checkpoint.d/1").read_bytes() == (tmp_path / "checkpoint").read_bytes()


def test_a_reader_shows_what_is_signed_and_no_more(tmp_path: Path) -> None:
    assert LedgerReader(tmp_path / "absent").size == 0
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 3))
        ledger.checkpoint()
        ledger.append(numbered(3, 3))

        reader = LedgerReader(tmp_path)

        assert reader.size == 3
        assert reader.entry(2) == b"entry 2"
        with pytest.raises(NotFound):
            reader.entry(3)


def test_readers_beside_a_writer_never_miss_a_signed_entry(tmp_path: Path) -> None:
    done, faults = threading.Event(), list[BaseException]()
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 1))
        ledger.checkpoint()

        def read() -> None:
            while not done.is_set():
                try:
                    reader = LedgerReader(tmp_path)
                    for index in range(max(0, reader.size - 20), reader.size):
                        assert reader.entry(index) == b"entry %d" % index
                        reader.inclusion_proof(index, reader.size)
                except Exception as fault:  # noqa: BLE001 - whatever it is, the test must see it
                    faults.append(fault)
                    return

        thread = threading.Thread(target=read)
        thread.start()
        for start in range(1, 1200, 4):
            ledger.append(numbered(start, 4))
            ledger.checkpoint()
        done.set()
        thread.join()
    assert not faults


# --- what a kill, a full disk or a hand in the folder leaves -----------------------------------


def test_entries_durable_before_a_kill_count_although_nothing_was_signed(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 700))
        root = ledger.root
    # The kill came after the last bundle, before any hash tile: as if a batch of 700.
    shutil.rmtree(tmp_path / "tile/0")
    shutil.rmtree(tmp_path / "tile/1")

    with open_ledger(tmp_path) as ledger:
        assert (ledger.size, ledger.root) == (700, root)
        ledger.inclusion_proof(3, 700)
    assert (tmp_path / "tile/0/000").exists()
    assert (tmp_path / "tile/0/001").exists()


def test_a_half_written_file_of_a_killed_writer_is_swept(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 9))
    half = tmp_path / "tile/entries/000.p/.12.4711.part"
    half.write_bytes(b"\x00")

    with open_ledger(tmp_path) as ledger:
        assert ledger.size == 9
    assert not half.exists()


def test_the_copy_of_a_checkpoint_that_a_kill_prevented_is_kept_at_the_next_start(
    tmp_path: Path,
) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 5))
        ledger.checkpoint()
    (tmp_path / "checkpoint.d/5").unlink()

    open_ledger(tmp_path).close()

    assert (tmp_path / "checkpoint.d/5").read_bytes() == (tmp_path / "checkpoint").read_bytes()


@pytest.mark.parametrize("content", ["older", "none"])
def test_a_checkpoint_set_back_or_removed_is_refused(tmp_path: Path, content: str) -> None:
    with open_ledger(tmp_path) as ledger:
        for size in (0, 5):
            ledger.append(numbered(size, 5))
            ledger.checkpoint()
    if content == "older":
        (tmp_path / "checkpoint").write_bytes((tmp_path / "checkpoint.d/5").read_bytes())
    else:
        (tmp_path / "checkpoint").unlink()

    with pytest.raises(LedgerDamaged, match="set back"):
        open_ledger(tmp_path)


@pytest.mark.parametrize("size", [5, 256, 300, 512, 600])
def test_a_log_behind_its_signature_is_refused_with_the_remedy(tmp_path: Path, size: int) -> None:
    with open_ledger(tmp_path / "log") as ledger:
        ledger.append(numbered(0, size - 3))
        ledger.checkpoint()
        shutil.copytree(tmp_path / "log/tile", tmp_path / "old")
        ledger.append(numbered(size - 3, 3))
        ledger.checkpoint()
    shutil.rmtree(tmp_path / "log/tile")
    (tmp_path / "old").rename(tmp_path / "log/tile")

    with pytest.raises(LedgerDamaged, match=r"behind .* restore"):
        open_ledger(tmp_path / "log")


def test_rewritten_entries_are_refused(tmp_path: Path) -> None:
    for name, first in (("mine", b"true"), ("forged", b"false")):
        with open_ledger(tmp_path / name) as ledger:
            ledger.append([first, *numbered(0, 20)])
            if name == "mine":
                ledger.checkpoint()
    shutil.rmtree(tmp_path / "mine/tile")
    (tmp_path / "forged/tile").rename(tmp_path / "mine/tile")

    with pytest.raises(LedgerDamaged, match="root signed at 21"):
        open_ledger(tmp_path / "mine")


@pytest.mark.parametrize(
    "victim",
    [str(tile_path(ENTRIES, 2, 88)), str(tile_path(0, 2, 88)), str(tile_path(1, 0, 2)),
     "checkpoint"],
)  # fmt: skip
def test_every_byte_at_the_edge_is_guarded_when_opening(tmp_path: Path, victim: str) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 600))
        ledger.checkpoint()
    path = tmp_path / victim
    good = path.read_bytes()
    for at in range(0, len(good), 13):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])
        with pytest.raises(LedgerDamaged):
            open_ledger(tmp_path)
    path.write_bytes(good)
    open_ledger(tmp_path).close()


def test_a_log_signed_by_another_key_is_refused(tmp_path: Path) -> None:
    other = Signer(name=ORIGIN, private=Ed25519PrivateKey.from_private_bytes(b"o" * 32))
    with Ledger(tmp_path, other, ORIGIN, FakeClock()) as ledger:
        ledger.append([b"x"])
        ledger.checkpoint()
    with pytest.raises(LedgerDamaged, match="Give back the key"):
        open_ledger(tmp_path)


def test_a_hole_beyond_the_signature_is_refused(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 600))
    (tmp_path / "tile/entries/001").unlink()

    with pytest.raises(LedgerDamaged, match="middle"):
        open_ledger(tmp_path)


def test_a_tree_that_lost_signed_tiles_signs_nothing_more(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 600))
        ledger.checkpoint()
        tile = tmp_path / "tile/0/002.p/88"
        tile.write_bytes(bytes(tile.stat().st_size))
        (tmp_path / "tile/1/000.p/2").write_bytes(bytes(64))
        before = (tmp_path / "checkpoint").read_bytes()
        ledger.append(numbered(600, 500))

        # The proof from the old head is read from the tiles, not from memory.
        (tmp_path / "tile/1/000.p/4").write_bytes(bytes(128))
        with pytest.raises(Exception, match=r"consistency|root"):
            ledger.checkpoint()
    assert (tmp_path / "checkpoint").read_bytes() == before


@pytest.mark.fault
def test_a_refusing_disk_is_told_and_nothing_is_counted_twice(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 3))
        # Python ignores SIGXFSZ, so the write fails with EFBIG as on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
        try:
            with pytest.raises(Exhausted):
                ledger.append([*numbered(3, 10), *[b"x" * 100] * 600])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        size = ledger.size

        ledger.append(numbered(size, 5))

        assert [ledger.entry(at) for at in range(3)] == numbered(0, 3)
        assert [ledger.entry(at) for at in range(size, size + 5)] == numbered(size, 5)
        ledger.checkpoint()
        root = ledger.root
    with open_ledger(tmp_path) as ledger:
        assert (ledger.size, ledger.root) == (size + 5, root)


def test_a_batch_half_stored_when_the_disk_refused_counts_as_far_as_stored(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(numbered(0, 3))
        blocker = tmp_path / "tile/entries/001.p"
        blocker.write_bytes(b"")  # a file where the second bundle's folder must be
        with pytest.raises(Unavailable):
            ledger.append(numbered(3, 500))
        blocker.unlink()

        assert ledger.size == 256
        ledger.append(numbered(256, 247))
        assert ledger.root == root_of(numbered(0, 503))


@pytest.mark.footage
def test_the_files_are_those_of_another_implementation(tmp_path: Path) -> None:
    theirs = data_folder("vectors") / "tessera" / "testdata" / "log"
    with open_ledger(tmp_path) as ledger:
        before = 0
        for size in range(1, 16):
            bundle = (theirs / f"tile/entries/000.p/{size}").read_bytes()
            ledger.append([bundle[before + 2 :]])
            before = len(bundle)

            for place in (f"tile/entries/000.p/{size}", f"tile/0/000.p/{size}"):
                assert (tmp_path / place).read_bytes() == (theirs / place).read_bytes()
            root = (theirs / f"checkpoint.{size}").read_text().split("\n")[2]
            assert base64.b64encode(ledger.root).decode() == root


def test_an_empty_log_has_the_empty_root_and_may_be_signed(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        assert (ledger.size, ledger.root) == (0, EMPTY_ROOT)
        assert ledger.checkpoint().size == 0
        ledger.append([b"x"])
        assert ledger.checkpoint().size == 1
    assert check_log(tmp_path, str(KEY.verifier)).checkpoint is not None
