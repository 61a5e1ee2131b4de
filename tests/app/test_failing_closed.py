"""Where nobody can say who is in a picture, the picture is not shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from running import wait_for
from shanasheel.app.outbox import Outbox
from shanasheel.app.processes import start_logging
from shanasheel.app.recording import CameraRecording
from shanasheel.app.viewing import Viewing
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import Unavailable
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import Segment
from shanasheel.domain.seen import Detections
from shanasheel.domain.wire import from_line
from shanasheel.watch.recording import Shelf, SpoolReader, read_volumes
from shanasheel.watch.vision import Detector, Picture, load_detector
from videos import make_video

LAST = timedelta(seconds=0.3)  # the last picture shown lasts until the next look was due


class BrokenDetector:
    """The real detector, which can be broken; notes when it failed and when it worked."""

    def __init__(self) -> None:
        self.broken = False
        self.failed: list[datetime] = []
        self.worked: list[datetime] = []
        self._real = load_detector(threads=1, input_px=160)

    def detect_parts(self, picture: Picture, _parts: object) -> Detections:
        return self.detect(picture)

    def detect(self, picture: Picture) -> Detections:
        if self.broken:
            self.failed.append(picture.at)
            raise RuntimeError("the model's memory is gone")
        self.worked.append(picture.at)
        return self._real.detect(picture)


@contextmanager
def watched(data: Path, film: Path, load: object) -> Iterator[Viewing]:
    """Record and look at a film as a worker does, until the block ends."""
    (data / "state").mkdir(parents=True)
    clock = SystemClock()
    ids, outbox, shelf = IdMaker(clock), Outbox(data / "spool"), Shelf(read_volumes(data), clock)
    viewing = Viewing(data, clock=clock, ids=ids, outbox=outbox, shelf=shelf)
    camera = Camera(id=CameraId("A"), url=str(film))
    with ThreadPoolExecutor(1) as cutter:
        recording = CameraRecording(
            data, camera, clock=clock, ids=ids, outbox=outbox, cutter=cutter, shelf=shelf,
            view=viewing.offer,
        )  # fmt: skip
        viewing.add(camera)
        threads = [
            threading.Thread(target=recording.run),
            threading.Thread(target=viewing.run, args=(load,)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield viewing
        finally:
            recording.stop()
            threads[0].join()
            viewing.stop()
            threads[1].join()


def spans(data: Path, stream: Stream) -> list[tuple[datetime, datetime]]:
    records = [from_line(line) for line in SpoolReader(data / "spool").read()[0]]
    return [
        (one.start, one.end) for one in records if isinstance(one, Segment) and one.stream is stream
    ]


def test_while_the_detector_fails_nothing_is_shown_and_all_is_recorded(tmp_path: Path) -> None:
    start_logging()  # as a worker does: other ways of telling faults look into what is at work
    film = make_video(tmp_path / "film.mp4", frames=100, rate=10, gop=5)
    detector = BrokenDetector()

    with watched(tmp_path / "data", film, lambda: detector):
        wait_for(lambda: len(detector.worked) > 5, "pictures to be looked at")
        detector.broken = True
        wait_for(lambda: len(detector.failed) > 5, "the detector to fail for a while")
        detector.broken = False
        count = len(detector.worked)
        wait_for(lambda: len(detector.worked) > count + 5, "it to work again")

    shown = spans(tmp_path / "data", Stream.SHIELDED)
    recorded = spans(tmp_path / "data", Stream.MAIN)
    down = (detector.failed[0] + LAST, detector.failed[-1])
    assert any(end <= down[0] for _, end in shown)
    assert any(start > down[1] for start, _ in shown)
    assert not [one for one in shown if one[1] > down[0] and one[0] <= down[1]]
    assert recorded[0][0] < down[0]
    assert recorded[-1][1] > down[1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_a_detector_nothing_is_shown_and_all_is_recorded(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=100, rate=10, gop=5)
    asked = threading.Event()

    def load() -> Detector:
        asked.set()
        raise Unavailable("No back end runs here.", "Install one.")

    with watched(tmp_path / "data", film, load):
        assert asked.wait(60)
        main = tmp_path / "data" / "archive"
        wait_for(lambda: len(list(main.rglob("*.mp4"))) > 0, "footage to be recorded")

    assert spans(tmp_path / "data", Stream.MAIN)
    assert not spans(tmp_path / "data", Stream.SHIELDED)
    assert not list((tmp_path / "data").glob("shielded/**/*.mp4"))
