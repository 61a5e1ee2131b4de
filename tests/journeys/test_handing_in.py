"""A shopkeeper's file: kept bit for bit, its clock corrected, searchable, proven."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from footage import data_folder
from running import cli
from sounds import make_talkie, sound_packets
from videos import make_video

START = "2026-11-23T18:01:35+03:00"


def hand_in(data: Path, *files: Path, more: tuple[str, ...] = ()) -> list[dict]:
    done = cli(
        "intake", *map(str, files), "--camera", "SHOP-12", "--start", START, "--from", "Hassan",
        "--clock-offset", "95", "--clock-evidence", "news at 18:00", "--name", "Bakery",
        "--data", str(data), "--json", *more,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_the_original_is_kept_and_its_footage_is_found_at_the_true_time(tmp_path: Path) -> None:
    film, data = make_video(tmp_path / "a b.mp4", frames=750, gop=25, rate=25), tmp_path / "data"

    (taken,) = hand_in(data, film, more=("--no-analyse",))

    original = data / taken["intake"]["path"]
    assert original.read_bytes() == film.read_bytes()
    assert original.stat().st_mode & 0o777 == 0o400
    assert taken["intake"]["sha256"] == hashlib.sha256(film.read_bytes()).hexdigest()
    assert taken["intake"]["start"] == 1_795_446_000_000_000  # 15:00:00 UTC: 95 s were taken off
    assert taken["segments"] >= 2
    stored = sorted((data / "archive" / "SHOP-12").rglob("*.mp4"))
    assert stored[0].name == "150000.000000Z.mp4"
    checked = cli("ledger", "check", "--data", str(data))
    assert checked.returncode == 0, checked.stdout
    original.chmod(0o600)
    original.write_bytes(b"x" + film.read_bytes()[1:])
    checked = cli("ledger", "check", "--data", str(data))
    assert checked.returncode == 8
    assert taken["intake"]["path"] in checked.stdout
    assert cli("doctor", "--archive", "--data", str(data)).returncode == 0


def test_what_is_heard_in_the_footage_is_kept_beside_it_too(tmp_path: Path) -> None:
    film, data = make_talkie(tmp_path / "film.mp4", sound="aac", seconds=12), tmp_path / "data"

    (taken,) = hand_in(data, film, more=("--no-analyse",))

    assert taken["warning"] == ""
    sound = sorted((data / "archive" / "SHOP-12" / "sound").rglob("*.mp4"))
    assert b"".join(packet for file in sound for packet in sound_packets(file)) == (
        b"".join(sound_packets(film))
    )
    assert not list((data / "archive").rglob("*.open"))
    checked = cli("ledger", "check", "--data", str(data))
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ((), 5, "handed in before"),
        (("--start", "2026-11-23T18:01:36+03:00"), 5, "footage of that time"),
        (("--from", " "), 2, "handed it in"),
        (("--start", "2026-11-23T18:01:40"), 2, "no time zone"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    tmp_path: Path, more: tuple[str, ...], code: int, words: str
) -> None:
    film, other = make_video(tmp_path / "a.mp4", frames=100), tmp_path / "b.mp4"
    make_video(other, frames=101)
    data = tmp_path / "data"
    hand_in(data, film, more=("--no-analyse",))
    before = sorted((data / "intake").iterdir())
    file = film if words == "handed in before" else other
    camera = "OTHER" if words == "handed in before" else "SHOP-12"

    done = cli(
        "intake", str(file), "--camera", camera, "--start", START, "--from", "Hassan",
        "--clock-offset", "95", "--no-analyse", "--data", str(data), *more,
    )  # fmt: skip

    assert done.returncode == code
    assert words in done.stderr
    assert sorted((data / "intake").iterdir()) == before


def test_text_renamed_to_mp4_is_refused(tmp_path: Path) -> None:
    fake = tmp_path / "fake.mp4"
    fake.write_text("not a video")

    done = cli(
        "intake", str(fake), "--camera", "SHOP", "--start", START, "--from", "Hassan",
        "--no-analyse", "--data", str(tmp_path / "data"),
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert list((tmp_path / "data" / "intake").iterdir()) == []


@pytest.mark.footage
@pytest.mark.timeout(200)
def test_people_in_handed_in_footage_are_found(tmp_path: Path) -> None:
    """The codec is one that MP4 cannot hold: the original stays, people are found all the same."""
    data = tmp_path / "data"

    (taken,) = hand_in(data, data_folder("pets09-s2l1") / "vtest.avi")

    assert taken["sightings"] > 10
    assert "MP4 cannot hold" in taken["warning"]
    assert list((data / "shielded" / "SHOP-12").rglob("*.mp4"))
