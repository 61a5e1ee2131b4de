"""Listening never holds recording up: what is too much is passed over and told."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np

from running import wait_for
from shanasheel.app.listening import Listening
from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.footage import Packet, Shed, ShedCause, StreamFormat
from shanasheel.domain.wire import Spooled, from_line
from shanasheel.watch.sound import load_classifier

_BEGUN = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
_FORM = StreamFormat(
    codec="pcm_mulaw", extradata=b"", width_px=0, height_px=0, time_base=Fraction(1, 8_000),
    frame_rate=None, rotation_deg=0, template=None, rate_hz=8_000, channels=1,
)  # fmt: skip
_UNKNOWN = StreamFormat(
    codec="nonsense", extradata=b"", width_px=0, height_px=0, time_base=Fraction(1, 8_000),
    frame_rate=None, rotation_deg=0, template=None, rate_hz=8_000, channels=1,
)  # fmt: skip


def packets(first: int, count: int, form: StreamFormat = _FORM) -> list[Packet]:
    """Return silence in packets of 20 ms; every 200th is a crash that dies away within it."""
    random = np.random.default_rng(1)
    found = []
    for number in range(first, first + count):
        loud = number % 200 == 100
        payload = random.integers(0, 256, 160).astype(np.uint8).tobytes() if loud else b"\xff" * 160
        at = _BEGUN + timedelta(seconds=number / 50)
        found.append(Packet(CameraId("GATE"), at, number, number * 160, number * 160, 160, True,
                            payload, form))  # fmt: skip
    return found


def spooled(folder: Path) -> list[Spooled]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        from_line(line)
        for path in files
        for line in path.read_bytes().splitlines()
        if line.startswith(b'{"record"')
    ]


def test_sound_that_waits_too_long_is_passed_over_told_and_then_heard_again(
    tmp_path: Path,
) -> None:
    clock = SystemClock()
    listening = Listening(ids=IdMaker(clock), outbox=Outbox(tmp_path / "spool"), most_waiting=500)
    listen = listening.add(Camera(id=CameraId("GATE"), url="file"))
    for first in range(0, 500, 50):
        listen(packets(first, 50))
    listen(packets(500, 20))  # nobody has listened yet
    thread = threading.Thread(target=listening.run, args=(load_classifier,))
    thread.start()
    (shed,) = wait_for(lambda: spooled(tmp_path / "spool"), "the span to be told")  # type: ignore[misc]
    listen(packets(520, 50, _UNKNOWN))  # no decoder: said, and survived
    listen(None)
    listen(packets(570, 400))
    listening.stop()
    thread.join(60)

    assert not thread.is_alive()
    assert isinstance(shed, Shed)
    assert (shed.camera, shed.cause) == ("GATE", ShedCause.UNHEARD)
    assert (shed.start, shed.end) == (_BEGUN, _BEGUN + timedelta(seconds=519 / 50))
