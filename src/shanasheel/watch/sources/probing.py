"""Looking at a camera for a few seconds: does it answer, what does it send, what would hurt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from shanasheel.base.clock import Clock
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import GapCause, Packet
from shanasheel.domain.signing import CameraSignature
from shanasheel.watch.sources.losses import SourceLost
from shanasheel.watch.sources.signing import signer_of
from shanasheel.watch.sources.source import open_source

Signatures = Callable[[Sequence[Packet]], CameraSignature | None]

_LONG_GOP_S = 4.1  # segments are cut at key pictures: longer groups make late, uneven segments
_LARGEST_BPS = 16e6


class Advice(StrEnum):
    """What to change on a camera, in words; the names are for machines."""

    CODEC = "set the codec to H.264 or H.265"
    KEY_INTERVAL = "set the key-frame interval to 1 or 2 seconds"
    REORDERS = "turn B-frames off: they make live views late"
    BITRATE = "lower the bit rate: 4 Mbit/s is plenty for 1080p"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraReport:
    """What a camera was found to be.

    Args:
        ok: it answers, lets us in and sends pictures.
        cause: why not, where it is not.
        rate: pictures a second measured; 0 when too few came.
        key_s: seconds between key pictures; None when fewer than two came.
        reorders: it sends pictures in another order than they are shown (B-frames).
        audio: codec of the sound it sends beside; empty when none, or when it is not asked for it.
        signed: whose signatures the pictures carry, `onvif` or `axis`; empty when none.
        signature: what those of `onvif` say; None when nobody checked them, or they are `axis`.
        advice: what to change on the camera, in words.
    """

    camera: str
    ok: bool
    cause: GapCause | None = None
    detail: str = ""
    codec: str = ""
    width_px: int = 0
    height_px: int = 0
    rate: float = 0.0
    bitrate_bps: float = 0.0
    key_s: float | None = None
    reorders: bool = False
    audio: str = ""
    signed: str = ""
    signature: CameraSignature | None = None
    advice: tuple[str, ...] = ()


def probe_camera(
    camera: Camera, clock: Clock, *, seconds: float = 6.0, signatures: Signatures | None = None
) -> CameraReport:
    """Read a camera for some seconds and say what it is; nothing is stored.

    Args:
        signatures: checks the camera's own.

    Raises:
        InvalidInput: its address cannot be one.
    """
    try:
        source = open_source(replace(camera, sound=True), clock)
    except SourceLost as lost:
        return CameraReport(camera=camera.id, ok=False, cause=lost.cause, detail=lost.detail)
    packets: list[Packet] = []
    begun_s = clock.monotonic_s()
    try:
        for packet in source.packets():
            packets.append(packet)
            if clock.monotonic_s() - begun_s >= seconds:
                break
    except SourceLost as lost:
        if not packets:
            return CameraReport(camera=camera.id, ok=False, cause=lost.cause, detail=lost.detail)
    finally:
        source.close()
    if not packets:
        return CameraReport(
            camera=camera.id, ok=False, cause=GapCause.SIGNAL_LOST, detail="no picture came"
        )
    heard = source.sound.format
    found = replace(_report(camera, packets), audio=heard.codec if heard else "")
    checked = signatures(packets) if signatures and found.signed == "onvif" else None
    return replace(found, signature=checked)


def _report(camera: Camera, packets: list[Packet]) -> CameraReport:
    form = packets[0].format
    base = form.time_base or Fraction(1, 90_000)
    span_s = float((packets[-1].dts - packets[0].dts) * base)
    keys = [packet for packet in packets if packet.is_key]
    key_s = None
    if len(keys) > 1:
        key_s = float((keys[-1].dts - keys[0].dts) * base) / (len(keys) - 1)
    reorders = any(packet.pts - packet.dts > 2 * packet.duration > 0 for packet in packets)
    sent = sum(len(packet.payload) for packet in packets[:-1])
    found = CameraReport(
        camera=camera.id,
        ok=True,
        codec=form.codec,
        width_px=form.width_px,
        height_px=form.height_px,
        rate=(len(packets) - 1) / span_s if span_s > 0 else 0.0,
        bitrate_bps=8 * sent / span_s if span_s > 0 else 0.0,
        key_s=key_s,
        reorders=reorders,
        signed=signer_of(packets),
    )
    return _advised(found, span_s)


def _advised(found: CameraReport, span_s: float) -> CameraReport:
    advice: list[str] = []
    if found.codec not in ("h264", "hevc"):
        advice.append(Advice.CODEC)
    if (found.key_s is None and span_s > _LONG_GOP_S) or (found.key_s or 0) > _LONG_GOP_S:
        advice.append(Advice.KEY_INTERVAL)
    if found.reorders:
        advice.append(Advice.REORDERS)
    if found.bitrate_bps > _LARGEST_BPS:
        advice.append(Advice.BITRATE)
    return replace(found, advice=tuple(advice))
