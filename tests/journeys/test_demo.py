"""The demo as a stranger runs it, without a browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from footage import data_folder
from running import cli


@pytest.mark.footage
@pytest.mark.timeout(240)
def test_the_headless_demo_records_sees_alerts_and_proves(tmp_path: Path) -> None:
    samples = data_folder("pets09-s2l1")

    done = cli(
        "demo", "--headless", "--seconds", "45", "--json", "--port", "0",
        "--samples", str(samples), "--data", str(tmp_path / "demo"),
        env={"XDG_DATA_HOME": str(tmp_path / "home")},
    )  # fmt: skip

    summary = json.loads(done.stdout)
    assert done.returncode == 0, summary["problems"]
    assert summary["cameras"] == 4
    assert summary["gaps"] >= 1
    assert summary["tracks"] > 0
    assert summary["sightings"] > 0
    assert summary["alerts"] > 0
    assert summary["verification"] == "intact"


def test_a_folder_without_clips_is_refused_in_one_line(tmp_path: Path) -> None:
    done = cli("demo", "--headless", "--samples", str(tmp_path), "--data", str(tmp_path / "demo"))

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "holds no clips" in done.stderr
