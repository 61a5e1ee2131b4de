"""The verifier that is one Python file: by published vectors, and alone on Python 3.9."""

from __future__ import annotations

import ast
import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bundled import Bundle, make_bundle, unread
from exhibited import Exhibited, exhibited
from footage import data_folder
from shanasheel.prove.evidence.standalone import verify
from shanasheel.prove.evidence.texts.filling import verify_file


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibited]:
    with exhibited(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def bundle(place: Exhibited, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    place.set_clock("A", place.start + timedelta(seconds=3))
    made = make_bundle(place, tmp_path_factory.mktemp("bundle"))
    assert "tampering" in made.keys("complete")
    return made


def pythons() -> list[str]:
    """Return this Python, and the oldest that is to be served if it is here."""
    old = shutil.which("python3.9")
    works = old and not subprocess.run([old, "-c", ""], capture_output=True).returncode
    return [sys.executable, *([str(old)] if works else [])]


@pytest.mark.parametrize("python", pythons())
def test_it_runs_alone_and_says_the_same_in_both_languages(
    bundle: Bundle, tmp_path: Path, python: str
) -> None:
    copied = bundle.copy(tmp_path)
    policy = tmp_path / "policy.txt"
    policy.write_bytes(bundle.policy)
    command = [python, "-I", "-S", str(copied.path / "verify.py"), str(copied.path),
               "--policy", str(policy)]  # fmt: skip

    for language in ("ar", "en"):
        told = subprocess.run([*command, "--lang", language], capture_output=True, timeout=60)
        assert told.returncode == 0, told.stderr
        expected = unread(bundle.verify(), bundle)
        assert told.stdout.decode().splitlines() == expected.lines(language)
    (copied.path / "data/log/checkpoint").write_text("gone\n")
    told = subprocess.run([*command, "--json"], capture_output=True, timeout=60)
    assert told.returncode == 8
    assert not json.loads(told.stdout)["holds"]


def test_it_imports_the_standard_library_alone() -> None:
    tree = ast.parse(verify_file())
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("ed25519_test", verify.ed25519),
        ("mldsa_44_verify_test", verify.ml_dsa_44),
    ],
)
def test_signatures_are_judged_as_wycheproof_says(
    name: str, check: Callable[[bytes, bytes, bytes], bool]
) -> None:
    groups = json.loads((data_folder("vectors/wycheproof") / f"{name}.json").read_bytes())

    seen = 0
    for group in groups["testGroups"]:
        public = group["publicKey"]
        key = bytes.fromhex(public if isinstance(public, str) else public["pk"])
        for test in group["tests"]:
            if test.get("ctx"):
                continue  # cosignatures have no context
            seen += 1
            good = check(key, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
            assert good == (test["result"] == "valid"), test["comment"]
    assert seen > 100


def test_merkle_proofs_are_judged_as_the_vectors_say() -> None:
    root = data_folder("vectors/merkle/testdata")
    seen = 0
    for path in sorted((root / "inclusion").rglob("*.json")):
        told = json.loads(path.read_bytes())
        proof = [base64.b64decode(one) for one in told["proof"] or []]
        leaf, head = (base64.b64decode(told[name] or "") for name in ("leafHash", "root"))
        good = accepted(
            verify.check_inclusion, leaf, told["leafIdx"], told["treeSize"], proof, head
        )
        assert good != told["wantErr"], path
        seen += 1
    for path in sorted((root / "consistency").rglob("*.json")):
        told = json.loads(path.read_bytes())
        proof = [base64.b64decode(one) for one in told["proof"] or []]
        was, now = (base64.b64decode(told[name] or "") for name in ("root1", "root2"))
        good = accepted(verify.check_consistency, told["size1"], told["size2"], was, now, proof)
        # Deliberately stricter: two equal roots of fewer than 32 bytes are no roots.
        assert good != told["wantErr"] or len(was) != 32, path
        seen += 1
    assert seen == 196


def accepted(step: Callable[..., None], *given: object) -> bool:
    try:
        step(*given)
    except verify.Fault:
        return False
    return True
