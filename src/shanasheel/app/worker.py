"""The worker process: records and analyses its cameras, needing only its disk."""

from __future__ import annotations

import argparse
import os
import threading
from pathlib import Path

import structlog

from shanasheel.app.assignment import read_assignment
from shanasheel.app.folder import DataFolder
from shanasheel.app.outbox import Outbox
from shanasheel.app.processes import StopFlag, end_with_parent, start_logging, stop_on_signal
from shanasheel.app.recording import CameraRecording
from shanasheel.app.viewing import Viewing
from shanasheel.app.workerstatus import write_status
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.watch.vision import load_detector

_LOG = structlog.get_logger()
_STATUS_S = 1.0
_INPUT_PX = 320  # measured: 0.63 of the time of 416 for 0.01 of average precision


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
    outbox = Outbox(folder.spools / name)
    cameras = read_assignment(assignment)
    viewing = Viewing(folder.root, cameras, clock=clock, ids=ids, outbox=outbox)
    recordings = [
        CameraRecording(
            folder.root, camera, clock=clock, ids=ids, outbox=outbox, view=viewing.offer
        )
        for camera in cameras
    ]
    threads = [
        threading.Thread(target=recording.run, name=recording.camera.id) for recording in recordings
    ]
    for thread in threads:
        thread.start()
    _LOG.info("worker_started", worker=name, pid=os.getpid(), cameras=len(cameras))
    # The detector takes a second or two to load; recording has begun already and never waits.
    viewing_thread = threading.Thread(
        target=lambda: viewing.run(load_detector(threads=1, input_px=_INPUT_PX)), name="viewing"
    )
    viewing_thread.start()
    while not stop.wait(_STATUS_S):
        write_status(folder.run / f"{name}.json", name, recordings, viewing, clock)
        if not viewing_thread.is_alive():
            _LOG.error("viewing_ended", worker=name)
            os._exit(70)  # our own promise is broken: the supervisor starts us again
    for recording in recordings:
        recording.stop()
    for thread in threads:
        thread.join(10.0)
    viewing.stop()
    viewing_thread.join(10.0)
    write_status(folder.run / f"{name}.json", name, recordings, viewing, clock)
    _LOG.info("worker_stopped", worker=name)


if __name__ == "__main__":
    main()
