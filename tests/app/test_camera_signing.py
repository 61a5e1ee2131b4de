"""Cameras that sign their pictures: checked while they are recorded, over all files of a stream."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import av
import pytest

from footage import data_folder
from rtsp_server import rtsp_server
from shanasheel.actions.factmaking import segment_fact
from shanasheel.actions.signing import anchors_folder
from shanasheel.app.signing import CameraSigning, file_grouping
from shanasheel.base.clock import FakeClock, SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import Packet, Segment
from shanasheel.domain.gops import GroupHasher, prefixed
from shanasheel.domain.signing import Doubt, SignatureState
from shanasheel.domain.wire import from_line, to_line
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import open_source, read_footage

THEN = datetime(2025, 1, 1, tzinfo=UTC)  # the samples' certificate lasted a year
CAMERA = Camera(id=CameraId("C1"), url="rtsp://camera/1")
SAMPLES = ["test_signed_h264.mp4", "test_signed_h265.mp4"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that trusts who made the samples."""
    anchors = anchors_folder(tmp_path)
    anchors.mkdir(parents=True)
    (tmp_path / "state").mkdir()
    shutil.copy(data_folder("vectors/onvif-media-signing") / "ca.pem", anchors / "maker.pem")
    return tmp_path


class _Recording:
    """A camera recorded as the product does, in files of one group of pictures."""

    def __init__(self, data: Path) -> None:
        clock = FakeClock(THEN)
        ids = IdMaker(clock)
        self.signing = CameraSigning(data, CAMERA, clock=clock, ids=ids)
        self.recorder = Recorder(
            data=data, camera=CAMERA.id, stream=Stream.MAIN, clock=clock, ids=ids, target_s=1.0,
            grouping=self.signing.grouping(),
        )  # fmt: skip
        self.segments: list[Segment] = []
        self.events: list[Event] = []

    def record(self, packets: list[Packet]) -> None:
        """Record one session."""
        for packet in packets:
            self._keep(self.recorder.push(packet))
        self._keep(self.recorder.finish())

    def _keep(self, done: tuple[Segment, ...]) -> None:
        for segment in done:
            self.segments.append(segment)
            if event := self.signing.note(segment):
                self.events.append(event)

    @property
    def states(self) -> list[SignatureState | None]:
        return [one.signed.state if one.signed else None for one in self.segments]


def _packets(name: str, start: datetime = THEN) -> list[Packet]:
    file = data_folder("vectors/onvif-media-signing") / name
    return list(read_footage(file, camera=CAMERA.id, start=start))


@pytest.mark.parametrize("name", SAMPLES)
def test_signatures_hold_over_the_borders_of_files(name: str, data: Path) -> None:
    recording = _Recording(data)

    recording.record(_packets(name))

    assert len(recording.segments) >= 5
    held = [one.signed for one in recording.segments if one.signed and one.signed.groups]
    # The first document only tells that the camera signs; the second comes a group later.
    assert [one.state for one in held] == [SignatureState.OK] * len(held)
    assert [one.last for one in held] == [3, 4]
    assert recording.signing.state is SignatureState.OK
    assert not recording.events


@pytest.mark.parametrize("name", SAMPLES)
def test_a_camera_known_to_sign_is_checked_from_its_first_picture(name: str, data: Path) -> None:
    _Recording(data).record(_packets(name))
    after_restart = _Recording(data)

    after_restart.record(_packets(name))

    assert sum(one.signed.groups for one in after_restart.segments if one.signed) == 4
    assert not after_restart.events


@pytest.mark.parametrize("name", SAMPLES)
def test_changed_bits_raise_an_alert_and_are_in_the_record(name: str, data: Path) -> None:
    _Recording(data).record(_packets(name))
    recording = _Recording(data)
    packets = _packets(name)
    payload = bytearray(packets[90].payload)
    payload[-2] ^= 1
    packets[90] = packets[90]._replace(payload=bytes(payload))

    recording.record(packets)

    (event,) = recording.events
    assert (event.kind, event.detail) == (EventKind.CAMERA_TAMPERED, "signature_bad")
    bad = [one for one in recording.segments if one.signed and Doubt.PICTURES in one.signed.doubts]
    assert len(bad) == 1
    told = json.loads(segment_fact(bad[0]).body)["signed"]
    assert (told["state"], told["doubts"]) == ("bad", ["pictures"])
    assert from_line(to_line(bad[0])) == bad[0]


def test_a_camera_that_signs_no_more_raises_an_alert_once(data: Path) -> None:
    _Recording(data).record(_packets("test_signed_h264.mp4"))
    recording = _Recording(data)

    for session in range(4):
        start = THEN + timedelta(minutes=session)
        recording.record(_packets("test_h264.mp4", start))
    _Recording(data).record(_packets("test_h264.mp4"))

    (event,) = recording.events
    assert (event.kind, event.detail) == (EventKind.CAMERA_TAMPERED, "signature_gone")
    assert recording.signing.state is SignatureState.NONE
    assert recording.states[-1] is SignatureState.NONE


def test_a_camera_that_never_signed_is_not_missed(data: Path) -> None:
    recording = _Recording(data)

    recording.record(_packets("test_h264.mp4"))

    assert set(recording.states) == {None}
    assert recording.signing.state is None
    assert "signed" not in json.loads(segment_fact(recording.segments[0]).body)


def test_without_trusted_certificates_signatures_are_checked_in_part(data: Path) -> None:
    (anchors_folder(data) / "maker.pem").unlink()
    (anchors_folder(data) / "broken.pem").write_text("no certificate")
    recording = _Recording(data)

    recording.record(_packets("test_signed_h264.mp4"))

    assert recording.signing.state is SignatureState.PARTIAL
    assert not recording.events


