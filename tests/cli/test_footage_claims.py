"""`footage verify-claim`: a file's claim, by the root that the verifier brings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from claiming import claimant, footage, maker
from shanasheel.cli.main import make_app
from shanasheel.prove.evidence.claims import Deed
from videos import make_video


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_video(tmp_path / "film.mp4", frames=25, size=(64, 48))


def told(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(make_app("footage"), ["footage", "verify-claim", *map(str, words)])
    return done.exit_code, done.output


def test_a_claim_is_trusted_by_the_root_given_and_by_no_other(film: Path, tmp_path: Path) -> None:
    making = maker(claimant(tmp_path / "keys"))
    clip, sidecar = tmp_path / "clip.mp4", tmp_path / "film.mp4.c2pa"
    original = making.beside(film, footage())
    sidecar.write_bytes(original.store)
    making.within(film, clip, footage(Deed.CLIP), [original])
    root = tmp_path / "keys/claim-root.pem"
    claimant(tmp_path / "other")

    code, words = told(clip, "--root", root)
    assert code == 0, words
    assert "trusted" in words
    assert "parent  film.mp4" in words
    assert "c2pa.opened, c2pa.trimmed" in words
    code, words = told(film, "--sidecar", sidecar, "--root", root, "--json")
    assert (code, json.loads(words)["footage"]["exhibit"]) == (0, "E-2026-0001")
    for rest in ((), ("--root", tmp_path / "other/claim-root.pem")):
        code, words = told(clip, *rest)
        assert code == 8
        assert "NOT TRUSTED" in words


def test_without_a_claim_or_with_a_broken_one_it_ends_with_8(film: Path, tmp_path: Path) -> None:
    other = make_video(tmp_path / "other.mp4", frames=30, size=(64, 48))
    sidecar = tmp_path / "film.mp4.c2pa"
    sidecar.write_bytes(maker(claimant(tmp_path / "keys")).beside(other, footage()).store)
    root = tmp_path / "keys/claim-root.pem"

    assert told(film, "--root", root) == (8, "no claim\n")
    code, words = told(film, "--root", root, "--sidecar", sidecar)
    assert code == 8
    assert words.startswith("BROKEN")


def test_what_is_not_there_or_no_certificate_is_said(film: Path, tmp_path: Path) -> None:
    for words, why in (
        ((tmp_path / "gone.mp4",), "cannot be read"),
        ((tmp_path / "film.xyz",), "ending"),
        ((film, "--root", film), "no certificate"),
        ((film, "--sidecar", tmp_path / "gone.c2pa"), "cannot be read"),
    ):
        done = CliRunner().invoke(
            make_app("footage"), ["footage", "verify-claim", *map(str, words)]
        )
        assert done.exit_code != 0
        assert why in str(done.exception) + done.output
