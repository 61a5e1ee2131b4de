"""A bundle holds an exhibit's originals with their proofs, and appears only when it is whole."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import bagit
import pytest

from exhibited import Exhibited, exhibited
from shanasheel.actions.access import LOCAL, open_raw
from shanasheel.actions.bundling import export_exhibit
from shanasheel.actions.exhibits import find_exhibit, list_exhibits
from shanasheel.actions.keeping import list_holds
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.people import Person, Purpose, Role
from shanasheel.prove.evidence import OriginalChanged, parse_seal
from shanasheel.prove.ledger.commitments import open_commitment
from shanasheel.prove.ledger.proofs import parse_proof


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibited]:
    with exhibited(tmp_path_factory.mktemp("site")) as made:
        yield made


def records(bundle: Path) -> list[dict]:
    return [json.loads(path.read_bytes()) for path in sorted(bundle.glob("data/records/*.json"))]


def test_an_exhibit_holds_its_footage_and_the_log_says_so(place: Exhibited) -> None:
    exhibit = place.exhibit()

    (hold,) = [one for one in list_holds(place.site, active=True) if one.id == exhibit.hold]
    assert (hold.cameras, hold.start, hold.end) == (("A", "B"), place.start, place.end)
    assert re.fullmatch(r"E-\d{4}-\d{4}", exhibit.code)
    assert find_exhibit(place.site, exhibit.code) == exhibit
    assert (exhibit, True) in list_exhibits(place.site)


def test_a_bundle_is_a_bag_that_the_reference_library_validates(
    place: Exhibited, tmp_path: Path
) -> None:
    made = place.export(tmp_path / "bundle")

    bag = bagit.Bag(str(made.bundle))
    bag.validate()
    assert sorted(bag.algorithms) == ["sha256", "sha512"]
    assert bag.info["External-Identifier"].startswith("E-")


def test_originals_are_byte_for_byte_and_clips_are_cut_of_them(
    place: Exhibited, tmp_path: Path
) -> None:
    made = place.export(tmp_path / "bundle")

    for segment in (*place.segments["A"], *place.segments["B"]):
        there = made.bundle / "data/originals" / segment.path
        assert there.read_bytes() == (place.site.data / segment.path).read_bytes()
    for kind in ("clips", "shielded"):
        assert len(list((made.bundle / "data" / kind).glob("*.mp4"))) == 2
    assert not made.left_out
    assert not made.uncosigned


def test_every_record_opens_its_entry_and_its_proof_leads_to_the_cosigned_head(
    place: Exhibited, tmp_path: Path
) -> None:
    made = place.export(tmp_path / "bundle")

    found = sorted((made.bundle / "data/records").glob("*.json"))
    kinds = [json.loads(path.read_bytes())["k"] for path in found]
    assert kinds.count("segment") == len(place.segments["A"]) + len(place.segments["B"])
    head = (made.bundle / "data/log/checkpoint").read_bytes()
    for path in found:
        proof = parse_proof(path.with_suffix(".tlog-proof").read_bytes())
        open_commitment(proof.extra, path.read_bytes(), path.with_suffix(".salt").read_bytes())
        proof.verify(proof.extra)
        assert proof.index == int(path.stem)
        assert proof.note.encoded() == head
        assert len(proof.note.signatures) == 4


def test_who_looked_and_who_handed_out_is_in_the_next_bundle(
    place: Exhibited, tmp_path: Path
) -> None:
    exhibit = place.exhibit()
    open_raw(place.site, LOCAL, camera=CameraId("A"), purpose=Purpose.COURT, case="case 7")
    place.export(tmp_path / "first", exhibit)
    made = place.export(tmp_path / "second", exhibit)

    told = [record for record in records(made.bundle) if record["k"] == "access"]
    assert [one["case"] for one in told if "purpose" in one] == ["case 7"]
    mine = [one["what"] for one in told if one.get("exhibit") == exhibit.code]
    assert mine == ["exhibit_opened", "exhibit_exported", "exhibit_opened"]
    assert len(find_exhibit(place.site, exhibit.code).handed_out) == 2


def test_the_proof_beside_names_the_tag_manifest(place: Exhibited, tmp_path: Path) -> None:
    made = place.export(tmp_path / "bundle.zip")

    seal = parse_seal(made.proof.read_bytes())
    open_commitment(seal.entry, seal.body, seal.salt)
    seal.proof.verify(seal.entry)
    assert json.loads(seal.body)["tagmanifest_sha256"] == made.sha256
    with zipfile.ZipFile(made.bundle) as archive:
        assert archive.testzip() is None
        assert all(one.compress_type == zipfile.ZIP_STORED for one in archive.infolist())


def test_a_changed_original_stops_the_export_and_nothing_is_left(tmp_path: Path) -> None:
    with exhibited(tmp_path) as place:
        path = place.site.data / place.segments["A"][1].path
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        (tmp_path / "out").mkdir()

        for name in ("bundle", "bundle.zip"):
            with pytest.raises(OriginalChanged, match="not the file that was logged"):
                place.export(tmp_path / "out" / name)
        path.unlink()
        with pytest.raises(NotFound, match="cannot be read"):
            place.export(tmp_path / "out" / "bundle")

        assert not list((tmp_path / "out").iterdir())


def test_what_killed_exports_left_is_swept_and_what_is_there_is_kept(
    place: Exhibited, tmp_path: Path
) -> None:
    half = tmp_path / ".bundle.4194305.part"
    half.mkdir()
    (half / "bagit.txt").write_text("half")
    exhibit = place.exhibit()

    place.export(tmp_path / "bundle", exhibit)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "bundle.tlog-proof"]
    with pytest.raises(Conflict, match="there already"):
        place.export(tmp_path / "bundle", exhibit)


def test_only_investigators_hand_out_and_nothing_is_handed_out_too_early(
    place: Exhibited, tmp_path: Path
) -> None:
    exhibit = place.exhibit(end=place.site.clock.now() + timedelta(hours=1))
    operator = Person(name="operator", role=Role.OPERATOR)

    with pytest.raises(Denied):
        export_exhibit(place.site, operator, exhibit.code, tmp_path / "bundle")
    with pytest.raises(Conflict, match="not ended"):
        place.export(tmp_path / "bundle", exhibit)
    with pytest.raises(InvalidInput, match="needs a case"):
        place.exhibit(case=" ")
    with pytest.raises(NotFound):
        place.exhibit(cameras=["elsewhere"])
    assert not list(tmp_path.iterdir())


def test_the_commands_of_the_texts_verify_the_bundle_with_openssl(tmp_path: Path) -> None:
    with exhibited(tmp_path) as place:
        made = place.export(tmp_path / "bundle", place.exhibit(cameras=["A"]))
    commands = commands_of(made.bundle, "en")

    told = subprocess.run(
        ["bash", "-c", commands], cwd=made.bundle, capture_output=True, text=True, timeout=120
    )

    assert not told.stderr
    lines = told.stdout.splitlines()
    assert "1 whole" in lines
    assert "2 signed" in lines
    assert sum(line.startswith("3 cosigned by") for line in lines) == 3
    count = len(list(made.bundle.glob("data/records/*.json")))
    assert sum(line.endswith("is in the log") for line in lines) == count
    assert sum(line.startswith("5 exact") for line in lines) == len(place.segments["A"])
    assert not any("FAIL" in line or "MISSING" in line for line in lines)
    assert commands == commands_of(made.bundle, "ar")


def commands_of(bundle: Path, language: str) -> str:
    """Return the commands of the text's part for OpenSSL, as somebody would paste them."""
    text = (bundle / f"VERIFY-{language}.txt").read_text()
    begin = text.index("    # 1. Every")
    block = re.match(r"(?:    .*\n|\n)*", text[begin:])
    assert block is not None
    return block[0]
