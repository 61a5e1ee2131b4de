"""`shanasheel doctor` on machines that lack something."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from running import cli
from shanasheel.app.checkup import Finding, examine
from shanasheel.app.folder import open_folder


def found(data: Path) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(data)}


def test_a_fresh_machine_is_fine_and_every_finding_says_something(tmp_path: Path) -> None:
    findings = found(tmp_path / "data")

    assert {"python", "codecs", "detector", "sqlite", "data folder", "keys", "clock"} <= set(
        findings
    )
    assert all(finding.detail for finding in findings.values())
    assert all(finding.remedy for finding in findings.values() if finding.grade != "good")
    assert not [name for name, finding in findings.items() if finding.grade == "bad"]


@pytest.mark.parametrize("opened", ["log.key", "."])
def test_keys_that_others_can_read_are_bad(tmp_path: Path, opened: str) -> None:
    folder = open_folder(tmp_path / "data")
    (folder.keys / "log.key").write_text("secret")
    (folder.keys / "log.key").chmod(0o600)
    (folder.keys / opened).chmod(0o755)

    finding = found(folder.root)["keys"]

    assert finding.grade == "bad"
    assert "chmod" in finding.remedy
    assert "secret" not in finding.detail


def test_a_file_in_place_of_the_data_folder_is_bad(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert found(tmp_path / "file")["data folder"].grade == "bad"
    assert found(tmp_path / "file" / "below")["data folder"].grade == "bad"


def test_the_command_ends_with_1_when_something_is_bad_and_speaks_json(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    good = cli("doctor", "--data", str(tmp_path / "data"), "--json")
    bad = cli("doctor", "--data", str(tmp_path / "file"))

    assert good.returncode == 0
    assert {each["grade"] for each in json.loads(good.stdout)} <= {"good", "poor"}
    assert bad.returncode == 1
    assert "-> Give a folder with --data." in bad.stdout
