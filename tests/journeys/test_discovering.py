"""Cameras found on the command line."""

from __future__ import annotations

import subprocess
import sys

from onvif_camera import onvif_camera, responder


def discover(address: str, *more: str, password: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from shanasheel.cli import main; main()", "cameras", "discover",
         "--at", address, "--seconds", "1", *more],
        input=password + "\n", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_camera_is_found_with_its_streams_and_its_wrong_clock() -> None:
    with onvif_camera(clock_offset_s=86_400) as camera, responder(camera) as answering:
        plain = discover(answering.camera.udp)
        whole = discover(answering.camera.udp, "--user", camera.user, password=camera.password)
        refused = discover(answering.camera.udp, "--user", camera.user, password="wrong-one")

    assert plain.returncode == 0, plain.stderr
    assert "127.0.0.1" in plain.stdout
    assert "rtsp://" in whole.stdout
    user = f"rtsp://{camera.user}:PASSWORD@127.0.0.1:554/live"
    proposed = f"add ID {user}/main --sub-url {user}/sub --onvif {camera.xaddr}"
    assert proposed in whole.stdout
    assert "set its NTP" in whole.stdout
    assert "rtsp://" not in refused.stdout
    for done in (plain, whole, refused):
        assert camera.password not in done.stdout + done.stderr
        assert "wrong-one" not in done.stdout + done.stderr


def test_nobody_there_is_said() -> None:
    done = discover("127.0.0.1:9")

    assert done.returncode == 0
    assert "No camera answered" in done.stdout
