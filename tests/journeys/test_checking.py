"""`cameras check`: one line says what a camera is, and what to change on it."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from onvif_camera import onvif_camera
from rtsp_server import rtsp_server
from running import cli
from videos import make_video

REORDERED = {"preset": "ultrafast", "x264-params": "bframes=2:b-adapt=0"}
SECRET = "geheim-77"


def with_sound(path: Path) -> Path:
    """Write three seconds of pictures, B-frames among them, with AAC beside."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25, options=REORDERED)
        video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
        audio = out.add_stream("aac", rate=16_000, layout="mono")
        for number in range(75):
            picture = av.VideoFrame.from_ndarray(
                np.full((120, 160, 3), number, np.uint8), format="rgb24"
            )
            picture.pts = number
            out.mux(video.encode(picture.reformat(format="yuv420p")))
        for number in range(46):
            samples = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            samples.sample_rate, samples.pts = 16_000, number * 1024
            out.mux(audio.encode(samples))
        out.mux(video.encode())
        out.mux(audio.encode())
    return path


@pytest.mark.timeout(200)
def test_everything_about_a_camera_and_what_hurts_is_said_in_one_line(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    long = {"x264-params": "keyint=400:scenecut=0", "bf": "0"}
    make_video(films / "main.mp4", frames=500, gop=400, size=(320, 240), options=long)
    make_video(films / "sub.mp4", frames=500, gop=25, options={"bf": "0"})
    data = str(tmp_path / "data")

    with rtsp_server(films) as door:
        open_to_all = cli("cameras", "check", f"rtsp://127.0.0.1:{door.port}/sub.mp4",
                          "--seconds", "1", "--data", data)  # fmt: skip
    with (
        rtsp_server(films, user="u", password=SECRET, scheme="digest") as door,
        onvif_camera(user="u", password=SECRET, clock_offset_s=-3600) as device,
    ):
        url = f"rtsp://u:{SECRET}@127.0.0.1:{door.port}"
        added = cli("cameras", "add", "GATE", f"{url}/main.mp4", "--sub-url", f"{url}/sub.mp4",
                    "--onvif", device.xaddr, "--data", data)  # fmt: skip
        assert added.returncode == 0, added.stderr
        line = cli("cameras", "check", "--data", data)
        told = cli("cameras", "check", "--seconds", "2", "--data", data, "--json")
        device.password = "changed"
        refused = cli("cameras", "check", "--seconds", "1", "--data", data)

    assert "set a password on it" in open_to_all.stdout
    (text,) = line.stdout.splitlines()
    assert "set a password on it" not in text
    assert text.startswith("GATE         good  h264 320x240, ")
    for words in ("sub h264 160x120", "no sound", "not signed", "clock -3600 s",
                  "events motion+tampering", "set the key-frame interval",
                  "set its clock or NTP: it is 3600 s behind"):  # fmt: skip
        assert words in text
    (report,) = json.loads(told.stdout)
    assert (report["ok"], report["reachable"], report["authenticated"]) == (True, True, True)
    assert abs(report["clock_offset_s"] + 3600) < 5
    assert report["events"] == ["motion", "tampering"]
    assert (report["sub"]["width_px"], report["audio"], report["signed"]) == (160, "", "")
    assert "ONVIF: 127.0.0.1" in refused.stdout
    assert "refuses the login" in refused.stdout
    for done in (line, told, refused):
        assert SECRET not in done.stdout + done.stderr


def test_sound_reordering_and_a_silent_address_are_told(tmp_path: Path) -> None:
    heard = with_sound(tmp_path / "heard.mp4")
    data = str(tmp_path / "data")
    for name, address in {"HEARD": str(heard), "GONE": "rtsp://127.0.0.1:9/live"}.items():
        assert cli("cameras", "add", name, address, "--data", data).returncode == 0

    heard.rename(tmp_path / "away.mp4")
    lost = cli("cameras", "check", "HEARD", "--seconds", "1", "--data", data)
    (tmp_path / "away.mp4").rename(heard)
    told = cli("cameras", "check", "--seconds", "2", "--data", data, "--json")

    assert "BAD   unreachable: There is no file" in lost.stdout
    assert told.returncode == 1
    good, gone = json.loads(told.stdout)
    assert (good["audio"], good["signed"], good["reorders"]) == ("aac", "", True)
    assert "turn B-frames off" in good["advice"][0]
    assert (gone["reachable"], gone["authenticated"]) == (False, None)
