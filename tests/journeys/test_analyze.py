"""Footage in files, of every kind, good and hostile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from footage import data_folder
from running import cli
from videos import make_video


@pytest.mark.footage
@pytest.mark.timeout(200)
def test_people_are_tracked_and_the_report_stands_alone(tmp_path: Path) -> None:
    clip = data_folder("clips") / "one-by-one-person-detection.mp4"

    done = cli("analyze", str(clip), "--out", str(tmp_path / "out"), "--json")

    folder = tmp_path / "out" / clip.stem
    rows = [line.split(",") for line in (folder / "tracks.txt").read_text().splitlines()]
    assert done.returncode == 0, done.stderr
    assert rows
    assert all(len(row) == 9 for row in rows)
    assert min(int(row[0]) for row in rows) >= 1
    assert {row[7] for row in rows} <= {"1", "2", "3"}
    sightings = [json.loads(line) for line in (folder / "sightings.jsonl").read_text().splitlines()]
    assert any(sighting["kind"] == "person" for sighting in sightings)
    page = (folder / "report.html").read_text()
    assert "data:image/jpeg;base64," in page
    assert "http://" not in page
    assert "https://" not in page


def test_several_kinds_of_file_each_get_their_own_folder(tmp_path: Path) -> None:
    files = [
        make_video(tmp_path / "a.mp4"),
        make_video(tmp_path / "b.avi", codec="mjpeg"),
        make_video(tmp_path / "c.mkv", codec="libx265"),
        make_video(tmp_path / "d.mp4", rotation_deg=90),
    ]

    done = cli("analyze", *map(str, files), "--out", str(tmp_path / "out"), "--full", "--json")

    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [result["frames"] for result in results] == [60, 60, 60, 60]
    for file in files:
        assert (tmp_path / "out" / file.stem / "report.html").is_file()


@pytest.mark.parametrize("kind", ["empty", "text", "absent", "folder", "sound"])
def test_what_is_no_video_is_one_line_and_no_traceback(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"{kind}.mp4"
    if kind == "empty":
        file.touch()
    elif kind == "text":
        file.write_text("this is not a video\n" * 50)
    elif kind == "folder":
        file.mkdir()
    elif kind == "sound":
        _sound(file)

    done = cli("analyze", str(file), "--out", str(tmp_path / "out"))

    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_truncated_file_gives_what_is_there_and_says_so(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "whole.mkv", frames=200)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    done = cli("analyze", str(cut), "--out", str(tmp_path / "out"), "--full", "--json")

    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert 0 < result["frames"] < 200
    assert result["warning"]


def _sound(path: Path) -> None:
    import av
    import numpy as np

    with av.open(str(path), "w") as out:
        track = out.add_stream("aac", rate=16000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 16000), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 16000
        out.mux(track.encode(frame))
        out.mux(track.encode(None))
