"""A camera with sound, from its RTSP session to the proof, and what the browser hears of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from gstreamer_camera import gstreamer_camera
from running import cli, running, wait_for
from sounds import make_talkie

pytestmark = [pytest.mark.timeout(200)]


def configured(folder: Path, *cameras: str) -> Path:
    config = folder / "cameras.yaml"
    config.write_text(
        "site: Test\nworkers: 1\ncameras:\n" + "".join(f"  - {{{c}}}\n" for c in cameras)
    )
    return config


@pytest.mark.fault
def test_sound_is_proven_held_private_and_survives_a_kill(tmp_path: Path) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="pcm_alaw", seconds=60)
    data = tmp_path / "data"
    with (
        gstreamer_camera(film, sound="pcm_alaw") as url,
        running(
            configured(
                tmp_path, f"id: GATE, url: '{url}'", f"id: MUTE, url: '{url}', sound: false"
            ),
            data,
        ) as product,
    ):
        span = "from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z&stream=sound"
        wait_for(lambda: list(data.glob("archive/GATE/sound/**/*Z.mp4")), "sound")
        state = product.camera("GATE")
        for pid in product.pids("shanasheel.app.worker"):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: product.get("/status")["segments"] >= 3 or None, "recording to go on")
        grant = product.post("/grants", {"camera": "GATE", "purpose": "alert", "case": "a test"})

        refused = product.status_of(f"/cameras/GATE/segments?{span}")
        allowed = product.status_of(f"/cameras/GATE/segments?{span}&grant={grant['id']}")
    checked = cli("ledger", "check", "--data", str(data))
    examined = cli("doctor", "--archive", "--data", str(data))
    (victim, *_) = sorted(data.glob("archive/GATE/sound/**/*Z.mp4"))
    victim.write_bytes(victim.read_bytes()[:-1])
    found = cli("ledger", "check", "--data", str(data))

    assert (state["sound"], state["sound_note"]) == ("pcm_alaw", "")
    assert not (data / "archive" / "MUTE" / "sound").exists()
    assert (refused, allowed) == (403, 200)
    assert not list(data.glob("archive/**/*.open"))
    assert checked.returncode == 0, checked.stdout
    assert examined.returncode == 0, examined.stdout
    assert found.returncode == 8
    assert victim.relative_to(data).as_posix() in found.stdout
