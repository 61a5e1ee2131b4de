"""The parts of our RTSP reader, fed with whatever a camera may send in whatever pieces."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.watch.sources.interleaved import MESSAGE, Interleaved, NotRtsp
from shanasheel.watch.sources.rtp_clock import MediaClock, beside, read_reports
from shanasheel.watch.sources.rtp_pictures import Pictures
from shanasheel.watch.sources.rtp_sound import Sounds
from shanasheel.watch.sources.rtsp_messages import parse
from shanasheel.watch.sources.sdp import Media, describe_session, parameter_sets

START = b"\0\0\0\1"


def framed(channel: int, content: bytes) -> bytes:
    return b"$" + bytes((channel,)) + struct.pack(">H", len(content)) + content


def message(body: bytes) -> bytes:
    return b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def fed(stream: bytes, sizes: list[int]) -> list[tuple[int, bytes]]:
    """Return what a splitter finds in a stream that comes in pieces of these sizes."""
    incoming, found, at = Interleaved(), [], 0
    pieces = [*sizes, len(stream)]
    while at < len(stream):
        room = incoming.room()
        assert len(room) > 0
        count = min(max(1, pieces.pop(0) if len(pieces) > 1 else len(stream)), len(room))
        piece = stream[at : at + count]
        room[: len(piece)] = piece
        incoming.received(len(piece))
        at += len(piece)
        found += [(channel, bytes(content)) for channel, content in incoming.take()]
    return found


PIECES = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 255), st.binary(max_size=3000)),
        st.tuples(st.just(MESSAGE), st.binary(max_size=300)),
    ),
    max_size=12,
)


@given(PIECES, st.lists(st.integers(1, 4000), max_size=40))
def test_packets_and_messages_are_the_same_however_they_are_cut(
    pieces: list[tuple[int, bytes]], sizes: list[int]
) -> None:
    stream = b"".join(
        message(content) if channel == MESSAGE else framed(channel, content)
        for channel, content in pieces
    )

    found = fed(stream, sizes)

    assert [
        (channel, parse(content).body if channel == MESSAGE else content)
        for channel, content in found
    ] == pieces


@given(st.binary(max_size=20_000), st.lists(st.integers(1, 4000), max_size=40))
def test_garbage_never_ends_in_anything_but_a_refusal(noise: bytes, sizes: list[int]) -> None:
    try:
        found = fed(noise, sizes)
    except NotRtsp:
        return

    assert sum(len(content) for _, content in found) <= len(noise)


@given(st.binary(max_size=2_000))
def test_a_camera_out_of_step_is_in_step_again(noise: bytes) -> None:
    noise = noise.replace(b"$", b"x").lower()  # a request of the camera's would be waited for

    assert (3, b"here") in fed(noise + framed(3, b"here") + framed(3, b"here"), [1000] * 10)


@pytest.mark.parametrize(
    "stream",
    [
        b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 5_000,
        b"RTSP/1.0 200 OK\r\nX: " + b"y" * 40_000,
        b"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"x" * 600_000,
    ],
)
def test_what_has_no_end_is_refused(stream: bytes) -> None:
    with pytest.raises(NotRtsp):
        fed(stream, [9_000] * 100)


@given(st.binary(max_size=500))
def test_any_message_is_read_or_left(content: bytes) -> None:
    parse(content)
    parse(b"RTSP/1.0 200 OK\r\n" + content)


@given(st.binary(max_size=1_000))
def test_any_description_is_read(content: bytes) -> None:
    _, media = describe_session(b"m=video 0 RTP/AVP 96\r\na=fmtp:96 " + content)
    for one in media:
        parameter_sets(one)


def rtp(content: bytes, *, stamp: int = 0, mark: bool = False, kind: int = 96) -> bytes:
    return struct.pack(">BBHII", 0x80, kind | 0x80 * mark, 0, stamp, 1) + content


def cut_h264(unit: bytes, size: int) -> list[bytes]:
    if len(unit) <= size:
        return [unit]
    parts = [unit[at : at + size] for at in range(1, len(unit), size)]
    flags = [0x80, *[0] * (len(parts) - 2), 0x40] if len(parts) > 1 else [0xC0]
    head = unit[0] & 0xE0 | 28
    return [
        bytes((head, flag | unit[0] & 0x1F)) + part for flag, part in zip(flags, parts, strict=True)
    ]


def cut_h265(unit: bytes, size: int) -> list[bytes]:
    if len(unit) <= size:
        return [unit]
    parts = [unit[at : at + size] for at in range(2, len(unit), size)]
    flags = [0x80, *[0] * (len(parts) - 2), 0x40] if len(parts) > 1 else [0xC0]
    head = bytes((unit[0] & 0x81 | 49 << 1, unit[1]))
    return [
        head + bytes((flag | unit[0] >> 1 & 0x3F,)) + part
        for flag, part in zip(flags, parts, strict=True)
    ]


@given(
    st.sampled_from(["H264", "H265"]),
    st.lists(st.lists(st.binary(min_size=3, max_size=400), min_size=1, max_size=4), max_size=6),
    st.integers(3, 300),
    st.booleans(),
)
def test_pictures_come_together_again_however_they_were_cut(
    encoding: str, contents: list[list[bytes]], size: int, marks: bool
) -> None:
    head = b"\x61" if encoding == "H264" else b"\x02\x01"
    pictures = [[head + content for content in units] for units in contents]
    cut = cut_h264 if encoding == "H264" else cut_h265
    taken = Pictures(encoding, 96)
    for number, units in enumerate(pictures):
        parts = [part for unit in units for part in cut(unit, size)]
        for at, part in enumerate(parts):
            packet = rtp(part, stamp=number * 3000, mark=marks and at == len(parts) - 1)
            buffer = bytearray(packet)
            taken.push(memoryview(buffer))
            taken.settle()
            buffer[:] = bytes(len(buffer))  # the next receiving writes over it
    taken.push(memoryview(rtp(head + b"next", stamp=10**6)))

    assert [one.payload for one in taken.done] == [
        b"".join(START + unit for unit in units) for units in pictures
    ]
    assert [one.stamp for one in taken.done] == [at * 3000 for at in range(len(pictures))]


@given(st.sampled_from(["H264", "H265"]), st.lists(st.binary(max_size=80), max_size=30))
def test_any_packets_make_pictures_or_nothing(encoding: str, packets: list[bytes]) -> None:
    taken, clock = Pictures(encoding, 96), MediaClock(90_000)
    sounds = Sounds(Media(kind="audio", type=96, encoding="MPEG4-GENERIC", rate_hz=8000))
    for content in packets:
        for packet in (content, rtp(content), b"\xb2" + rtp(content)[1:]):
            taken.push(memoryview(packet))
            sounds.push(memoryview(packet))
            read_reports(memoryview(packet), clock)
            clock.taken_at(clock.ticks(len(packet)))
    taken.settle()

    assert all(one.payload.startswith(START) for one in taken.done)


def test_key_pictures_are_known_by_their_slices_or_a_recovery_point() -> None:
    taken = Pictures("H264", 96)
    for number, units in enumerate(
        [[b"\x67sps", b"\x65idr"], [b"\x61slice"], [b"\x06\x06\x01\x84\x80", b"\x61slice"]]
    ):
        for at, unit in enumerate(units):
            taken.push(memoryview(rtp(unit, stamp=number, mark=at + 1 == len(units))))

    assert [one.is_key for one in taken.done] == [True, False, True]


def test_a_picture_is_bounded() -> None:
    taken = Pictures("H264", 96)
    packet = memoryview(rtp(b"\x61" + bytes(60_000)))
    for _ in range(2_000):
        taken.push(packet)

    assert sum(len(part) for part in taken._parts) < 64 * 1024 * 1024


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(-(2**30), 2**30), max_size=20))
def test_rtp_time_goes_on_over_its_wrap(first: int, steps: list[int]) -> None:
    clock, stamp, expected = MediaClock(90_000), first, 0
    assert clock.ticks(first) == 0
    for step in steps:
        stamp, expected = (stamp + step) % 2**32, expected + step
        assert clock.ticks(stamp) == expected


def report(ntp_s: int, stamp: int) -> memoryview:
    return memoryview(
        struct.pack(">BBHIIIIII", 0x80, 200, 6, 1, ntp_s + 2_208_988_800, 0, stamp, 0, 0)
    )


def test_sound_is_set_beside_its_pictures_by_the_reports_of_both() -> None:
    pictures, sound = MediaClock(90_000), MediaClock(8_000)
    pictures.ticks(500)
    sound.ticks(70)
    assert beside(sound, 8_000, pictures) == 8_000

    read_reports(report(1_800_000_000, 500), pictures)
    read_reports(report(1_800_000_001, 70), sound)

    assert beside(sound, 8_000, pictures) == 16_000
    assert pictures.taken_at(90_000).timestamp() == 1_800_000_001
