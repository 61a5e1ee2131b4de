"""How well tampering is noticed: clips altered by a script of ours, through the product's path."""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import VIEW_TAMPERING, Event
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.footage import Packet
from shanasheel.domain.seen import Detections
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import PacketDecoder, Picture, TamperWatch
from shanasheel.watch.vision.altered_films import (
    CHANGES,
    LOOP_S,
    TAMPERED,
    Scene,
    length_s,
    make_film,
)

_USUAL_S, _QUIET_S = 12.0, 24.0  # a quiet scene is no longer looked at closely by then
_AFTER_S = {"looped": 26.0, "replayed": 26.0}
_AFTER_OTHERS_S = 14.0
_EVERY_S = 35.0  # scenes of one clip begin so far apart
_LIMIT_S = {"looped": 30.0, "replayed": 30.0}
_LIMIT_OTHERS_S = 10.0
_COST_PICTURES = 500
_KEY_S = 2.0
_CALLED = {"replayed": "looped"}
_START = datetime(2026, 1, 1, tzinfo=UTC)
_CAMERA = Camera(id=CameraId("bench"), url="rtsp://bench/")


@dataclass(slots=True)
class Tally:
    """One change over all its scenes.

    Args:
        scenes: altered films made; found: those with the right event in time.
        named_other: those with an event of another kind of tampering alone.
        delays_s: from the change to the event, in footage.
        alarms: events before the change, or at all where the change is harmless.
        played_s: footage in which an alarm would be false.
    """

    scenes: int = 0
    found: int = 0
    named_other: int = 0
    delays_s: list[float] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    played_s: float = 0.0


class Nobody:
    """Sees nothing: tampering is judged without detections, and they would cost most."""

    backend = "none"

    def detect_parts(self, picture: Picture, _parts: object) -> Detections:
        """Return no boxes."""
        return self.detect(picture)

    def detect(self, picture: Picture) -> Detections:
        """Return no boxes."""
        return Detections(
            camera=picture.camera,
            at=picture.at,
            frame_index=picture.frame_index,
            width_px=picture.width_px,
            height_px=picture.height_px,
            boxes=np.zeros((0, 4), np.float32),
            scores=np.zeros(0, np.float32),
            kinds=np.zeros(0, np.int16),
            labels=np.zeros(0, np.int16),
        )


def measure_tampering(
    clips: Sequence[Path], *, clock: Clock, changes: Sequence[str] = (), most: int = 0,
    progress: Callable[[str], None] = lambda _text: None,
) -> dict[str, object]:  # fmt: skip
    """Alter each clip's scenes in every way, look at them as live, and return the scores.

    Args:
        changes: of `TAMPERED` and `CHANGES`; empty for all.
        most: scenes for each change at most; 0 for all.

    Raises:
        InvalidInput: a clip cannot be played, or a change is unknown.
    """
    if unknown := set(changes) - {*TAMPERED, *CHANGES}:
        raise InvalidInput(f"There is no change {', '.join(sorted(unknown))}.",
                           f"Name some of {', '.join((*TAMPERED, *CHANGES))}.")  # fmt: skip
    tallies: dict[str, Tally] = {}
    for change in changes or (*TAMPERED, *CHANGES):
        scenes = list(_scenes(clips, change))
        for seed, scene in enumerate(scenes[: most or None]):
            tally = tallies.setdefault(change, Tally())
            _judge(tally, change, scene, _played(scene, change, seed, clock))
            progress(f"{change} {scene.clip.stem} {scene.begin_s:g}"
                     f"{' quiet' if scene.quiet else ''}: {tally.found}/{tally.scenes}"
                     f" {tally.delays_s[-1:]} {tally.alarms}")  # fmt: skip
    return {
        "clips": len(clips),
        "changes": {change: _scores(change, tally) for change, tally in tallies.items()},
        **_alarms(list(tallies.values())),
        **_cost(clips[0]),
    }


def _scenes(clips: Sequence[Path], change: str) -> Iterator[Scene]:
    """Yield the scenes of every clip: some where things move, and one where nothing does.

    A short clip is played back and forth and no further; it cannot loop then.
    """
    after_s = _AFTER_S.get(change, _AFTER_OTHERS_S)
    for clip in clips:
        long_s = length_s(clip)
        whole_s = _USUAL_S + after_s
        begin_s = 0.0
        while begin_s == 0.0 or begin_s + whole_s <= long_s:
            if long_s >= whole_s:
                yield Scene(clip=clip, begin_s=begin_s, usual_s=_USUAL_S, after_s=after_s)
            elif change != "looped" and 2 * long_s >= 16.0:
                usual_s = min(_USUAL_S, 2 * long_s - 11.0)
                yield Scene(clip=clip, begin_s=0.0, usual_s=usual_s,
                            after_s=min(after_s, 2 * long_s - usual_s))  # fmt: skip
            begin_s += _EVERY_S
        if change != "looped":  # nothing moves: nothing to recognise a repetition by
            yield Scene(clip=clip, begin_s=0.0, usual_s=_QUIET_S, after_s=after_s, quiet=True)


