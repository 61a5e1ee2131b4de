"""What a camera offers, and its first pictures: is it ours to read, and how are they coded."""

from __future__ import annotations

import io
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import av
from av.error import FFmpegError

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.footage import StreamFormat
from shanasheel.watch.sources.formats import describe
from shanasheel.watch.sources.parameter_sets import sets_in
from shanasheel.watch.sources.rtp_pictures import Picture
from shanasheel.watch.sources.rtp_sound import is_ours
from shanasheel.watch.sources.sdp import Media, parameter_sets

_DEMUXERS = {"H264": "h264", "H265": "hevc"}
_NEAR = 0.1  # a declared rate within this part of the measured one is believed


class NotOurs(Exception):
    """The camera sends what FFmpeg's reader reads and ours does not; says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is asked for of what a camera describes."""

    pictures: Media
    sound: Media | None


def choose(media: Sequence[Media], *, sound: bool) -> Offer | None:
    """Return the first pictures on offer, with the first sound where it is wanted; None for none.

    Raises:
        NotOurs: of a kind that is left to FFmpeg.
    """
    pictures = next((one for one in media if one.kind == "video"), None)
    heard = next((one for one in media if one.kind == "audio"), None) if sound else None
    if pictures is None:
        return None
    if pictures.encoding not in _DEMUXERS or pictures.rate_hz <= 0:
        raise NotOurs(f"pictures in {pictures.encoding or 'an untold codec'}")
    if pictures.format.get("packetization-mode", "0") not in ("0", "1"):
        raise NotOurs("interleaved units of H.264")
    if any(pictures.format.get(f"sprop-{name}", "0") != "0" for name in
           ("max-don-diff", "depack-buf-nalus", "interleaving-depth")):  # fmt: skip
        raise NotOurs("units out of order")
    if heard is not None and not is_ours(heard):
        raise NotOurs(f"sound in {heard.encoding or 'an untold codec'}")
    return Offer(pictures=pictures, sound=heard)


def merged(media: Media, pictures: Sequence[Picture]) -> tuple[list[Picture], bool]:
    """Join what a camera that marks every slice sends as many pictures; tell whether there was any.

    Pictures of one time alone are none: cameras repeat times.
    """
    found: list[Picture] = []
    for picture in pictures:
        if found and found[-1].stamp == picture.stamp and _goes_on(media, picture):
            before = found.pop()
            picture = Picture(
                picture.stamp, before.payload + picture.payload, before.is_key or picture.is_key
            )
        found.append(picture)
    return found, len(found) < len(pictures)


def format_of(media: Media, pictures: Sequence[Picture]) -> StreamFormat | None:
    """Return how the pictures are coded; None as long as no parameter sets came.

    Raises:
        NotOurs: they are sent in another order than they are shown.
        InvalidInput: their size is absurd.
    """
    chosen = next((one for one in pictures if one.is_key), pictures[0])
    codec = _DEMUXERS[media.encoding]
    # What comes with the pictures is right; cameras forget to change what they describe.
    told = b"" if sets_in(codec, chosen.payload) else parameter_sets(media)
    try:
        with av.open(io.BytesIO(told + chosen.payload), format=codec) as container:
            stream = container.streams.video[0]
            if stream.codec_context.has_b_frames or _reorders(pictures):
                raise NotOurs("pictures out of order")
            if not stream.codec_context.width:
                return None
            form = describe(stream)
    except (FFmpegError, IndexError):
        return None
    except InvalidInput:
        if chosen.is_key:
            raise
        return None
    return replace(
        form,
        time_base=Fraction(1, media.rate_hz),
        frame_rate=_rate_of(media, pictures),
        extradata=sets_in(codec, told + chosen.payload) or form.extradata,
    )


def tick_of(form: StreamFormat) -> int:
    """Return the ticks a picture usually lasts; 0 when unknown."""
    return round(1 / (form.frame_rate * form.time_base)) if form.frame_rate else 0


def _goes_on(media: Media, picture: Picture) -> bool:
    """Return whether its first slice is not the first of a picture.

    That is the first bit behind the unit's header: `first_mb_in_slice` is 0, coded as 1 (ITU-T
    H.264 §7.3.3), or `first_slice_segment_in_pic_flag` (H.265 §7.3.6.1).
    """
    hevc = media.encoding == "H265"
    for unit in picture.payload.split(b"\0\0\1")[1:]:
        kind = unit[0] >> 1 & 0x3F if hevc else unit[0] & 0x1F
        if len(unit) > 2 and (kind < 32 if hevc else 0 < kind < 6):
            return not unit[2 if hevc else 1] & 0x80
    return False


def _reorders(pictures: Sequence[Picture]) -> bool:
    half = 1 << 31
    steps = _steps(pictures)
    return any(step >= half for step in steps) and sum(step < half for step in steps) > 1


def _steps(pictures: Sequence[Picture]) -> list[int]:
    wrap = 1 << 32
    return [(after.stamp - before.stamp) % wrap for before, after in pairwise(pictures)]


def _rate_of(media: Media, pictures: Sequence[Picture]) -> float | None:
    steps = [step for step in _steps(pictures) if 0 < step < media.rate_hz * 10]
    if len(steps) < 3:
        return media.frame_rate
    measured = media.rate_hz / statistics.median(steps)
    declared = media.frame_rate or 0.0
    return declared if abs(declared - measured) < _NEAR * measured else round(measured, 3)
