"""Hash tiles are derived from the entries again: what is missing or changed, and mended."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import Conflict, IntegrityFault
from shanasheel.prove.ledger import Ledger, Signer, check_log, check_tiles, repair_tiles

ORIGIN = "city.example/evidence/1"
KEY = Signer(name=ORIGIN, private=Ed25519PrivateKey.from_private_bytes(b"k" * 32))
VKEY = str(KEY.verifier)
#: Of 70,000 entries, three levels; what is changed and how often, with the step that would fail.
SIZE = 70_000


def opened(folder: Path) -> Ledger:
    return Ledger(folder, KEY, ORIGIN, FakeClock())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "log"
    with opened(folder) as log:
        log.append([b"entry %d" % at for at in range(SIZE)])
        log.checkpoint()
        log.append([b"more %d" % at for at in range(20)])  # stored, not signed
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy that shares its files with the whole log until one is written."""
    copy = tmp_path / "log"
    shutil.copytree(whole, copy, copy_function=lambda a, b: Path(b).hardlink_to(a))
    return copy


def tiles(folder: Path) -> dict[str, bytes]:
    found = {}
    for path in folder.glob("tile/[0-9]/**/*"):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def spoil(folder: Path, path: str, content: bytes | None) -> None:
    place = folder / path
    place.unlink(missing_ok=True)  # its bytes are shared
    if content is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def test_a_whole_log_holds(folder: Path) -> None:
    before, told = tiles(folder), []

    report = check_tiles(folder, VKEY, lambda done, total: told.append((done, total)))

    assert report.holds
    assert (report.entries, report.missing, report.changed) == (SIZE + 20, (), ())
    assert report.tiles == len(before)
    assert told[-1] == (SIZE + 20, SIZE + 20)


def test_every_spoilt_tile_is_named_and_mended_and_what_it_held_is_kept(
    folder: Path, tmp_path: Path
) -> None:
    whole, dice = tiles(folder), random.Random(5)
    chosen = dice.sample(sorted(whole), 12)
    missing, changed = set(chosen[:6]), dict.fromkeys(chosen[6:], b"")
    for path in missing:
        spoil(folder, path, None)
    for path in changed:
        content = bytearray(whole[path])
        content[dice.randrange(len(content))] ^= 1
        changed[path] = bytes(content)
        spoil(folder, path, changed[path])
    entries = {one: one.read_bytes() for one in folder.glob("tile/entries/**/*") if one.is_file()}
    heads = {one: one.read_bytes() for one in folder.glob("checkpoint*") if one.is_file()}
    # An unfinished tile that is stored wider as well is not missed.
    needed = {one for one in missing if ".p/" not in one or not stored_wider(folder, one)}

    found = check_tiles(folder, VKEY)
    assert not found.holds
    assert set(found.missing) == needed
    assert set(found.changed) == set(changed)
    mended = repair_tiles(folder, VKEY, found, aside=tmp_path / "aside")

    assert mended.holds
    assert set(mended.repaired) == needed | set(changed)
    now = tiles(folder)
    assert all(now[path] == whole[path] for path in whole if path in now)
    assert set(whole) - set(now) == missing - needed
    assert {one.relative_to(tmp_path / "aside").as_posix(): one.read_bytes()
            for one in (tmp_path / "aside").glob("**/*") if one.is_file()} == changed  # fmt: skip
    assert all(one.read_bytes() == content for one, content in (entries | heads).items())
    assert check_tiles(folder, VKEY).holds
    wrong = {step.name for step in check_log(folder, VKEY).steps if not step.ok}
    assert wrong == {"entries_well_formed"}  # these entries are no commitments
    with opened(folder) as log:
        assert log.checkpoint().size == SIZE + 20


def stored_wider(folder: Path, path: str) -> bool:
    place = folder / path
    return any(int(one.name) > int(place.name) for one in place.parent.glob("*"))


def test_a_tile_that_stops_the_log_from_opening_is_mended(folder: Path, tmp_path: Path) -> None:
    """It lies behind the checkpoint, where a writer would go on."""
    width = (SIZE + 20) % 256
    path = f"tile/0/273.p/{width}"
    spoil(folder, path, b"x" * 32 * width)
    with pytest.raises(IntegrityFault):
        opened(folder)

    found = check_tiles(folder, VKEY)
    assert found.changed == (path,)
    assert repair_tiles(folder, VKEY, found, aside=tmp_path / "aside").holds

    opened(folder).close()


def test_a_planted_tile_wider_than_the_entries_is_taken_away(folder: Path, tmp_path: Path) -> None:
    spoil(folder, "tile/0/273", b"x" * 32 * 256)

    found = check_tiles(folder, VKEY)
    assert found.changed == ("tile/0/273",)
    assert repair_tiles(folder, VKEY, found, aside=tmp_path / "aside").holds

    assert not (folder / "tile/0/273").exists()
    assert (tmp_path / "aside" / "tile/0/273").exists()


@pytest.mark.parametrize("what", ["changed", "gone", "unsigned", "other key"])
def test_nothing_is_derived_from_entries_that_were_changed(
    folder: Path, tmp_path: Path, what: str
) -> None:
    spoil(folder, "tile/1/000", b"x" * 8192)
    bundle = folder / "tile/entries/100"
    if what == "changed":
        spoil(
            folder, "tile/entries/100", bundle.read_bytes().replace(b"entry 25601", b"entry 25610")
        )
    elif what == "gone":
        bundle.unlink()
    elif what == "unsigned":
        (folder / "checkpoint").unlink()
    key = KEY if what != "other key" else Signer(name=ORIGIN, private=Ed25519PrivateKey.generate())
    before = tiles(folder)

    found = check_tiles(folder, str(key.verifier))
    mended = repair_tiles(folder, str(key.verifier), found, aside=tmp_path / "aside")

    assert found.fault
    assert mended == found
    assert not mended.holds
    assert tiles(folder) == before
    assert not (tmp_path / "aside").exists()


def test_it_looks_beside_a_writer_and_mends_only_without_one(folder: Path, tmp_path: Path) -> None:
    spoil(folder, "tile/0/007", None)
    with opened(folder) as log:
        log.append([b"x"] * 700)
        found = check_tiles(folder, VKEY)
        assert found.missing == ("tile/0/007",)
        with pytest.raises(Conflict):
            repair_tiles(folder, VKEY, found, aside=tmp_path / "aside")

    assert repair_tiles(folder, VKEY, found, aside=tmp_path / "aside").holds
