"""Cameras added and removed on the command line while everything runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from rtsp_server import rtsp_server
from running import cli, running, wait_for
from videos import make_video


@pytest.mark.timeout(200)
def test_cameras_are_added_checked_and_removed_beside_a_running_hub(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    make_video(films / "film.mp4", frames=500, rate=25, gop=25)
    data = str(tmp_path / "data")
    config = tmp_path / "empty.yaml"
    config.write_text("site: Basra\n")

    with (
        rtsp_server(films, user="admin", password="hunter2", scheme="digest") as door,
        running(config, tmp_path / "data") as product,
    ):
        url = f"rtsp://admin:hunter2@127.0.0.1:{door.port}/film.mp4"
        assert product.get("/cameras")["items"] == []
        added = cli("cameras", "add", "GATE", url, "--data", data, "--place", "30.5,47.8,90")
        assert added.returncode == 0, added.stderr
        wait_for(lambda: product.get("/cameras")["items"], "the camera")
        wait_for(lambda: product.camera("GATE")["state"] == "recording", "recording")

        checked = cli("cameras", "check", "GATE", "--seconds", "3", "--data", data, "--json")
        (report,) = json.loads(checked.stdout)
        assert (report["ok"], report["codec"], report["width_px"]) == (True, "h264", 160)
        assert abs(report["rate"] - 25) < 3
        refused = cli("cameras", "check", url.replace("hunter2", "wrong"), "--data", data)
        assert refused.returncode == 1
        assert "refused" in refused.stdout

        exported = cli("cameras", "export", "--data", data)
        assert "hunter2" not in exported.stdout
        listed = yaml.safe_load(exported.stdout)
        assert listed["cameras"][0]["id"] == "GATE"
        wait_for(lambda: product.get("/status")["segments"] >= 1, "a segment")
        pid = product.pids("shanasheel.app.worker")
        assert cli("cameras", "remove", "GATE", "--data", data).returncode == 0
        wait_for(lambda: not product.get("/cameras")["items"], "the camera's leaving")
        (old,) = product.get("/cameras?retired=true")["items"]
        assert old["retired"]
        assert product.pids("shanasheel.app.worker") == pid
        day = product.get("/cameras/GATE/timeline?from=2020-01-01T00:00Z&to=2020-01-02T00:00Z")
        assert day["recorded"] == []

    checked = cli("ledger", "check", "--data", data)
    assert checked.returncode == 0, checked.stdout
    for log in (tmp_path / "data" / "logs").iterdir():
        assert "hunter2" not in log.read_text()
