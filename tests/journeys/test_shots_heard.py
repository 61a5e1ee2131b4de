"""A shot that a camera hears becomes an alert to verify, music does not; files are heard too."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from footage import data_folder
from gstreamer_server import gstreamer_camera
from running import cli, running, wait_for
from shanasheel.watch.sound import Plane, read_sound
from sounds import make_talkie

pytestmark = [pytest.mark.footage, pytest.mark.timeout(200)]
_RATE_HZ = 16_000
_SHOT_S = 8
#: Corners of a square of 200 m, latitude and longitude in degrees.
_CORNERS = {
    "GATE": (30.5001, 47.7999), "NORTH": (30.5019, 47.7999), "EAST": (30.5001, 47.8021),
    "FAR": (30.5019, 47.8021),
}  # fmt: skip


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


def test_a_shot_heard_live_by_four_cameras_is_one_alert_with_its_place(tmp_path: Path) -> None:
    """All four get one live stream, so the shot comes to all at once: it was in their middle."""
    shots = make_talkie(tmp_path / "shots.mp4", sound="aac", seconds=60, wave=with_shots(60))
    music = make_talkie(tmp_path / "tune.mp4", sound="pcm_alaw", seconds=60, wave=with_music(60))
    config = tmp_path / "cameras.yaml"
    with (
        gstreamer_camera(shots, sound="aac", shared=True) as shot_url,
        gstreamer_camera(music, sound="pcm_alaw") as tune_url,
    ):
        config.write_text(
            "site: Test\nworkers: 1\ncameras:\n"
            + "".join(
                f"  - {{id: {name}, url: '{shot_url}', place: {{lat: {lat}, lon: {lon}}}}}\n"
                for name, (lat, lon) in _CORNERS.items()
            )
            + f"  - {{id: TUNE, url: '{tune_url}', place: {{lat: 30.501, lon: 47.801}}}}\n"
            f"  - {{id: MUTE, url: '{shot_url}', sound: false}}\n"
        )
        with running(config, tmp_path / "data") as product:

            def heard() -> list[dict]:
                return [
                    one
                    for one in product.get("/alerts")["items"]
                    if one["kind"] == "shot_heard"
                    and any(len(each["heard"]) == 4 and each["place"] for each in one["sounds"])
                ]

            (alert,) = wait_for(heard, "one shot to be heard by all")  # type: ignore[misc]
            kinds = {
                (one["camera"], one["kind"])
                for one in product.get("/alerts")["items"]
                if one["kind"] == "shot_heard"
            }
            tune = product.camera("TUNE")
    checked = cli("ledger", "check", "--data", str(tmp_path / "data"))
    listed = cli("sound", "list", "--data", str(tmp_path / "data"))

    assert [kind for _, kind in kinds] == ["shot_heard"]  # one alert for all that heard it
    assert kinds <= {(name, "shot_heard") for name in _CORNERS}
    sound = next(one for one in alert["sounds"] if len(one["heard"]) == 4 and one["place"])
    assert {one["camera"] for one in sound["heard"]} == set(_CORNERS)
    assert all(one["clock"]["ahead_s"] is not None for one in sound["heard"])  # by RTCP
    place = Plane(lat_deg=30.501, lon_deg=47.801)
    off_m = math.hypot(*place.metres(sound["place"]["lat_deg"], sound["place"]["lon_deg"]))
    assert off_m < sound["place"]["radius_m"] < 120
    assert listed.returncode == 0, listed.stderr
    assert alert["code"] in listed.stdout
    assert "in nine of ten cases" in listed.stdout
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
