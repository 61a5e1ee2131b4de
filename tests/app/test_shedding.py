"""Who is not looked at when there is more to look at than time; what is told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from running import wait_for
from shanasheel.app.outbox import Outbox
from shanasheel.app.recording import CameraRecording
from shanasheel.app.shed_spans import ShedSpans
from shanasheel.app.shedding import Shedder, SheddingSettings
from shanasheel.app.viewing import Viewing
from shanasheel.base.clock import SystemClock, to_us
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import AnalysisPriority, Camera, CameraId, Stream
from shanasheel.domain.footage import Gap, Segment, Shed, ShedCause
from shanasheel.domain.seen import Detections
from shanasheel.domain.wire import from_line
from shanasheel.watch.recording import Shelf, SpoolReader, read_volumes
from shanasheel.watch.vision import Picture, load_detector
from videos import make_video

A, B, C = (CameraId(name) for name in "ABC")
PRIORITIES = {A: AnalysisPriority.HIGH, B: AnalysisPriority.NORMAL, C: AnalysisPriority.LOW}
GLIMPSE = timedelta(seconds=3.5)  # a shed camera's masked key picture comes every 4 s
MISSED = timedelta(seconds=0.75)  # looks are 0.2 s apart while all is well
RULE = SheddingSettings()


def ticks(shedder: Shedder, start_s: float, behind_s: dict[CameraId, float], seconds: float):
    """Let so much time pass; return every choice that was one."""
    found = []
    for step in range(int(seconds * 2)):
        choice = shedder.choose(start_s + step / 2, behind_s, PRIORITIES)
        if choice.shed or choice.back:
            found.append((choice.shed, choice.back))
    return found


def test_the_lowest_priority_is_shed_first_and_the_last_camera_never() -> None:
    shedder = Shedder()

    assert ticks(shedder, 0, {A: 2.0, B: 2.0, C: 2.0}, 2.5) == [((C,), ())]
    assert ticks(shedder, 2.5, {A: 2.0, B: 2.0}, 2.5) == [((B,), ())]
    assert ticks(shedder, 20, {A: 9.0}, 60) == []


def test_a_moment_behind_sheds_nobody() -> None:
    shedder = Shedder()

    assert ticks(shedder, 0, {A: 2.0, C: 2.0}, RULE.patience_s) == []
    assert ticks(shedder, 2, {A: 0.1, C: 0.1}, 0.5) == []
    assert ticks(shedder, 2.5, {A: 2.0, C: 2.0}, RULE.patience_s) == []


def test_the_highest_priority_is_taken_back_first_and_a_vain_try_waits_longer() -> None:
    shedder = Shedder()
    ticks(shedder, 0, {A: 2.0, B: 2.0, C: 2.0}, 2.5)
    ticks(shedder, 3, {A: 2.0, B: 2.0}, 2.5)

    assert ticks(shedder, 10, {A: 0.0}, RULE.calm_s + 1) == [((), (B,))]
    assert ticks(shedder, 22, {A: 2.0, B: 2.0}, 3) == [((B,), ())]
    assert ticks(shedder, 30, {A: 0.0}, RULE.calm_s + 1) == []
    assert ticks(shedder, 41, {A: 0.0}, RULE.calm_s + 1) == [((), (B,))]


class SlowDetector:
    """The real detector, taking at least `seconds` over a picture; notes what it was shown."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.seen: dict[str, list[datetime]] = {}
        self._real = load_detector(threads=1, input_px=160)

    def detect_parts(self, picture: Picture, _parts: object) -> Detections:
        return self.detect(picture)

    def detect(self, picture: Picture) -> Detections:
        begun = time.monotonic()
        self.seen.setdefault(picture.camera, []).append(picture.at)
        found = self._real.detect(picture)
        time.sleep(max(0.0, self.seconds - (time.monotonic() - begun)))
        return found


class Watched:
    """Cameras that play a film, recorded and looked at as a worker does."""

    def __init__(self, data: Path, cameras: list[Camera], detector: SlowDetector) -> None:
        self._data, clock = data, SystemClock()
        (data / "state").mkdir(parents=True)
        ids, outbox = IdMaker(clock), Outbox(data / "spool")
        rule = SheddingSettings(patience_s=1.0, calm_s=2.0)
        shelf = Shelf(read_volumes(data), clock)
        self.viewing = Viewing(
            data, clock=clock, ids=ids, outbox=outbox, shelf=shelf, rule=rule, grace_s=0
        )
        self._cutter = ThreadPoolExecutor(4)
        self._recordings = [
            CameraRecording(
                data, camera, clock=clock, ids=ids, outbox=outbox, cutter=self._cutter,
                shelf=shelf, view=self.viewing.offer,
            )
            for camera in cameras
        ]  # fmt: skip
        for camera in cameras:
            self.viewing.add(camera)
        self._threads = [threading.Thread(target=one.run) for one in self._recordings]
        self._viewer = threading.Thread(target=self.viewing.run, args=(lambda: detector,))
        for thread in (*self._threads, self._viewer):
            thread.start()

    def shed(self) -> set[str]:
        return {view.camera.id for view in self.viewing.views.values() if view.is_shed}

    def stop(self) -> list[object]:
        """End everything; return what was spooled."""
        for recording in self._recordings:
            recording.stop()
        for thread in self._threads:
            thread.join()
        self.viewing.stop()
        self._viewer.join()
        self._cutter.shutdown()
        return [from_line(line) for line in SpoolReader(self._data / "spool").read()[0]]


def playing(film: Path, priorities: dict[CameraId, AnalysisPriority]) -> list[Camera]:
    return [
        Camera(id=camera, url=str(film), priority=priority)
        for camera, priority in priorities.items()
    ]


