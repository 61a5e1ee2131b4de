"""A camera's own signatures on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from footage import data_folder
from shanasheel.cli.main import make_app

THEN = ["--at", "2025-01-01T00:00:00Z"]


@pytest.fixture
def folder() -> Path:
    return data_folder("vectors/onvif-media-signing")


def _run(*words: str, group: str = "footage") -> tuple[int, str]:
    done = CliRunner().invoke(make_app(group), [group, *words])
    return done.exit_code, done.output


def test_a_signed_film_holds_with_its_makers_certificate(folder: Path) -> None:
    film, maker = str(folder / "test_signed_h264.mp4"), str(folder / "ca.pem")

    code, told = _run("verify-signature", film, "--trust", maker, *THEN)

    assert code == 0
    assert "signed, and it holds: 4 groups" in told
    assert "tail: the last pictures would be signed later" in told


def test_without_trust_or_after_its_time_or_unsigned_it_ends_with_8(folder: Path) -> None:
    film, maker = str(folder / "test_signed_h265.mp4"), str(folder / "ca.pem")

    nobody = _run("verify-signature", film, *THEN)
    late = _run("verify-signature", film, "--trust", maker, "--at", "2026-12-01T00:00:00Z")
    none = _run("verify-signature", str(folder / "test_h265.mp4"), "--trust", maker, "--json")

    assert nobody[0] == late[0] == none[0] == 8
    assert "no_anchor" in nobody[1]
    assert "expired" in late[1]
    assert json.loads(none[1])["state"] == "none"


def test_certificates_are_trusted_listed_and_taken_back(folder: Path, tmp_path: Path) -> None:
    data = str(tmp_path / "data")

    code, told = _run("trust", str(folder / "ca.pem"), "--data", data)
    listed = json.loads(_run("trusted", "--data", data, "--json")[1])
    gone = _run("distrust", listed[0]["certificate"], "--data", data)

    assert (code, gone[0]) == (0, 0)
    assert "Test RootCA" in told
    assert listed[0]["until"] == "2027-09-03T16:36:59.000Z"
    assert _run("trusted", "--data", data)[1].startswith("None.")
    assert _run("distrust", listed[0]["certificate"], "--data", data)[0] != 0


def test_a_check_of_a_camera_says_whether_its_signatures_hold(folder: Path, tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    film = str(folder / "test_signed_h264.mp4")
    _run("trust", str(folder / "ca.pem"), "--data", data)
    added = CliRunner().invoke(make_app("cameras"), ["cameras", "add", "S1", film, "--data", data])

    code, told = _run("check", "S1", "--seconds", "12", "--data", data, group="cameras")

    assert added.exit_code == 0, added.output
    assert code == 0, told
    # Its certificate is over by now; the sample does not know the time.
    assert "signed (onvif, partial: " in told
    assert "expired" in told
