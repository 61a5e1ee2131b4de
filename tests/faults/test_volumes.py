"""Disks that fill, turn read-only and vanish under a running recorder, and come back."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from mounting import disks
from running import Product, cli, running, wait_for
from shanasheel.app.checkup import examine
from videos import make_video

pytestmark = pytest.mark.fault
SOON_S = (
    20.0  # the promise is the next key picture, or the next file; twice a file on a busy machine
)


@pytest.mark.timeout(240)
def test_the_next_volume_takes_over_whatever_happens_to_a_disk(  # noqa: PLR0915 - one run, many faults
    tmp_path: Path,
) -> None:
    film = make_video(tmp_path / "film.mp4", frames=1500, size=(320, 240), rate=25, gop=25)

    with disks(tmp_path, data=64, b=16, c=16) as disk:
        data, config = tmp_path / "data" / "site", tmp_path / "cameras.yaml"
        config.write_text(f"cameras: [{{id: CAM, url: '{film}'}}]\nvolumes: [b, c]\nworkers: 1\n")
        with running(config, data) as product:
            wait_for(lambda: volume_of(product) == "data", "the data folder")

            disk["data"].fill(leave_bytes=900_000)  # its reserve is a fiftieth: 1.3 MB
            wait_for(lambda: volume_of(product) == "v2", "the second volume")
            disk["b"].fill()  # in the midst of a file: no byte is left
            wait_for(lambda: volume_of(product) == "v3", "the third volume")
            assert state(product)["v2"] in {"full", "failing"}
            wait_for(lambda: indexed(data, "volumes/v3/"), "a segment on the third volume")

            disk["b"].relieve()
            disk["c"].unplug()
            wait_for(lambda: volume_of(product) == "v2", "the second volume after the third")
            assert state(product)["v3"] == "away"
            assert not list(disk["c"].path.iterdir())  # nothing lies below the mount point
            (said,) = (one.detail for one in examine(data) if one.name == "volumes")
            assert "v3 away" in said
            checked = cli("doctor", "--archive", "--data", str(data))
            assert "volume_away" in checked.stdout
            assert "file_missing" not in checked.stdout

            disk["c"].plug()
            disk["b"].unplug()
            disk["b"].plug(read_only=True)
            wait_for(lambda: volume_of(product) == "v3", "the third volume after the second")
            assert state(product)["v2"] == "read_only"

            disk["c"].fill()  # now none is left
            wait_for(lambda: product.camera("CAM")["state"] == "lost", "recording to stop")
            assert product.camera("CAM")["cause"] == "disk"
            alert = wait_for(lambda: alerts(product), "the alert")
            assert [one["priority"] for one in alert] == ["high"]

            disk["c"].relieve()
            disk["b"].unplug()
            disk["b"].plug()
            wait_for(lambda: product.camera("CAM")["state"] == "recording", "recording to resume")
            wait_for(lambda: gaps_of(product), "the gaps")
            gaps = gaps_of(product)

        assert {gap["cause"] for gap in gaps} == {"disk"}
        stored = [path for name in "bc" for path in disk[name].path.rglob("*.mp4")]
        assert stored
        checked = cli("ledger", "check", "--json", "--data", str(data))
        assert checked.returncode == 0, checked.stdout
        examined = cli("doctor", "--archive", "--data", str(data))
        assert examined.returncode == 0, examined.stdout


@pytest.mark.timeout(200)
def test_a_data_disk_without_a_byte_left_stops_recording_until_there_is_room(
    tmp_path: Path,
) -> None:
    film = make_video(tmp_path / "film.mp4", frames=1500, size=(320, 240), rate=25, gop=25)

    with disks(tmp_path, data=64) as disk:
        data, config = tmp_path / "data" / "site", tmp_path / "cameras.yaml"
        config.write_text(f"cameras: [{{id: CAM, url: '{film}'}}]\nworkers: 1\n")
        with running(config, data) as product:
            wait_for(lambda: indexed(data, "archive/"), "a segment")
            started = pids(product)

            disk["data"].fill()
            wait_for(lambda: product.camera("CAM")["state"] == "lost", "recording to stop")
            assert product.camera("CAM")["cause"] == "disk"  # said although nothing can be written
            assert state(product) == {"data": "full"}
            os.kill(product.pids("shanasheel.app.worker")[0], signal.SIGKILL)
            wait_for(lambda: len(pids(product) - started) == 1, "another worker")

            disk["data"].relieve()
            wait_for(lambda: product.camera("CAM")["state"] == "recording", "recording to resume")
            count = indexed(data, "archive/")
            wait_for(lambda: indexed(data, "archive/") > count, "another segment")
            (alert,) = wait_for(lambda: alerts(product), "the alert")
            assert alert["priority"] == "high"
            assert {gap["cause"] for gap in gaps_of(product)} <= {"disk", "worker_killed"}

        assert cli("ledger", "check", "--data", str(data)).returncode == 0
        examined = cli("doctor", "--archive", "--data", str(data))
        assert examined.returncode == 0, examined.stdout


@pytest.mark.timeout(200)
def test_recording_goes_on_while_the_data_folder_itself_is_away(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=1500, size=(320, 240), rate=25, gop=25)

    with disks(tmp_path, data=64, b=64) as disk:
        data, config = tmp_path / "data" / "site", tmp_path / "cameras.yaml"
        config.write_text(f"cameras: [{{id: CAM, url: '{film}'}}]\nvolumes: [b]\nworkers: 1\n")
        with running(config, data) as product:
            wait_for(lambda: indexed(data, "archive/"), "a segment")

            disk["data"].unplug()
            there = disk["b"].path / "archive"
            wait_for(lambda: len(list(there.rglob("*.mp4"))) > 1, "footage on the other volume")
            assert not list(disk["data"].path.iterdir())  # nothing was made on the disk below
            disk["data"].plug()
            wait_for(lambda: indexed(data, "volumes/v2/"), "what was recorded meanwhile")
            wait_for(lambda: product.camera("CAM")["state"] == "recording", "word of the worker")

        assert cli("ledger", "check", "--data", str(data)).returncode == 0
        examined = cli("doctor", "--archive", "--data", str(data))
        assert examined.returncode == 0, examined.stdout


def pids(product: Product) -> set[int]:
    return set(product.pids("shanasheel.app.worker"))


def volume_of(product: Product) -> str:
    """Return the volume that the camera is recorded to now."""
    try:
        path = json.loads((product.data / "run/live/CAM.main.json").read_bytes())["path"]
    except (OSError, ValueError):
        return ""
    return path.split("/")[1] if path.startswith("volumes/") else "data"


def indexed(data: Path, prefix: str) -> int:
    """Return how many segments on a volume the index has."""
    with closing(sqlite3.connect(f"file:{data}/shanasheel.db?mode=ro", uri=True)) as database:
        query = "SELECT count(*) FROM segments WHERE path LIKE ?"
        return int(database.execute(query, (f"{prefix}%",)).fetchone()[0])


def state(product: Product) -> dict[str, str]:
    return {one["name"]: one["state"] for one in product.get("/status")["volumes"]}


def alerts(product: Product) -> list[dict]:
    found = product.get("/alerts")["items"]
    return [one for one in found if one["kind"] == "recording_stopped"]


def gaps_of(product: Product) -> list[dict]:
    now = int(time.time())
    path = f"/cameras/CAM/timeline?from={(now - 900) * 10**6}&to={(now + 60) * 10**6}"
    return list(product.get(path)["gaps"])
