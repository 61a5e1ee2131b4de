"""Many random clean bundles without a false alarm; many random changes, each found or harmless.

Few here. The full number, 1,000 bundles and 10,000 changes:
`SHANASHEEL_ATTACKS=1 pytest tests/prove/attacks/test_random_bundles.py --timeout 7200 -s`.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from datetime import timedelta
from pathlib import Path

from bundled import Bundle, make_bundle
from exhibited import Exhibited, exhibited
from shanasheel.prove.evidence import HostileBundle, open_bag, parse_seal

FULL = bool(os.environ.get("SHANASHEEL_ATTACKS"))
BUNDLES, CHANGES = (1000, 10_000) if FULL else (6, 150)
A_SITE = 10


def contents(bundle: Bundle) -> dict[str, str]:
    bag = open_bag(bundle.path)
    try:
        return {name: bag.sha256(name) for name in bag.sizes}
    finally:
        bag.close()


def flip(path: Path, dice: random.Random) -> str:
    content = bytearray(path.read_bytes())
    at = dice.randrange(len(content))
    content[at] ^= 1 << dice.randrange(8)
    path.write_bytes(content)
    return f"flip {path.name} at {at}"


def cut(path: Path, dice: random.Random) -> str:
    content = path.read_bytes()
    start = dice.randrange(len(content))
    end = min(len(content), start + dice.choice((1, 16, 4096)))
    path.write_bytes(content[:start] + content[end:])
    return f"cut {path.name} {start} to {end}"


def double(path: Path, dice: random.Random) -> str:
    content = path.read_bytes()
    start = dice.randrange(len(content))
    end = min(len(content), start + dice.choice((1, 16, 4096)))
    path.write_bytes(content[:end] + content[start:])
    return f"double {path.name} {start} to {end}"


def remove(path: Path, _dice: random.Random) -> str:
    path.unlink()
    return f"remove {path.name}"


def add(path: Path, dice: random.Random) -> str:
    twin = path.with_name(f"{dice.randrange(10**6)}{path.suffix}")
    if not twin.exists():
        shutil.copyfile(path, twin)
    return f"add {twin.name}"


def change(bundle: Bundle, dice: random.Random) -> tuple[Bundle, str]:
    """Change one thing: in a folder any file, in a zip its bytes, or the proof beside it."""
    beside = bundle.path.with_name(f"{bundle.path.name}.tlog-proof")
    if dice.random() < 0.1:
        told = dice.choice((flip, cut, double))(beside, dice)
    elif bundle.path.is_file():
        told = dice.choice((flip, cut, double))(bundle.path, dice)
    else:
        files = sorted(path for path in bundle.path.rglob("*") if path.is_file())
        told = dice.choice((flip, flip, cut, double, remove, add))(dice.choice(files), dice)
    return Bundle(bundle.path, bundle.policy, beside.read_bytes()), told


def test_clean_bundles_hold_and_changed_ones_do_not(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    found = harmless = 0
    print(f"seed {seed}")
    for first in range(0, BUNDLES, A_SITE):
        folder = tmp_path / f"site{first}"  # a site's bundles grow: each tells of those before
        folder.mkdir()
        with exhibited(folder) as place:
            for camera in ("A", "B"):
                place.gap(camera, place.end, place.end + timedelta(seconds=5))
            for number in range(first, min(BUNDLES, first + A_SITE)):
                counts = tried(place, folder / f"n{number}", dice, f"seed {seed}, {number}")
                found, harmless = found + counts[0], harmless + counts[1]
        shutil.rmtree(folder)
        print(f"{first + A_SITE} bundles: {found} changes found, {harmless} harmless", flush=True)
    assert found + harmless == CHANGES // BUNDLES * BUNDLES
    assert found > harmless


def tried(place: Exhibited, folder: Path, dice: random.Random, where: str) -> tuple[int, int]:
    """Make a random bundle, and change copies of it; return how many were found and harmless."""
    start = place.start + timedelta(seconds=dice.uniform(-3, 7))
    span = timedelta(seconds=dice.uniform(0.5, 14))
    end = min(start + span, place.end + timedelta(seconds=dice.uniform(0, 5)))
    folder.mkdir()
    clean = make_bundle(
        place, folder, name=dice.choice(("bundle", "bundle.zip")),
        cameras=dice.choice((["A"], ["B"], ["A", "B"])), start=start,
        end=max(end, start + timedelta(seconds=0.2)),
    )  # fmt: skip
    report = clean.verify()
    assert report.holds, (where, report.lines("en"))
    before, found = contents(clean), 0
    for _ in range(CHANGES // BUNDLES):
        shutil.rmtree(folder / "changed", ignore_errors=True)
        changed, told = change(clean.copy(folder / "changed"), dice)
        if is_found(changed):
            found += 1
            continue
        assert contents(changed) == before, (where, told)
        assert same_seal(changed, clean), (where, told)
    shutil.rmtree(folder)
    return found, CHANGES // BUNDLES - found


def is_found(bundle: Bundle) -> bool:
    try:
        return not bundle.verify(quick=True).holds  # found by its bytes alone
    except HostileBundle:
        return True


def same_seal(changed: Bundle, clean: Bundle) -> bool:
    """Return whether the proofs beside say the same, but for lines of no known cosigner."""
    assert changed.seal is not None
    assert clean.seal is not None
    one, other = parse_seal(changed.seal), parse_seal(clean.seal)
    return (one.body, one.salt, one.entry, one.proof.note.text, one.proof.hashes) == (
        other.body, other.salt, other.entry, other.proof.note.text, other.proof.hashes,
    )  # fmt: skip


def test_hashing_reads_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 1_000_000)

    bag = open_bag(tmp_path)

    assert bag.sha256("a") == hashlib.sha256(b"x" * 1_000_000).hexdigest()
