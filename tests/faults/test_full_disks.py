"""A disk that takes no more: refused by name, and what was written is found again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.watch.recording import SpoolReader, recover
from videos import decoded_frames, make_video

pytestmark = pytest.mark.fault

# The kernel refuses to let any file of this process grow above the limit (EFBIG).
_RECORD = """
import resource, sys
from pathlib import Path
from shanasheel.base.clock import EPOCH, FakeClock
from shanasheel.base.errors import Exhausted
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import read_footage
packets = list(read_footage(Path(sys.argv[1]), camera=CameraId("C1"), start=EPOCH))
clock = FakeClock()
recorder = Recorder(data=Path(sys.argv[2]), camera=CameraId("C1"), stream=Stream.MAIN,
                    clock=clock, ids=IdMaker(clock), target_s=60)
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
try:
    for packet in packets:
        recorder.push(packet)
    recorder.finish()
except Exhausted as error:
    print("refused:", error)
assert recorder.finish() == ()
"""
_SPOOL = """
import resource, sys
from pathlib import Path
from shanasheel.base.errors import Exhausted
from shanasheel.watch.recording import Spool
spool = Spool(Path(sys.argv[1]))
spool.append([b"before"], durable=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    spool.append([b"x" * 60, b"y" * 60], durable=True)
except Exhausted as error:
    print("refused:", error)
spool.append([b"after"], durable=True)
"""


def run(script: str, *arguments: Path) -> str:
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_ends_the_session_and_keeps_what_is_whole(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", frames=200)

    said = run(_RECORD, video, tmp_path)

    assert "refused:" in said
    assert "Free space" in said
    clock = FakeClock()
    (segment,) = recover(tmp_path, CameraId("C1"), Stream.MAIN, clock, IdMaker(clock)).segments
    assert segment.recovered
    assert decoded_frames(tmp_path / segment.path) == segment.frames > 0


def test_a_full_disk_leaves_no_half_batch_in_the_spool(tmp_path: Path) -> None:
    said = run(_SPOOL, tmp_path)

    assert "refused:" in said
    assert SpoolReader(tmp_path).read("")[0] == (b"before", b"after")
