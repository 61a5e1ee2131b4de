"""A technician's own cameras: a real RTSP server and a file, run, killed, checked."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import av
import pytest

from rtsp_server import rtsp_server
from running import cli, running, wait_for
from videos import make_video


def configured(folder: Path, cameras: list[str]) -> Path:
    config = folder / "cameras.yaml"
    config.write_text("site: Test\nworkers: 1\ncameras:\n" + "".join(cameras))
    return config


@pytest.fixture
def film(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    return make_video(
        folder / "film.mp4", frames=1500, size=(320, 240), gop=25, options={"bf": "0"}
    )


@pytest.mark.timeout(200)
def test_an_rtsp_camera_is_recorded_proven_and_its_password_stays_secret(
    tmp_path: Path, film: Path
) -> None:
    with rtsp_server(film.parent, user="viewer", password="hunter2secret", scheme="digest") as door:
        url = f"rtsp://viewer:hunter2secret@127.0.0.1:{door.port}/film.mp4"
        config = configured(tmp_path, [f"  - {{id: GATE, url: '{url}'}}\n"])
        data = tmp_path / "data"

        with running(config, data) as product:
            wait_for(lambda: product.camera("GATE")["state"] == "recording", "recording")
            wait_for(lambda: product.get("/status")["segments"] >= 1 or None, "a finished segment")
        checked = cli("ledger", "check", "--data", str(data))

    assert product.process.returncode == 0
    assert checked.returncode == 0, checked.stdout
    assert "intact" in checked.stdout
    shown = "".join(path.read_text() for path in (data / "logs").glob("*.log"))
    assert "hunter2secret" not in shown


@pytest.mark.fault
@pytest.mark.timeout(240)
def test_a_killed_worker_loses_only_the_open_fragment_and_a_killed_hub_nothing(
    tmp_path: Path, film: Path
) -> None:
    config = configured(tmp_path, [f"  - {{id: YARD, url: '{film}'}}\n"])
    data = tmp_path / "data"

    with running(config, data) as product:
        wait_for(lambda: product.get("/status")["segments"] >= 1 or None, "a finished segment")
        wait_for(lambda: product.camera("YARD")["state"] == "recording", "recording")
        for pid in product.pids("shanasheel.app.worker"):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: product.get("/status")["gaps"] >= 1 or None, "the gap to be recorded")
        for pid in product.pids("shanasheel.app.hub"):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not product.pids("shanasheel.app.hub"), "the hub to be gone")
        wait_for(lambda: _segments(product) >= 3, "recording to go on")
        line = product.get(f"/cameras/YARD/timeline?from={_hour_ago()}&to={_soon()}")
    checked = cli("ledger", "check", "--data", str(data), "--json")

    assert checked.returncode == 0, checked.stdout
    # A worker tells that its cameras live each minute, and when it ends.
    assert " signs of life" in checked.stdout
    killed = [gap for gap in line["gaps"] if gap["cause"] == "worker_killed"]
    assert len(killed) == 1
    # Footage goes up to the gap: what the kill cost lies between the last recorded picture and it.
    ends = [end for _, end in line["recorded"] if end <= killed[0]["start_us"]]
    assert ends
    assert killed[0]["start_us"] - max(ends) == 0
    for segment in (data / "archive" / "YARD").rglob("*.mp4"):
        with av.open(str(segment)) as container:
            assert sum(1 for _ in container.decode(video=0)) > 0


def test_flipping_one_byte_of_a_segment_is_found_and_named(tmp_path: Path, film: Path) -> None:
    config = configured(tmp_path, [f"  - {{id: DOOR, url: '{film}'}}\n"])
    data = tmp_path / "data"
    with running(config, data) as product:
        wait_for(lambda: product.get("/status")["segments"] >= 1 or None, "a finished segment")
    victim = next((data / "archive" / "DOOR").rglob("*.mp4"))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1

    victim.write_bytes(content)
    checked = cli("ledger", "check", "--data", str(data))

    assert checked.returncode == 8
    assert "DOOR" in checked.stdout
    assert victim.name in checked.stdout
    day = "-".join(victim.parent.parts[-3:])
    assert f"{day}T{victim.name[:2]}:{victim.name[2:4]}:{victim.name[4:6]}" in checked.stdout


def test_raw_footage_needs_a_grant_that_is_in_the_ledger_first(tmp_path: Path, film: Path) -> None:
    config = configured(tmp_path, [f"  - {{id: HALL, url: '{film}'}}\n"])
    with running(config, tmp_path / "data") as product:
        wait_for(lambda: product.get("/status")["segments"] >= 1 or None, "a finished segment")
        span = f"from={_hour_ago()}&to={_soon()}&stream=main"

        refused = product.status_of(f"/cameras/HALL/segments?{span}")
        grant = product.post(
            "/grants", {"camera": "HALL", "purpose": "alert", "case": "test of the gate"}
        )
        head = product.get("/ledger")
        shown = product.get(f"/cameras/HALL/segments?{span}&grant={grant['id']}")
        stranger = product.status_of(f"{shown['items'][0]['url'].split('?')[0][7:]}")

    assert refused == 403
    assert head["size"] > grant["entry"]
    assert shown["items"]
    assert stranger == 403


def test_listening_to_the_world_needs_an_account(tmp_path: Path, film: Path) -> None:
    config = configured(tmp_path, [f"  - {{id: HALL, url: '{film}'}}\n"])

    refused = cli(
        "run", "--config", str(config), "--data", str(tmp_path / "d"), "--listen", "0.0.0.0:0"
    )

    assert refused.returncode == 4
    assert "account" in refused.stderr
    assert "Traceback" not in refused.stderr


def _segments(product: object) -> int:
    try:
        return int(product.get("/status")["segments"])  # type: ignore[attr-defined]
    except OSError:
        return 0


def _hour_ago() -> int:
    return _now_us() - 3_600_000_000


def _soon() -> int:
    return _now_us() + 60_000_000


def _now_us() -> int:
    import time

    return int(time.time() * 1e6)
