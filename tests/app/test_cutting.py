"""A disk that is slow to sync holds no camera back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from running import wait_for
from shanasheel.app.outbox import Outbox
from shanasheel.app.recording import CameraRecording
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.footage import Gap, Segment
from shanasheel.domain.wire import from_line
from shanasheel.watch.recording import Shelf, SpoolReader, read_volumes
from videos import decoded_frames, make_video


def test_pictures_that_come_while_a_file_is_cut_are_recorded_in_order(tmp_path: Path) -> None:
    film, clock = make_video(tmp_path / "film.mp4", frames=50, rate=25, gop=25), SystemClock()
    camera = Camera(id=CameraId("C"), url=str(film), loop=False)
    (tmp_path / "state").mkdir()
    cutter, synced = ThreadPoolExecutor(1), threading.Event()
    recording = CameraRecording(
        tmp_path, camera, clock=clock, ids=IdMaker(clock), outbox=Outbox(tmp_path / "spool"),
        cutter=cutter, shelf=Shelf(read_volumes(tmp_path), clock), view=None,
    )  # fmt: skip

    cutter.submit(synced.wait)  # as if another file's sync took that long
    thread = threading.Thread(target=recording.run)
    thread.start()
    wait_for(lambda: recording.held >= 20, "pictures to be held")
    written = list((tmp_path / "archive").rglob("*.mp4"))
    synced.set()
    wait_for(lambda: recording.state.segments > 0, "a segment")
    recording.stop()
    thread.join()
    cutter.shutdown()

    assert not written
    records = [from_line(line) for line in SpoolReader(tmp_path / "spool").read()[0]]
    segment = next(record for record in records if isinstance(record, Segment))
    assert segment.frames == decoded_frames(tmp_path / segment.path) == 50
    assert not [record for record in records if isinstance(record, Gap)]
