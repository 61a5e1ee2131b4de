"""A shot that a camera hears becomes an alert to verify, music does not; files are heard too."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from footage import data_folder
from gstreamer_server import gstreamer_camera
from running import cli, running, wait_for
from shanasheel.watch.sound import read_sound
from sounds import make_talkie

pytestmark = [pytest.mark.footage, pytest.mark.timeout(200)]
_RATE_HZ = 16_000
_SHOT_S = 8


def quiet(seconds: int) -> NDArray[np.float32]:
    """Return the hiss of a street at night."""
    return np.random.default_rng(1).normal(0, 0.002, seconds * _RATE_HZ).astype(np.float32)


def with_shots(seconds: int) -> NDArray[np.float32]:
    """Return the hiss with a recorded shot every eight seconds."""
    sound, shot = quiet(seconds), read_sound(data_folder("sesa-audio") / "gunshot_000.wav")
    for begin in range(_SHOT_S * _RATE_HZ, len(sound) - len(shot), _SHOT_S * _RATE_HZ):
        sound[begin : begin + 2 * _RATE_HZ] += 0.7 * shot[: 2 * _RATE_HZ]
    return sound


def with_music(seconds: int) -> NDArray[np.float32]:
    """Return a scale of plucked notes, two a second."""
    sound, at_s = quiet(seconds), np.arange(_RATE_HZ // 2) / _RATE_HZ
    for number, begin in enumerate(range(_RATE_HZ, len(sound) - len(at_s), len(at_s))):
        hertz = 262 * 2 ** ((number % 8) / 8)
        note = sum(np.sin(2 * np.pi * hertz * k * at_s) / k for k in (1, 2, 3))
        sound[begin : begin + len(at_s)] += 0.3 * note * np.exp(-5 * at_s)
    return sound


def test_a_shot_heard_live_calls_a_person_and_music_does_not(tmp_path: Path) -> None:
    shots = make_talkie(tmp_path / "shots.mp4", sound="aac", seconds=60, wave=with_shots(60))
    music = make_talkie(tmp_path / "tune.mp4", sound="pcm_alaw", seconds=60, wave=with_music(60))
    config = tmp_path / "cameras.yaml"
    with (
        gstreamer_camera(shots, sound="aac") as shot_url,
        gstreamer_camera(music, sound="pcm_alaw") as tune_url,
    ):
        config.write_text(
            "site: Test\nworkers: 1\ncameras:\n"
            f"  - {{id: GATE, url: '{shot_url}'}}\n  - {{id: TUNE, url: '{tune_url}'}}\n"
            f"  - {{id: MUTE, url: '{shot_url}', sound: false}}\n"
        )
        with running(config, tmp_path / "data") as product:

            def heard() -> list[dict]:
                return [
                    one
                    for one in product.get("/alerts")["items"]
                    if one["kind"] == "shot_heard" and one["events"] > 1
                ]

            (alert,) = wait_for(heard, "two shots to be heard and told")  # type: ignore[misc]
            kinds = {
                (one["camera"], one["kind"])
                for one in product.get("/alerts")["items"]
                if one["kind"] == "shot_heard"
            }
            tune = product.camera("TUNE")
    checked = cli("ledger", "check", "--data", str(tmp_path / "data"))

    assert kinds == {("GATE", "shot_heard")}
    assert (alert["priority"], alert["state"]) == ("high", "new")
    assert alert["detail"] in {"shot", "blast"}
    assert alert["numbers"]["armed_ratio"] >= 0.8
    assert tune["sound"] == "pcm_alaw"  # it was heard
    assert checked.returncode == 0, checked.stdout


def test_a_shot_in_a_file_is_an_event_at_its_moment(tmp_path: Path) -> None:
    for name, wave in (("shot", with_shots(20)), ("tune", with_music(20)), ("still", quiet(20))):
        make_talkie(tmp_path / f"{name}.mp4", sound="pcm_mulaw", rate=5, seconds=20, wave=wave)

    done = cli(
        "analyze", *(str(tmp_path / f"{name}.mp4") for name in ("shot", "tune", "still")),
        "--out", str(tmp_path / "out"), "--start", "2026-01-31T12:00:00Z",
    )  # fmt: skip
    events = {
        name: [
            json.loads(line)
            for line in (tmp_path / "out" / name / "events.jsonl").read_text().splitlines()
        ]
        for name in ("shot", "tune", "still")
    }

    assert done.returncode == 0, done.stderr
    assert [one["kind"] for one in events["shot"]] == ["shot_heard"]
    assert "2026-01-31T12:00:08" <= events["shot"][0]["at"] < "2026-01-31T12:00:09"
    assert events["tune"] == events["still"] == []
