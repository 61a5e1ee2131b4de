"""A killed export leaves no bundle under its name, and the next one is whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bundled import Bundle
from exhibited import exhibited

_COMMAND = "from shanasheel.cli import main; main()"

pytestmark = pytest.mark.fault


def test_an_export_killed_while_it_writes_leaves_nothing_that_looks_like_a_bundle(
    tmp_path: Path,
) -> None:
    with exhibited(tmp_path, cosigned=False) as place:
        code, key = place.exhibit().code, place.verifier_key
    out = tmp_path / "out"
    out.mkdir()
    target = out / "E.zip"
    words = [sys.executable, "-c", _COMMAND, "evidence", "export", code, "--to", str(target),
             "--data", str(tmp_path / "data")]  # fmt: skip

    killed = any(_killed_while_writing(words, out) for _ in range(5))

    assert killed
    assert not target.exists()
    assert not list(out.glob("*.zip"))
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    assert sorted(path.name for path in out.iterdir()) == ["E.zip", "E.zip.tlog-proof"]
    seal = (out / "E.zip.tlog-proof").read_bytes()
    assert Bundle(target, f"log {key}\nquorum none\n".encode(), seal).failing() == set()


def _killed_while_writing(words: list[str], out: Path) -> bool:
    """Run an export and kill it once it has begun to write; False if it was done before."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list(out.glob(".E.zip.*.part")):
        pass
    process.kill()
    process.wait()
    if (out / "E.zip").exists():
        for path in out.iterdir():
            path.unlink()
        return False
    return bool(list(out.glob(".E.zip.*.part")))
