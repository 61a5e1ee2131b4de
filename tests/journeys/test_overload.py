"""More to look at than the machine has time for: recording goes on, and it is told."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from running import Product, cli, running, wait_for
from videos import make_video

LOW = [f"LOW-{number}" for number in range(8)]


def timeline(product: Product, camera: str) -> dict:
    now = int(time.time())
    return product.get(
        f"/cameras/{camera}/timeline?from={(now - 600) * 10**6}&to={(now + 60) * 10**6}"
    )


def overloads(told: dict) -> list[dict]:
    return [one for one in told["shed"] if one["cause"] == "overload"]


@pytest.mark.fault
def test_low_cameras_are_shed_and_told_while_all_are_recorded_even_over_a_kill(
    tmp_path: Path,
) -> None:
    film = make_video(tmp_path / "film.mp4", frames=250, rate=25, gop=25, size=(640, 480))
    listed = "".join(
        f"  - {{id: {name}, url: '{film}', priority: low, analysis_fps: 25}}\n" for name in LOW
    )
    config, data = tmp_path / "cameras.yaml", tmp_path / "data"
    config.write_text(
        f"workers: 1\ncameras:\n  - {{id: GATE, url: '{film}', priority: high, analysis_fps: 1}}\n"
        f"  - {{id: YARD, url: '{film}', analyse: false}}\n{listed}"
    )

    with running(config, data) as product:
        wait_for(
            lambda: [name for name in LOW if product.camera(name).get("analysis") == "shed"],
            "a low camera to be shed",
        )
        shed = {name: product.camera(name) for name in LOW}
        looked = cli("doctor", "--json", "--data", str(data))
        (pid,) = product.pids("shanasheel.app.worker")
        os.kill(pid, signal.SIGKILL)
        wait_for(
            lambda: all(overloads(timeline(product, name)) for name in LOW
                        if shed[name]["analysis"] == "shed"),
            "the spans the killed worker left open",
        )  # fmt: skip
        spans = {name: timeline(product, name) for name in ("GATE", "YARD", *LOW)}
        gate, yard = product.camera("GATE"), product.camera("YARD")
        total_s = product.get("/status")["shed_s_24h"]

    assert gate["analysis"] == "on"
    assert yard["analysis"] == "off"
    assert not overloads(spans["GATE"])
    assert not spans["YARD"]["shed"]
    for name, status in shed.items():
        if status["analysis"] == "shed":
            told = overloads(spans[name])[0]
            assert told["end_us"] > told["start_us"]
            assert {gap["cause"] for gap in spans[name]["gaps"]} <= {"worker_killed"}
    assert total_s > 0
    (finding,) = [one for one in json.loads(looked.stdout) if one["name"] == "analysis"]
    assert finding["grade"] == "poor"
    assert "LOW-" in finding["detail"]
    assert cli("ledger", "check", "--data", str(data)).returncode == 0
    assert cli("doctor", "--archive", "--data", str(data)).returncode == 0
