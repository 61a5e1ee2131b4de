"""Random processes killed at random moments, under load. SHANASHEEL_KILLS=200 for the long run."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from running import cli, running, wait_for
from videos import make_video

KILLS = int(os.environ.get("SHANASHEEL_KILLS", "6"))
LOST_S = 1.0  # the promise: one unfinished fragment


@pytest.mark.fault
@pytest.mark.timeout(120 + 30 * KILLS)
def test_random_kills_lose_a_fragment_each_and_nothing_else(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=1500, size=(320, 240), rate=25, gop=25)
    config, data = tmp_path / "cameras.yaml", tmp_path / "data"
    listed = "".join(f"  - {{id: CAM-{number}, url: '{film}'}}\n" for number in range(4))
    config.write_text(f"cameras:\n{listed}workers: 2\n")
    dice, kills = random.Random(11), list[tuple[str, datetime]]()

    with running(config, data) as product:
        for _ in range(KILLS):
            wait_for(lambda: recording(product), "all cameras")
            time.sleep(dice.uniform(0.5, 3.5))
            module = dice.choice(["shanasheel.app.hub", "shanasheel.app.worker"])
            wait_for(lambda name=module: product.pids(name), module)  # it may be just restarting
            os.kill(dice.choice(product.pids(module)), signal.SIGKILL)
            kills.append((module, datetime.now(UTC)))
        wait_for(lambda: recording(product), "all cameras")
        time.sleep(3)
        gaps = [
            gap
            for number in range(4)
            for gap in product.get(
                f"/cameras/CAM-{number}/timeline?from={int(kills[0][1].timestamp() - 60) * 10**6}"
                f"&to={int(time.time() + 60) * 10**6}"
            )["gaps"]
        ]

    killed = [gap for gap in gaps if gap["cause"] == "worker_killed"]
    deaths = [at.timestamp() for module, at in kills if module == "shanasheel.app.worker"]
    assert bool(killed) == bool(deaths)
    for gap in killed:
        before = min(abs(at - gap["start_us"] / 1e6) for at in deaths)
        assert before <= LOST_S, f"{before:.2f} s of footage lost before a kill"
    checked = cli("ledger", "check", "--data", str(data))
    assert checked.returncode == 0, checked.stdout
    examined = cli("doctor", "--archive", "--data", str(data))
    assert examined.returncode == 0, examined.stdout


def recording(product: object) -> bool:
    try:
        return all(
            one["status"]["state"] == "recording"
            for one in product.get("/cameras")["items"]  # type: ignore[attr-defined]
        )
    except OSError:
        return False  # the hub is just starting again
