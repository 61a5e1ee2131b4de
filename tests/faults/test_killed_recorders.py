"""A recorder is really killed, at many places, and its successor really recovers."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from running import wait_for
from shanasheel.app.outbox import Outbox
from shanasheel.app.recording import CameraRecording
from shanasheel.base.clock import FakeClock, SystemClock, to_us
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import Segment
from shanasheel.domain.wire import from_line
from shanasheel.watch.recording import (
    Recovery,
    Shelf,
    SpoolReader,
    live_path,
    read_volumes,
    recover,
)
from videos import decoded_frames, make_video

pytestmark = pytest.mark.fault
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
C1 = CameraId("C1")

# Pushes pictures, says so after each, and waits for a word before the next: the killer knows
# exactly what was pushed, without sleeping.
_CHILD = """
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import read_footage
noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
clock = FakeClock(noon)
recorder = Recorder(data=Path(sys.argv[2]), camera=CameraId("C1"), stream=Stream.MAIN,
                    clock=clock, ids=IdMaker(clock), target_s=4)
stop = int(sys.argv[3])
for packet in read_footage(Path(sys.argv[1]), camera=CameraId("C1"), start=noon):
    for segment in recorder.push(packet):
        recorder.acknowledge(segment)
        print("segment", segment.end.isoformat(), flush=True)
    if packet.number + 1 == stop:
        print("reached", flush=True)
        sys.stdin.read()
"""


def killed_after(pictures: int, video: Path, data: Path) -> list[datetime]:
    """Record in a child, kill it after so many pictures; return the ends it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(video), str(data), str(pictures)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        ends = []
        for line in child.stdout:
            if line.startswith("reached"):
                break
            ends.append(datetime.fromisoformat(line.split()[1]))
        os.kill(child.pid, signal.SIGKILL)
    return ends


def recovered(data: Path) -> Recovery:
    clock = FakeClock(NOON)
    return recover(data, C1, Stream.MAIN, clock, IdMaker(clock))


@pytest.mark.parametrize("pictures", [60, 137, 199])
def test_a_killed_recorder_loses_only_the_open_fragment(tmp_path: Path, pictures: int) -> None:
    video = make_video(tmp_path / "a.mp4", frames=250, gop=50)

    ends = killed_after(pictures, video, tmp_path)
    found = recovered(tmp_path)

    (segment,) = found.segments
    assert segment.recovered
    assert segment.start == (ends[-1] if ends else NOON)
    lost_s = pictures / 25 - (segment.end - NOON).total_seconds()
    assert 0 <= lost_s <= 0.6
    file = tmp_path / segment.path
    assert decoded_frames(file) == segment.frames
    assert hashlib.sha256(file.read_bytes()).hexdigest() == segment.sha256
    assert found.last_end == segment.end
    assert not live_path(tmp_path, C1, Stream.MAIN).exists()


def test_recovering_twice_gives_the_same_segment_under_the_same_id(tmp_path: Path) -> None:
    killed_after(60, make_video(tmp_path / "a.mp4", frames=100), tmp_path)

    first = recovered(tmp_path)
    second = recovered(tmp_path)

    assert first == second
    assert first.segments


def test_a_recorder_killed_before_its_first_fragment_leaves_only_a_gap(tmp_path: Path) -> None:
    killed_after(3, make_video(tmp_path / "a.mp4", frames=100), tmp_path)

    found = recovered(tmp_path)

    assert found.segments == ()
    assert found.last_end == NOON
    assert not [path for path in (tmp_path / "archive").rglob("*") if path.is_file()]


def test_a_file_cut_at_any_byte_is_recovered_up_to_its_last_whole_fragment(
    tmp_path: Path,
) -> None:
    killed_after(90, make_video(tmp_path / "a.mp4", frames=100), tmp_path)
    (marker,) = (tmp_path / "archive").rglob("*.open")
    file = marker.with_suffix("")
    note, content = marker.read_bytes(), file.read_bytes()

    frames = []
    cuts = range(0, len(content), max(1, len(content) // 40))
    for end in (*cuts, len(content)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content[:end])
        marker.write_bytes(note)
        segments = recovered(tmp_path).segments
        frames.append(segments[0].frames if segments else 0)
        if segments:
            assert decoded_frames(file) == segments[0].frames
            assert segments[0].end <= NOON + timedelta(seconds=4)

    assert frames == sorted(frames)
    assert frames[0] == 0
    assert frames[-1] >= 75


def test_a_foreign_marker_is_named_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "archive" / "C1" / "2026"
    folder.mkdir(parents=True)
    (folder / "x.mp4.open").write_bytes(b"not json")

    assert recovered(tmp_path).unreadable == ("x.mp4.open",)
    assert (folder / "x.mp4.open").exists()


# Dies where a file was written beside its marker and is about to take its place.
_DIES_BEFORE_REPLACING = """
import os, pathlib, signal, sys
turns = int(sys.argv.pop())
def die(self, target, real=pathlib.Path.replace):
    global turns
    turns -= target.name.endswith(".open")
    return real(self, target) if turns else os.kill(os.getpid(), signal.SIGKILL)
pathlib.Path.replace = die
"""


@pytest.mark.parametrize("turn", ["1", "2", "3"])
def test_a_kill_while_a_marker_is_written_leaves_nothing_over(tmp_path: Path, turn: str) -> None:
    video = make_video(tmp_path / "a.mp4", frames=250, gop=50)
    script = _DIES_BEFORE_REPLACING + _CHILD
    command = [sys.executable, "-c", script, str(video), str(tmp_path), "250", turn]

    killed = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    half = list((tmp_path / "archive").rglob("*.part"))
    recovered(tmp_path)

    assert killed.returncode == -signal.SIGKILL
    assert len(half) == 1
    assert not list((tmp_path / "archive").rglob("*.part"))


def test_a_worker_killed_again_at_once_tells_no_gap_where_footage_was_recovered(
    tmp_path: Path,
) -> None:
    video = make_video(tmp_path / "a.mp4", frames=250, gop=50)
    killed_after(137, video, tmp_path)
    (tmp_path / "state").mkdir()
    state = tmp_path / "state" / "C1.json"
    state.write_text(json.dumps({"end_us": to_us(NOON), "clean": False}))
    clock, cutter = SystemClock(), ThreadPoolExecutor(1)
    recording = CameraRecording(
        tmp_path, Camera(id=C1, url="rtsp://127.0.0.1:9/nobody"), clock=clock, ids=IdMaker(clock),
        outbox=Outbox(tmp_path / "spool"), cutter=cutter,
        shelf=Shelf(read_volumes(tmp_path), clock), view=None,
    )  # fmt: skip

    thread = threading.Thread(target=recording.run)
    thread.start()
    wait_for(lambda: not list(tmp_path.rglob("*.open")), "the rescued to be acknowledged")
    left = json.loads(state.read_bytes())  # what a successor of a second kill would go by
    recording.stop()
    thread.join()
    cutter.shutdown()

    lines = SpoolReader(tmp_path / "spool").read()[0]
    ends = [record.end for record in map(from_line, lines) if isinstance(record, Segment)]
    assert left == {"end_us": to_us(max(ends)), "clean": False}
    assert max(ends) > NOON + timedelta(seconds=4)
