"""Everything a check says of one camera: its streams, its clock, what it notices by itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from shanasheel.actions.signing import SignatureLook
from shanasheel.adapters.peers import Sense, read_offers
from shanasheel.app.noticing import device_of
from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput, NotFound, ShanasheelError
from shanasheel.domain.cameras import Camera
from shanasheel.domain.footage import GapCause
from shanasheel.prove.footage import Anchors
from shanasheel.watch.sources.probing import CameraReport, probe_camera

CLOCK_OFF_S = 2.0  # a person's word and the picture's stamp may differ so much and nobody minds


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraCheck:
    """What was found.

    Args:
        main: its main stream.
        sub: its sub stream; None where it has none.
        clock_offset_s: how far its clock is ahead of ours; None where it was not asked or cannot
            say.
        events: kinds of notices it offers, None where it was not asked.
        onvif_fault: why its device service did not answer; empty when it did, or was not asked.
        advice: what to change on the camera or about it, in words.
    """

    main: CameraReport
    sub: CameraReport | None
    clock_offset_s: float | None
    events: tuple[Sense, ...] | None
    onvif_fault: str
    advice: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Return whether every stream of it that is set sends pictures."""
        return self.main.ok and (self.sub is None or self.sub.ok)

    def plain(self) -> dict[str, object]:
        """Return it as JSON values, the main stream's at the top."""
        reached = self.main.cause is not GapCause.UNREACHABLE
        return {
            **asdict(self.main),
            "ok": self.ok,
            "reachable": self.main.ok or reached,
            "authenticated": False if self.main.cause is GapCause.REFUSED else self.main.ok or None,
            "clock_offset_s": None
            if self.clock_offset_s is None
            else round(self.clock_offset_s, 1),
            "events": None if self.events is None else list(self.events),
            "onvif_fault": self.onvif_fault,
            "sub": None if self.sub is None else asdict(self.sub),
            "advice": list(self.advice),
        }


def check_camera(camera: Camera, clock: Clock, *, seconds: float, anchors: Anchors) -> CameraCheck:
    """Look at a camera's streams for some seconds each, then ask its device service."""
    look = SignatureLook(anchors, clock.now())
    main = _probed(camera, clock, seconds, look)
    sub = None
    if camera.sub_url:
        sub = _probed(replace(camera, url=camera.sub_url, sub_url=""), clock, seconds, look)
    found = CameraCheck(
        main=main, sub=sub, clock_offset_s=None, events=None, onvif_fault="", advice=()
    )
    if camera.onvif:
        found = _asked(found, camera, clock)
    return replace(found, advice=_advice(found, camera))


def _probed(camera: Camera, clock: Clock, seconds: float, look: SignatureLook) -> CameraReport:
    """Probe one stream; an address that cannot be opened says so and hides no other camera."""
    try:
        return probe_camera(camera, clock, seconds=seconds, signatures=look)
    except (InvalidInput, NotFound) as fault:
        return CameraReport(
            camera=camera.id, ok=False, cause=GapCause.UNREACHABLE, detail=fault.message
        )


def _asked(found: CameraCheck, camera: Camera, clock: Clock) -> CameraCheck:
    try:
        xaddr, account = device_of(camera)
        offers = read_offers(xaddr, account, clock=clock)
    except ShanasheelError as fault:
        return replace(found, onvif_fault=fault.message)
    return replace(found, clock_offset_s=offers.clock_offset_s, events=offers.senses)


def _advice(found: CameraCheck, camera: Camera) -> tuple[str, ...]:
    advice = list(found.main.advice)
    if found.main.ok and _is_open(camera.url):
        advice.append("set a password on it: it shows its pictures to anybody")
    if found.sub is not None:
        advice += [f"sub stream: {words}" for words in _of_sub(found.sub, found.main)]
    offset_s = found.clock_offset_s
    if offset_s is not None and abs(offset_s) > CLOCK_OFF_S:
        way = "ahead" if offset_s > 0 else "behind"
        advice.append(f"set its clock or NTP: it is {abs(offset_s):.0f} s {way}")
    if found.onvif_fault:
        advice.append(f"ONVIF: {found.onvif_fault}")
    if found.events == () and camera.events:
        advice.append("switch motion and tamper events on, it offers none over ONVIF")
    return tuple(advice)


def _is_open(url: str) -> bool:
    """Return whether an address asks over the network without a user; an odd one has one."""
    return url.lower().startswith(("rtsp://", "rtsps://")) and "@" not in url


def _of_sub(sub: CameraReport, main: CameraReport) -> list[str]:
    if not sub.ok:
        return [sub.detail or "it sends nothing"]
    advice = list(sub.advice)
    if main.ok and sub.width_px * sub.height_px >= main.width_px * main.height_px:
        advice.append("choose a smaller picture, it is no smaller than the main one")
    return advice