def _played(scene: Scene, change: str, seed: int, clock: Clock) -> list[Event]:
    """Return the events of a scene, looked at as a live camera is: 5 fps, gated by packets."""
    events: list[Event] = []
    with tempfile.TemporaryDirectory() as scratch:
        film = Path(scratch) / "film.mp4"
        make_film(scene, change, film, seed=seed)
        analysis = Analysis(
            _CAMERA, Nobody(), ids=IdMaker(clock),
            settings=AnalysisSettings(shield=False), save_picture=lambda _sighting, _jpeg: "",
        )  # fmt: skip
        packets: Iterable[Packet] = read_footage(film, camera=_CAMERA.id, start=_START)
        if change == "replayed":
            packets = _replayed(packets, scene.usual_s)
        for packet in packets:
            events += analysis.push(packet).events
    return [event for event in events if event.kind in VIEW_TAMPERING]


def _replayed(packets: Iterable[Packet], usual_s: float) -> Iterator[Packet]:
    """Yield packets, and from `usual_s` on those of the last whole loop again, as sent before."""
    sent: list[Packet] = []
    begin, place = 0, 0
    for packet in packets:
        if (packet.at - _START).total_seconds() < usual_s:
            sent.append(packet)
            yield packet
            continue
        if not place:
            since = [n for n, one in enumerate(sent) if one.is_key
                     and (packet.at - one.at).total_seconds() <= LOOP_S + _KEY_S]  # fmt: skip
            begin = since[0]
            last = max(n for n, one in enumerate(sent) if one.is_key)
            sent = sent[:last]  # whole groups of pictures alone
        again = sent[begin + place % (len(sent) - begin)]
        place += 1
        yield packet._replace(payload=again.payload, is_key=again.is_key)


def _cost(clip: Path) -> dict[str, object]:
    """Return what looking for tampering costs: every picture noted, 5 a second looked at."""
    footage = read_footage(clip, camera=_CAMERA.id, start=_START)
    decoder, watch = PacketDecoder(footage.format), TamperWatch()
    spent_s, due, looks, pictures = 0.0, 0.0, 0, 0
    for packet in footage:
        for picture in decoder.push(packet):
            at_s = (picture.at - _START).total_seconds()
            before_s = _cpu_s()
            watch.note(picture)
            if at_s >= due:
                watch.push(picture)
                due, looks = at_s + 0.18, looks + 1
            spent_s += _cpu_s() - before_s
            pictures += 1
        if pictures >= _COST_PICTURES:
            break
    return {
        "cost_on": f"{clip.name} {footage.format.width_px}x{footage.format.height_px}",
        "cpu_ms_per_look": round(1000 * spent_s / max(1, looks), 2),
        "cpu_ms_per_second_of_footage": round(1000 * spent_s / max(0.2, at_s), 2),
    }


def _cpu_s() -> float:
    """Return CPU time of this thread: a busy machine must not count."""
    return time.thread_time()


def _judge(tally: Tally, change: str, scene: Scene, events: Sequence[Event]) -> None:
    tally.scenes += 1
    since = [((event.at - _START).total_seconds() - scene.usual_s, event) for event in events]
    false = [(at_s, one) for at_s, one in since if at_s < 0 or change not in TAMPERED]
    tally.alarms += [f"{scene.clip.stem} {scene.begin_s:g}: {one.kind} at {at_s:.1f} s"
                     for at_s, one in false]  # fmt: skip
    tally.played_s += scene.usual_s + (0.0 if change in TAMPERED else scene.after_s)
    if change not in TAMPERED:
        return
    limit_s = _LIMIT_S.get(change, _LIMIT_OTHERS_S)
    right = [
        at_s
        for at_s, one in since
        if at_s >= 0 and one.kind == f"camera_{_CALLED.get(change, change)}"
    ]
    in_time = bool(right) and right[0] <= limit_s
    tally.found += in_time
    tally.named_other += not in_time and any(at_s >= 0 for at_s, _ in since)
    tally.delays_s += right[:1]


def _scores(change: str, tally: Tally) -> dict[str, object]:
    if change not in TAMPERED:
        return {"scenes": tally.scenes, "false_alarms": len(tally.alarms), "which": tally.alarms}
    low, high = wilson(tally.found, tally.scenes)
    return {
        "scenes": tally.scenes, "found": tally.found,
        "recall": round(tally.found / tally.scenes, 3),
        "recall_95": [round(low, 3), round(high, 3)],
        "named_other": tally.named_other,
        "delay_s_median": round(statistics.median(tally.delays_s), 1) if tally.delays_s else None,
        "delay_s_worst": round(max(tally.delays_s), 1) if tally.delays_s else None,
        "false_alarms": len(tally.alarms), "which": tally.alarms,
    }  # fmt: skip


def _alarms(tallies: Sequence[Tally]) -> dict[str, object]:
    """Return false alarms a camera-day, with what so little footage allows to say at most."""
    days = sum(tally.played_s for tally in tallies) / 86_400
    alarms = sum(len(tally.alarms) for tally in tallies)
    # The upper bound of a Poisson mean, by the normal approximation of Byar; 3 when none was seen.
    n = alarms + 1
    most = 3.0 if not alarms else n * (1 - 1 / (9 * n) + 1.96 / (3 * math.sqrt(n))) ** 3
    return {
        "footage_s": round(86_400 * days),
        "false_alarms": alarms,
        "false_alarms_per_camera_day": round(alarms / days, 1) if days else None,
        "at_most_per_camera_day": round(most / days, 1) if days else None,
    }


def wilson(found: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's interval of a share (1927), 95 % by default.

    >>> [round(edge, 3) for edge in wilson(9, 10)]
    [0.596, 0.982]
    """
    if not of:
        return 0.0, 1.0
    share = found / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
