"""The verifier that is one page: in a real browser, offline, the same verdicts as our command."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from browsing import browser_tests, browsing, picture
from bundled import Bundle, keys_of, make_bundle, unread
from exhibited import Exhibited, exhibited
from footage import data_folder
from forging import Forgery, rebag
from shanasheel.prove.evidence.texts.filling import verify_page

pytestmark = browser_tests()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibited]:
    with exhibited(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def clean(place: Exhibited, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    place.set_clock("A", place.start + timedelta(seconds=3))
    return make_bundle(place, tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("page") / "VERIFY.html"
    home.write_bytes(verify_page())
    with browsing(home.parent.as_uri()) as found:
        asked: list[str] = []
        found.on("request", lambda request: asked.append(request.url))
        found.goto(home.as_uri())
        yield found
        assert set(asked) == {home.as_uri()}  # it asks for itself, and for nothing else


def verified(page: Any, bundle: Bundle, scratch: Path, policy: bytes = b"") -> list[Any]:
    """Choose the files as a person would; return what the page found."""
    scratch.mkdir(exist_ok=True)
    (scratch / "policy.txt").write_bytes(policy or bundle.policy)
    (scratch / "seal.tlog-proof").write_bytes(bundle.seal or b"")
    page.reload()
    page.set_input_files("#policy", scratch / "policy.txt")
    page.set_input_files("#proof", [scratch / "seal.tlog-proof"] if bundle.seal else [])
    page.set_input_files("#folder" if bundle.path.is_dir() else "#zip", bundle.path)
    page.click("#go")
    page.wait_for_selector("#verdict[data-holds]")
    return page.evaluate(
        "() => page.done && page.done.steps.map((s) => "
        "[s.name, s.state, s.findings.map((f) => f.key)])"
    )


def by_command(bundle: Bundle, policy: bytes = b"") -> list[Any]:
    return [list(step) for step in keys_of(unread(bundle.verify(policy=policy or None), bundle))]


def test_it_finds_in_a_folder_and_a_zip_file_what_our_command_finds(
    page: Any, clean: Bundle, place: Exhibited, tmp_path: Path
) -> None:
    zipped = make_bundle(place, tmp_path, name="E.zip")
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(clean.path.rglob("*")):
            archive.write(path, Path("E") / path.relative_to(clean.path))

    for bundle in (clean, zipped, replace(clean, path=packed)):
        found = verified(page, bundle, tmp_path / "s")
        assert found == by_command(bundle)
        assert page.get_attribute("#verdict", "data-holds") == "true"
    picture(page, "verify-page-ar")
    page.click("#language")
    assert page.evaluate("document.documentElement.dir") == "ltr"
    assert "Everything that your policy asks for holds." in page.inner_text("#verdict")
    assert "{" not in page.inner_text("main")
    assert "handed out by \u2068local\u2069" in page.inner_text("#steps")
    picture(page, "verify-page-en")


def attacked(clean: Bundle, place: Exhibited, folder: Path) -> Iterator[Bundle]:
    """Yield copies, each attacked in another way."""
    for number, pattern in enumerate(
        ("data/originals/**/*.mp4", "data/records/*.json", "data/records/*.salt",
         "data/records/*.tlog-proof", "data/clips/*.mp4", "bag-info.txt"),
    ):  # fmt: skip
        one = clean.copy(folder / f"flip{number}")
        path = sorted(one.path.glob(pattern))[0]
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        yield one
        rebag(one.path)
        yield one
    one = clean.copy(folder / "missing")
    sorted(one.path.glob("data/originals/**/*.mp4"))[1].unlink()
    rebag(one.path)
    yield one
    one = clean.copy(folder / "hole")
    for path in sorted(one.path.glob("data/records/*"))[:3]:
        path.unlink()
    yield one
    one = clean.copy(folder / "stolen")
    yield Forgery.of(place, one, place.cosigners[:1]).write(one)
    one = clean.copy(folder / "colluding")
    yield Forgery.of(place, one, place.cosigners).write(one)
    yield replace(clean, seal=None)
    yield replace(clean, seal=b"c2sp.org/tlog-proof@v1\n")


@pytest.mark.timeout(200)
def test_it_finds_the_same_in_attacked_bundles(
    page: Any, clean: Bundle, place: Exhibited, tmp_path: Path
) -> None:
    verdicts = []
    for number, bundle in enumerate(attacked(clean, place, tmp_path)):
        assert verified(page, bundle, tmp_path / "s") == by_command(bundle), number
        verdicts.append(page.get_attribute("#verdict", "data-holds"))
    assert verdicts.count("true") == 1  # everybody colluding
    assert len(verdicts) == 18
    picture(page, "verify-page-fails-ar")


def test_hostile_files_and_bad_policies_are_refused_in_words(
    page: Any, clean: Bundle, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("E/bagit.txt", "x")
        archive.writestr("E/../../x", "x")

    assert verified(page, replace(clean, path=bad), tmp_path / "s") is None
    assert "cannot have a file named" in page.inner_text("#verdict")
    assert verified(page, clean, tmp_path / "s", b"log x\nquorum none\n") is None
    assert "Line 1 of the policy" in page.inner_text("#verdict")


def test_its_arithmetic_is_right_by_published_vectors(page: Any) -> None:
    data = random.Random(7).randbytes(300_001)
    lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, len(data)]
    for length in lengths:
        found = page.evaluate(
            "([data, n]) => { const all = decoded(data).slice(0, n), made = new Sha256();"
            " for (let at = 0; at < n; at += 37) made.update(all.subarray(at, at + 37));"
            " return hex(made.digest()); }",
            [base64.b64encode(data).decode(), length],
        )
        assert found == hashlib.sha256(data[:length]).hexdigest()
    root = data_folder("vectors/merkle/testdata")
    told = [json.loads(path.read_bytes()) for path in sorted((root / "inclusion").rglob("*.json"))]
    assert page.evaluate(_INCLUSION, told) == [not one["wantErr"] for one in told]
    told = [json.loads(p.read_bytes()) for p in sorted((root / "consistency").rglob("*.json"))]
    stricter = [len(base64.b64decode(one["root1"] or "")) != 32 for one in told]
    for good, one, strict in zip(page.evaluate(_CONSISTENCY, told), told, stricter, strict=True):
        assert good != one["wantErr"] or strict


def test_its_signatures_are_judged_as_wycheproof_says(page: Any) -> None:
    told = json.loads((data_folder("vectors/wycheproof") / "ed25519_test.json").read_bytes())
    for group in told["testGroups"]:
        tests = [[one["msg"], one["sig"]] for one in group["tests"]]
        found = page.evaluate(
            "async ([key, tests]) => { const all = [];"
            " for (const [m, s] of tests) all.push(await ed25519(unhex(key), unhex(m), unhex(s)));"
            " return all; }",
            [group["publicKey"]["pk"], tests],
        )
        assert found == [one["result"] == "valid" for one in group["tests"]]


_INCLUSION = """(all) => all.map((one) => { try {
    checkInclusion(decoded(one.leafHash || ""), one.leafIdx, one.treeSize,
        (one.proof || []).map((p) => decoded(p || "")), decoded(one.root || ""));
    return true; } catch (fault) { if (fault instanceof Fault) return false; throw fault; } })"""
_CONSISTENCY = """(all) => all.map((one) => { try {
    checkConsistency(one.size1, one.size2, decoded(one.root1 || ""), decoded(one.root2 || ""),
        (one.proof || []).map((p) => decoded(p || "")));
    return true; } catch (fault) { if (fault instanceof Fault) return false; throw fault; } })"""
