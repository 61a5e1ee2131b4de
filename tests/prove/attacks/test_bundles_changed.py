"""Attacks on a bundle by whoever holds it; ids as in docs/design/attacks.md."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bundled import Bundle
from forging import rebag


def files(bundle: Bundle, pattern: str) -> list[Path]:
    found = sorted(bundle.path.glob(pattern))
    assert found
    return found


def flip(path: Path, at: int = -1) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def drop_record(bundle: Bundle, entry: str) -> None:
    for path in files(bundle, f"data/records/{entry}.*"):
        path.unlink()


def record_of(bundle: Bundle, original: Path) -> str:
    inside = original.relative_to(bundle.path / "data/originals").as_posix()
    (found,) = [
        path.stem for path in files(bundle, "data/records/*.json")
        if f'"path":"{inside}"' in path.read_text()
    ]  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("pattern", "steps"),
    [
        ("data/originals/**/*.mp4", {"whole", "exact", "complete", "claims"}),
        ("data/clips/*.mp4", {"whole", "clips", "claims"}),
        ("data/shielded/*.mp4", {"whole", "claims"}),
        ("data/claims/**/*.c2pa", {"whole", "claims"}),
        ("data/records/*.salt", {"whole", "opened", "exact", "complete", "clips"}),
        ("data/keys/log.vkey", {"whole"}),
        ("data/log/policy", {"whole"}),
        ("README-ar.txt", {"whole"}),
        ("verify.py", {"whole"}),
        ("bag-info.txt", {"whole"}),
        ("manifest-sha512.txt", {"whole"}),
    ],
)
def test_a01_one_flipped_bit_is_found(bundle: Bundle, pattern: str, steps: set[str]) -> None:
    flip(files(bundle, pattern)[0])

    assert bundle.failing() == steps
    assert "differs" in bundle.keys("whole")


def test_a01_one_flipped_bit_is_found_though_the_manifests_were_fitted(bundle: Bundle) -> None:
    flip(files(bundle, "data/originals/**/*.mp4")[1])
    rebag(bundle.path)

    assert bundle.failing() == {"sealed", "exact", "complete", "claims"}
    assert "media_differs" in bundle.keys("exact")


def test_a02_a_recording_taken_out_is_missed(bundle: Bundle) -> None:
    files(bundle, "data/originals/**/*.mp4")[1].unlink()
    rebag(bundle.path)

    assert bundle.keys("exact")[0] == "media_missing"
    assert "exact" in bundle.failing()


@pytest.mark.parametrize("number", [0, 1, -1])
def test_a03_a04_a_recording_left_out_with_its_record_leaves_a_hole(
    bundle: Bundle, number: int
) -> None:
    original = files(bundle, "data/originals/**/*.mp4")[number]
    drop_record(bundle, record_of(bundle, original))
    original.unlink()
    rebag(bundle.path)

    # The clip betrays it too: it shows pictures of a recording that is not here.
    assert bundle.failing() == {"sealed", "complete", "clips"}
    assert bundle.keys("complete")[0] == "hole"


def test_a04_a_gap_left_out_leaves_a_hole_too(bundle: Bundle) -> None:
    (gap, _) = [p for p in files(bundle, "data/records/*.json") if '"k":"gap"' in p.read_text()]
    drop_record(bundle, gap.stem)
    rebag(bundle.path)

    assert bundle.keys("complete")[0] == "hole"


def test_a05_recordings_that_change_places_are_found(bundle: Bundle) -> None:
    first, second = files(bundle, "data/originals/**/*.mp4")[:2]
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    rebag(bundle.path)

    assert bundle.keys("exact")[:2] == ["media_differs", "media_differs"]


def test_a05_records_that_change_places_are_found(bundle: Bundle) -> None:
    first, second = (path.stem for path in files(bundle, "data/records/*.json")[:2])
    for suffix in (".json", ".salt", ".tlog-proof"):
        a, b = (bundle.path / f"data/records/{name}{suffix}" for name in (first, second))
        kept = a.read_bytes()
        a.write_bytes(b.read_bytes())
        b.write_bytes(kept)
    rebag(bundle.path)

    assert bundle.keys("included")[:2] == ["not_included", "not_included"]


def test_a14_a_node_of_the_tree_is_no_entry(bundle: Bundle) -> None:
    """Two hashes in a row hash to a node when the prefixes are forgotten."""
    proof = files(bundle, "data/records/*.tlog-proof")[0]
    lines = proof.read_text().splitlines(keepends=True)
    hashes = [line for line in lines[3:] if line.strip()][:2]
    lines[1] = f"extra {''.join(hashes).replace(chr(10), '')}\n"
    proof.write_text("".join(lines))
    rebag(bundle.path)

    assert bundle.keys("opened")[0] == "not_opened"


def test_a18_bytes_hidden_in_a_free_box_are_found(bundle: Bundle) -> None:
    with files(bundle, "data/originals/**/*.mp4")[0].open("ab") as stream:
        stream.write((16).to_bytes(4, "big") + b"free" + b"hidden!!")
    rebag(bundle.path)

    assert bundle.keys("exact")[0] == "media_differs"


def test_a19_a_bag_forged_with_fitting_manifests_is_not_the_one_handed_out(
    bundle: Bundle,
) -> None:
    clip = files(bundle, "data/clips/*.mp4")[0]
    clip.write_bytes(files(bundle, "data/clips/*.mp4")[1].read_bytes())
    rebag(bundle.path)

    assert bundle.failing() == {"sealed"}
    assert bundle.keys("sealed") == ["other_bundle"]
    assert replace(bundle, seal=None).keys("sealed") == ["no_seal"]


def test_a19_the_proof_of_another_bundle_does_not_fit(bundle: Bundle, clean: Bundle) -> None:
    (bundle.path / "README-en.txt").write_text("something else")
    rebag(bundle.path)

    assert bundle.keys("sealed") == ["other_bundle"]
    assert clean.failing() == set()


def test_a_recording_slipped_in_is_not_taken_for_one(bundle: Bundle) -> None:
    original = files(bundle, "data/originals/**/*.mp4")[0]
    shutil.copyfile(original, original.with_name("235959.000000Z.mp4"))
    rebag(bundle.path)

    assert bundle.keys("exact")[0] == "unproven_original"


@pytest.mark.parametrize("what", ['"what":"exhibit"', '"what":"exhibit_opened"'])
def test_without_the_record_of_its_exhibit_nothing_says_what_must_be_there(
    bundle: Bundle, what: str
) -> None:
    for path in files(bundle, "data/records/*.json"):
        if what in path.read_text():
            drop_record(bundle, path.stem)
    rebag(bundle.path)

    assert bundle.keys("complete") == ["no_scope"]
