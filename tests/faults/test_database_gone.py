"""A database that is locked or gone for a while under a running recorder."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from running import Product, alive, cli, running, wait_for
from videos import make_video

LOCKED_S = 20.0  # longer than the hub waits for a lock


@pytest.mark.fault
@pytest.mark.timeout(240)
def test_recording_goes_on_without_the_database_and_nothing_is_stored_twice(
    tmp_path: Path,
) -> None:
    film = make_video(tmp_path / "film.mp4", frames=1500, size=(160, 120), rate=25, gop=25)
    config, data = tmp_path / "cameras.yaml", tmp_path / "data"
    config.write_text(f"cameras: [{{id: CAM, url: '{film}'}}]\nworkers: 1\n")
    database, away = data / "shanasheel.db", tmp_path / "away.db"

    with running(config, data) as product:
        wait_for(lambda: rows_of(database), "a segment")
        workers = product.pids("shanasheel.app.worker")

        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            locked, before = time.monotonic(), files(data)
            wait_for(lambda: time.monotonic() - locked > LOCKED_S, "the lock's time to pass")
            wait_for(lambda: files(data) > before + 1, "segments beside the locked database")
            known = rows_of(database)
            other.execute("ROLLBACK")
        wait_for(lambda: rows_of(database) > known, "the spool to catch up")

        (hub,) = product.pids("shanasheel.app.hub")
        database.rename(away)
        before = files(data)
        wait_for(lambda: product.status_of("/cameras") == 503, "the hub to say so")
        wait_for(lambda: files(data) > before, "a segment beside a database that is gone")
        log = data / "logs" / "hub.log"
        assert "Exception in thread" not in log.read_text()
        os.kill(hub, signal.SIGKILL)
        wait_for(lambda: "The database does not answer" in log.read_text(), "another hub")
        assert not database.exists()  # nobody began an empty one in its place
        away.rename(database)
        known = rows_of(database)
        wait_for(lambda: rows_of(database) > known, "the spool to catch up again")
        wait_for(lambda: alive(product.url), "the hub")
        assert product.pids("shanasheel.app.worker") == workers
        assert gaps_of(product) == []

    stored = sorted(path.relative_to(data).as_posix() for path in archive(data))
    with closing(sqlite3.connect(database)) as rows:
        indexed = rows.execute("SELECT path FROM segments WHERE stream='main'").fetchall()
    assert sorted(path for (path,) in indexed) == stored
    checked = cli("ledger", "check", "--data", str(data))
    assert checked.returncode == 0, checked.stdout
    examined = cli("doctor", "--archive", "--data", str(data))
    assert examined.returncode == 0, examined.stdout


def archive(data: Path) -> list[Path]:
    return list((data / "archive").rglob("*.mp4"))


def files(data: Path) -> int:
    return len(archive(data))


def rows_of(database: Path) -> int:
    """Return how many segments are stored; readers are let in beside a writer."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as rows:
        return int(rows.execute("SELECT count(*) FROM segments WHERE stream='main'").fetchone()[0])


def gaps_of(product: Product) -> list[dict]:
    now = int(time.time())
    path = f"/cameras/CAM/timeline?from={(now - 900) * 10**6}&to={(now + 60) * 10**6}"
    return list(product.get(path)["gaps"])