def test_another_cameras_signed_film_raises_an_alert(data: Path) -> None:
    _Recording(data).record(_packets("test_signed_h264.mp4"))
    memory = data / "state" / f"{CAMERA.id}.signing"
    state, certificate = memory.read_text().split()
    memory.write_text(f"{state} {'00' * 32}")  # as if another had signed so far
    recording = _Recording(data)

    recording.record(_packets("test_signed_h264.mp4"))

    (event,) = recording.events
    assert (event.kind, event.detail) == (EventKind.CAMERA_TAMPERED, "signature_other")
    assert memory.read_text() == f"ok {certificate}"


def test_a_lost_connection_is_no_change_of_pictures(data: Path) -> None:
    _Recording(data).record(_packets("test_signed_h264.mp4"))
    recording = _Recording(data)
    packets = _packets("test_signed_h264.mp4")

    recording.record(packets[:100])
    recording.record([one._replace(at=one.at + timedelta(seconds=9)) for one in packets[150:]])

    assert not recording.events
    assert SignatureState.BAD not in recording.states


def test_footage_handed_in_is_checked_from_its_first_picture(data: Path) -> None:
    clock = FakeClock(THEN)
    recorder = Recorder(
        data=data, camera=CAMERA.id, stream=Stream.MAIN, clock=clock, ids=IdMaker(clock),
        target_s=60, grouping=file_grouping(data, THEN),
    )  # fmt: skip
    for packet in _packets("test_signed_h265.mp4"):
        recorder.push(packet)

    (segment,) = recorder.finish()

    assert segment.signed is not None
    assert segment.signed.state is SignatureState.OK
    assert segment.signed.groups == 4


def _with_start_codes(target: Path) -> Path:
    """Write the H.264 sample as a camera sends it: start codes, and emulation prevention."""
    source = data_folder("vectors/onvif-media-signing") / "test_signed_h264.mp4"
    with av.open(str(source)) as container, target.open("wb") as out:
        stream = container.streams.video[0]
        extradata = bytes(stream.codec_context.extradata or b"")
        at = 6  # one SPS, then one PPS, each behind its size (ISO/IEC 14496-15 §5.3.3.1)
        for _ in range(2):
            size = int.from_bytes(extradata[at : at + 2])
            out.write(b"\0\0\0\1" + extradata[at + 2 : at + 2 + size])
            at += 2 + size + 1
        for packet in container.demux(stream):
            for unit in prefixed(memoryview(bytes(packet)), 4):
                out.write(b"\0\0\0\1" + (_escaped(unit) if unit[0] == 6 else bytes(unit)))
    return target


def _escaped(unit: memoryview) -> bytes:
    found, zeros = bytearray(), 0
    for byte in unit:
        if zeros >= 2 and byte <= 3:
            found.append(3)
            zeros = 0
        zeros = 0 if byte else zeros + 1
        found.append(byte)
    return bytes(found)


def test_what_comes_with_start_codes_holds_too(data: Path, tmp_path: Path) -> None:
    raw = _with_start_codes(tmp_path / "camera.h264")
    recording = _Recording(data)
    recording.record(list(read_footage(raw, camera=CAMERA.id, start=THEN)))
    again = _Recording(data)

    again.record(list(read_footage(raw, camera=CAMERA.id, start=THEN)))

    assert recording.signing.state is SignatureState.OK
    assert sum(one.signed.groups for one in again.segments if one.signed) == 4
    assert not again.events


def test_signatures_hold_over_rtsp(data: Path, tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    raw, served = _with_start_codes(tmp_path / "camera.h264"), tmp_path / "served"
    served.mkdir()
    command = ["ffmpeg", "-loglevel", "error", "-r", "25", "-i", str(raw), "-c", "copy"]
    # The server sends parameter sets by itself: beside those in the file they would be double.
    more = ["-bsf:v", "filter_units=remove_types=7-8", str(served / "a.mp4")]
    subprocess.run([*command, *more], check=True)
    clock = SystemClock()
    recorder = Recorder(
        data=data, camera=CAMERA.id, stream=Stream.MAIN, clock=clock, ids=IdMaker(clock),
        target_s=1.0, grouping=file_grouping(data, THEN),
    )  # fmt: skip
    segments: list[Segment] = []
    with rtsp_server(served) as door:
        camera = replace(CAMERA, url=f"rtsp://127.0.0.1:{door.port}/a.mp4")
        source = open_source(camera, clock)
        for packet in islice(source.packets(), 150):  # two groups and a half, 6 s
            segments += recorder.push(packet)
        source.close()
    segments += recorder.finish()

    found = [one.signed for one in segments if one.signed]
    assert sum(one.groups for one in found) >= 1
    assert {one.state for one in found if one.groups} == {SignatureState.OK}
    assert not any(one.state is SignatureState.BAD for one in found)


def test_a_signed_film_in_a_loop_is_told_as_replayed(data: Path) -> None:
    recording = _Recording(data)
    film = _packets("test_signed_h264.mp4")
    again, last = timedelta(seconds=11), film[-1].dts + film[-1].duration
    shifted = [
        one._replace(
            at=one.at + again, pts=one.pts + last, dts=one.dts + last, format=film[0].format
        )
        for one in _packets("test_signed_h264.mp4")
    ]

    recording.record([*film, *shifted])

    (event,) = recording.events
    assert event.detail == "signature_bad"
    doubts = [doubt for one in recording.segments if one.signed for doubt in one.signed.doubts]
    assert Doubt.REPLAYED in doubts


def test_pictures_that_units_do_not_fill_are_not_shown_to_the_check() -> None:
    assert GroupHasher("mjpeg", 0).has_units is False