def check_what_is_told(records: list[object], camera: CameraId, looks: list[datetime]) -> None:
    """All is recorded, and the seconds told are those between looks that were too far apart."""
    told = [one for one in records if isinstance(one, Shed) and one.camera == camera]
    spans = [[at for at in looks if one.start <= at < one.end] for one in told]
    assert all(b - a >= GLIMPSE for glimpses in spans for a, b in pairwise(glimpses))
    looks = [at for at in looks if not any(at in glimpses for glimpses in spans)]
    # A machine so busy that a camera is shed anew at the end does not look at it again.
    looks += [one.end for one in told if one.end > looks[-1]]
    told_s = sum((one.end - one.start).total_seconds() for one in told)
    unseen_s = sum((b - a).total_seconds() for a, b in pairwise(looks) if (b - a) > MISSED)
    slack_s = 0.6 * (len(told) + 1)  # a span begins after the last look, ends at a key picture
    assert abs(told_s - unseen_s) <= slack_s, (camera, told_s, unseen_s)
    segments = sorted(
        (one for one in records
         if isinstance(one, Segment) and one.camera == camera and one.stream is Stream.MAIN),
        key=lambda one: one.start,
    )  # fmt: skip
    assert segments
    assert all(b.start == a.end for a, b in pairwise(segments))
    assert not [one for one in records if isinstance(one, Gap) and one.camera == camera]


def moving_film(path: Path) -> Path:
    """Write a film whose every picture is large enough to count as moving."""
    rate = "nal-hrd=cbr:vbv-maxrate=300:vbv-bufsize=300"
    return make_video(path, frames=100, rate=10, gop=5, options={"b": "300k", "x264-params": rate})


def shown_while_shed(watched: Watched, detector: SlowDetector, least: int) -> Callable[[], bool]:
    """Return whether so many pictures of the low camera were seen in one and the same shed span."""
    since: list[int] = []

    def told() -> bool:
        if C not in watched.shed():
            since.clear()
            return False
        since.append(len(detector.seen[C]))
        return since[-1] >= since[0] + least

    return told


@pytest.mark.fault
def test_under_overload_recording_goes_on_and_every_second_not_looked_at_is_told(
    tmp_path: Path,
) -> None:
    film = moving_film(tmp_path / "film.mp4")
    # Three cameras at 5 pictures a second of 90 ms are too much, two are not.
    detector = SlowDetector(0.09)

    watched = Watched(tmp_path / "data", playing(film, PRIORITIES), detector)
    wait_for(lambda: C in watched.shed(), "the low camera to be shed")
    first = watched.shed()
    wait_for(lambda: len(detector.seen[A]) > 60, "the high one to be looked at")
    wait_for(shown_while_shed(watched, detector, 2), "glimpses of the shed one")
    detector.seconds = 0.0
    wait_for(lambda: not watched.shed(), "all to be taken back")
    count = len(detector.seen[C])
    wait_for(lambda: len(detector.seen[C]) > count + 5, "the low one to be looked at again")
    records = watched.stop()

    assert first == {C}
    sheds = [record for record in records if isinstance(record, Shed)]
    assert not [one for one in sheds if one.camera == A and one.cause is ShedCause.OVERLOAD]
    for camera in PRIORITIES:
        check_what_is_told(records, camera, detector.seen[camera])
    unseen = [one for one in sheds if one.camera == C]
    assert sum((one.end - one.start).total_seconds() for one in unseen) > 2
    masked = [
        record
        for record in records
        if isinstance(record, Segment) and (record.camera, record.stream) == (C, Stream.SHIELDED)
    ]
    glimpsed = [
        shown
        for shown in masked
        for one in unseen
        if one.start < shown.start < one.end and shown.end - one.start > GLIMPSE
    ]
    assert glimpsed


def test_nothing_is_shed_when_there_is_time_for_all(tmp_path: Path) -> None:
    film = moving_film(tmp_path / "film.mp4")
    detector = SlowDetector(0.0)

    watched = Watched(tmp_path / "data", playing(film, {A: AnalysisPriority.LOW}), detector)
    wait_for(lambda: len(detector.seen.get(A, ())) > 15, "the camera to be looked at")
    records = watched.stop()

    check_what_is_told(records, A, detector.seen[A])
    assert not [r for r in records if isinstance(r, Shed) and r.cause is ShedCause.OVERLOAD]


def test_a_span_left_open_by_a_killed_worker_ends_where_its_footage_ends(tmp_path: Path) -> None:
    film, clock = make_video(tmp_path / "film.mp4", frames=30), SystemClock()
    data, at = tmp_path / "data", clock.now() - timedelta(minutes=2)
    (data / "state").mkdir(parents=True)
    end = at + timedelta(seconds=42)
    (data / "state" / "A.json").write_text(f'{{"end_us": {to_us(end)}, "clean": false}}')
    killed = ShedSpans(data, A, IdMaker(clock))
    killed.open(at)
    killed.mark(killed.take()[1])

    for _ in range(2):  # told once, however often the worker starts
        recording = CameraRecording(
            data, Camera(id=A, url=str(film)), clock=clock, ids=IdMaker(clock),
            outbox=Outbox(data / "spool"), cutter=ThreadPoolExecutor(1),
            shelf=Shelf(read_volumes(data), clock), view=None,
        )  # fmt: skip
        recording.stop()
        recording.run()

    records = [from_line(line) for line in SpoolReader(data / "spool").read()[0]]
    (told,) = [record for record in records if isinstance(record, Shed)]
    assert (told.start, told.end, told.cause) == (at, end, ShedCause.OVERLOAD)
