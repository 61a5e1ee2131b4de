"""The worker process: records and analyses its cameras, needing only its disk."""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from shanasheel.app.assignment import read_assignment
from shanasheel.app.camera_clocks import CameraClocks
from shanasheel.app.detectors import Detectors
from shanasheel.app.fleet import Fleet
from shanasheel.app.folder import DataFolder
from shanasheel.app.heartbeats import Heartbeats
from shanasheel.app.listening import Listening
from shanasheel.app.outbox import Outbox
from shanasheel.app.processes import (
    StopFlag,
    collect_less_often,
    end_with_parent,
    start_logging,
    stop_on_signal,
)
from shanasheel.app.viewing import Viewing
from shanasheel.app.workerstatus import WorkerStatus
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput, Unavailable
from shanasheel.base.ids import IdMaker
from shanasheel.watch.recording import Shelf, read_volumes
from shanasheel.watch.sound import load_classifier

_LOG = structlog.get_logger()
_STATUS_S = 1.0


def main() -> None:
    """Run until SIGTERM; then finish the open segments and end."""
    parser = argparse.ArgumentParser(prog="shanasheel-worker")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--assignment", type=Path, required=True)
    arguments = parser.parse_args()
    start_logging()
    end_with_parent()
    stop = stop_on_signal()
    run(DataFolder(root=arguments.data), arguments.name, arguments.assignment, stop)


def run(folder: DataFolder, name: str, assignment: Path, stop: StopFlag) -> None:
    """Record and analyse the assigned cameras until `stop` is set."""
    clock = SystemClock()
    ids = IdMaker(clock)
    if not folder.keys.is_dir():
        raise Unavailable(f"{folder.root} is not there.", "Mount the data folder.")
    outbox = Outbox(folder.spools / name)
    shelf = Shelf(read_volumes(folder.root), clock)
    viewing = Viewing(folder.root, clock=clock, ids=ids, outbox=outbox, shelf=shelf)
    listening = Listening(ids=ids, outbox=outbox)
    clocks = CameraClocks(folder.root, clock=clock, ids=ids, outbox=outbox)
    fleet = Fleet(
        folder.root, viewing, clock=clock, ids=ids, outbox=outbox, shelf=shelf,
        listening=listening, clocks=clocks,
    )  # fmt: skip
    status = WorkerStatus(folder.run / f"{name}.json", name, outbox, shelf)
    beats = Heartbeats(
        clock=clock, ids=ids, outbox=outbox, shelf=shelf,
        ahead_s=clocks.ahead_s,
    )  # fmt: skip
    _LOG.info("worker_started", worker=name, pid=os.getpid())
    told = _follow(assignment, fleet, "")
    # The detector takes a second or two to load; recording has begun already and never waits.
    detectors = Detectors(folder.root, viewing.camera_named)
    viewing_thread = _started("viewing", lambda: viewing.run(lambda: detectors))
    listening_thread = _started("listening", lambda: listening.run(load_classifier))
    collect_less_often()
    # A daemon: it may still wait for a device's answer when everything else has ended.
    threading.Thread(target=clocks.run, name="clocks", daemon=True).start()
    while not stop.wait(_STATUS_S):
        told = _follow(assignment, fleet, told)
        beats.look(fleet.recordings)
        outbox.flush()
        beside = {one: {**told, **detectors.told(one)} for one, told in fleet.beside().items()}
        status.write(fleet.recordings, viewing, clock, beside)
        if not (viewing_thread.is_alive() and listening_thread.is_alive()):
            _LOG.error("viewing_or_listening_ended", worker=name)
            os._exit(70)  # our own promise is broken: the supervisor starts us again
    recordings = fleet.recordings
    fleet.stop()
    beats.tell(recordings)
    viewing.stop()
    listening.stop()
    clocks.stop()
    viewing_thread.join(10.0)
    listening_thread.join(10.0)
    outbox.flush()
    status.write(recordings, viewing, clock)
    _LOG.info("worker_stopped", worker=name)


def _started(name: str, run: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=run, name=name)
    thread.start()
    return thread


def _follow(assignment: Path, fleet: Fleet, told: str) -> str:
    """Bring the fleet into line when the assignment has changed; return what it says."""
    try:
        now = assignment.read_text()
        if now != told:
            fleet.apply(read_assignment(assignment))
    except (OSError, InvalidInput) as fault:
        _LOG.error("assignment_unreadable", detail=str(fault))
        return told
    return now


if __name__ == "__main__":
    main()
