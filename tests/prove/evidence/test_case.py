"""The case file (CASE/UCO) of a bundle: valid, the same again, and what the records say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bundled import Bundle, make_bundle
from exhibited import Exhibited, exhibited
from forging import rebag
from shanasheel.actions.access import LOCAL, open_raw
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.people import Purpose


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibited]:
    with exhibited(tmp_path_factory.mktemp("site")) as made:
        open_raw(made.site, LOCAL, camera=CameraId("A"), purpose=Purpose.COURT, case="case 7")
        yield made


@pytest.fixture(scope="module")
def clean(place: Exhibited, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(place, tmp_path_factory.mktemp("bundle"))


def graph(bundle: Bundle) -> list[dict]:
    return json.loads((bundle.path / "data/case.jsonld").read_bytes())["@graph"]


def test_the_validator_of_case_accepts_it(clean: Bundle) -> None:
    validator = Path(sys.executable).with_name("case_validate")

    told = subprocess.run(
        [validator, "--built-version", "case-1.4.0", clean.path / "data/case.jsonld"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip

    assert told.returncode == 0, told.stdout[:2000]
    assert "Conforms: True" in told.stdout


def test_it_tells_of_every_file_recording_copy_and_look(clean: Bundle, place: Exhibited) -> None:
    nodes = graph(clean)

    files = {
        facet["uco-observable:filePath"]: node
        for node in nodes if node["@type"] == "uco-observable:File"
        for facet in node["uco-core:hasFacet"]
        if "uco-observable:filePath" in facet
    }  # fmt: skip
    films = {
        path.relative_to(clean.path).as_posix(): path for path in clean.path.rglob("data/**/*.mp4")
    }
    assert set(files) == set(films)
    names = [node.get("uco-core:name") for node in nodes]
    assert names.count("recorded") == len(place.segments["A"]) + len(place.segments["B"])
    assert (names.count("cut"), names.count("masked")) == (2, 2)
    assert {"access", "exhibit", "exhibit_opened"} <= set(names)
    roles = {node["uco-core:name"] for node in nodes if node["@type"] == "uco-role:Role"}
    told = [json.loads(path.read_bytes()) for path in clean.path.glob("data/records/*.json")]
    assert roles == {
        one.get("person") or one["by"] for one in told if one["k"] in ("access", "hold")
    }
    assert len({node["@id"] for node in nodes}) == len(nodes)


def test_a_case_file_that_says_something_else_is_found_without_the_seal_too(
    clean: Bundle, tmp_path: Path
) -> None:
    bundle = clean.copy(tmp_path)
    path = bundle.path / "data/case.jsonld"
    written = path.read_text()

    def rewritten(old: str, new: str) -> list[str]:
        path.write_text(written.replace(old, new, 1))
        rebag(bundle.path)
        return alone(bundle)

    assert clean.keys("case") == ["case_same"]
    assert rewritten('"recorded"', '"invented"') == ["case_differs"]
    assert bundle.failing() == {"sealed"}
    assert bundle.keys("case") == ["case_skipped"]
    assert rewritten("/case/1", "/case/2") == ["case_other"]
    path.unlink()
    rebag(bundle.path)
    assert alone(bundle) == ["case_none"]


def alone(bundle: Bundle) -> list[str]:
    """Return what is found of the case file when the seal is not asked for."""
    steps = replace(bundle, seal=None).verify(unsealed=True).steps
    return [one.key for step in steps if step.name == "case" for one in step.findings]
