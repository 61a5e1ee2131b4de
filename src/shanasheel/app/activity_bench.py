"""What looking only where something happens saves, and what it misses, on the same footage."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import numpy as np

from shanasheel.app.offline import default_camera
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import KIND_NUMBERS, Kind
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.sources import read_footage
from shanasheel.watch.tracking import (
    FinishedTrack,
    MotRows,
    active_seconds,
    evaluate_tracking,
    interpolate,
    read_mot,
    rows_of,
    smooth,
    write_mot,
)
from shanasheel.watch.vision import Detector, PacketDecoder, find_clip
from shanasheel.watch.vision.quiet_films import (
    HEIGHT_PX,
    WIDTH_PX,
    QuietFilm,
    RateControl,
    surround,
)

Say = Callable[[str], None]

_START = datetime(2026, 1, 1, tzinfo=UTC)
_WARM_UP_S = 10  # always looked at; neither demanded nor counted
_CAMERA = default_camera("bench")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to look at.

    Args:
        data: a clip, or a folder with one; `gt.txt` and `seqinfo.ini` beside it are ground truth.
        quiet_s: seconds of the clip's own empty scene around it; 0 takes the clip as it is.
        rate: how the made camera chooses sizes.
        every: full analysis looks at every picture, not at the analysis rate.
    """

    data: Path
    quiet_s: float = 0.0
    rate: RateControl = RateControl.QUALITY
    every: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one analysis of the footage did.

    Args:
        moving: seconds in which it said that something moves, without the warm-up.
        tracks: what it followed.
        cpu_s: CPU seconds by second of footage, decoding, detection and shielding included.
    """

    moving: frozenset[int]
    tracks: MotRows
    packets: int
    decoded: int
    detected: int
    cpu_s: tuple[float, ...]


def measure_activity(plan: Plan, detector: Detector, say: Say) -> dict[str, object]:
    """Analyse the footage gated, then full, as a live camera's is, and compare.

    Raises:
        NotFound, InvalidInput: the footage or the ground truth cannot be read.
        Unavailable: TrackEval is not installed.
    """
    clip = plan.data if plan.data.is_file() else find_clip(plan.data)
    with tempfile.TemporaryDirectory() as scratch:
        footage, film = clip, None
        if plan.quiet_s:
            say(f"Making a camera that is quiet for {plan.quiet_s:g} s …")
            footage = Path(scratch) / "quiet.mp4"
            film = surround(clip, footage, quiet_s=plan.quiet_s, rate=plan.rate)
        rate = read_footage(footage, camera=_CAMERA.id, start=_START).format.frame_rate or 25.0
        say("Looking where something happens …")
        gated = look(footage, detector, AnalysisSettings(fps=_CAMERA.analysis_fps))
        say("Looking at everything …")
        fps = None if plan.every else _CAMERA.analysis_fps
        full = look(footage, detector, AnalysisSettings(fps=fps, gate=False))
        truth = truth_in(plan.data, film)
        reference = "ground truth" if truth is not None else "full analysis"
        demanded = truth if truth is not None else full.tracks
        seconds = _seconds(demanded, rate, gated)
        body: dict[str, object] = {"reference": reference, **_recall(seconds, gated)}
        body |= _scores(Path(scratch), demanded, rate, gated, None if truth is None else full)
    return body | _costs(seconds, gated, full)


def look(footage: Path, detector: Detector, settings: AnalysisSettings) -> Look:
    """Analyse a file as a live camera's packets are, in this thread."""
    _warm_up(footage, detector)
    analysis = Analysis(
        _CAMERA, detector, ids=IdMaker(SystemClock()), settings=settings,
        save_picture=lambda _sighting, _picture: "",
    )  # fmt: skip
    moving: set[int] = set()
    finished: list[FinishedTrack] = []
    cpu_s: list[float] = []
    rate = 25.0
    for packet in read_footage(footage, camera=_CAMERA.id, start=_START):
        rate = packet.format.frame_rate or 25.0
        second = int((packet.at - _START).total_seconds())
        cpu_s += [0.0] * (second + 1 - len(cpu_s))
        begun_s = process_time()
        finished += analysis.push(packet).finished
        cpu_s[second] += process_time() - begun_s
        if analysis.counts.moving:
            moving.add(second)
    finished += analysis.flush().finished
    counts = analysis.counts
    return Look(
        moving=frozenset(moving),
        tracks=smooth(interpolate(rows_of(finished), max_gap_frames=max(1, round(rate))), rate),
        packets=counts.packets,
        decoded=counts.decoded,
        detected=counts.detected,
        cpu_s=tuple(cpu_s),
    )


def _warm_up(footage: Path, detector: Detector) -> None:
    """Let the detector prepare for such pictures: a camera runs for months, a film for minutes."""
    packet = next(iter(read_footage(footage, camera=_CAMERA.id, start=_START)))
    decoder = PacketDecoder(packet.format)
    for picture in (*decoder.push(packet), *decoder.flush()):
        detector.detect(picture)
        detector.detect_parts(picture, np.array([[0.0, 0.0, 0.1, 0.1]], np.float32))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seconds:
    """Whole seconds after the warm-up: those in which something moves, and those far from any."""

    active: frozenset[int]
    still: frozenset[int]


def _seconds(rows: MotRows, rate: float, gated: Look) -> _Seconds:
    every = set(range(_WARM_UP_S, len(gated.cpu_s)))
    active = active_seconds(rows, frame_rate=rate)
    # What is held after movement, by design, is no false activity.
    near = {second + step for second in active for step in range(-1, 5)}
    return _Seconds(active=frozenset(active & every), still=frozenset(every - near))


def truth_in(data: Path, film: QuietFilm | None) -> MotRows | None:
    """Return ground truth in the footage's own frames and pixels; None when there is none."""
    path = next((data / name for name in ("gt.txt", "gt/gt.txt") if (data / name).is_file()), None)
    if path is None:
        return None
    truth = read_mot(path)
    truth = truth.where(truth.scores != 0)
    if film is None:
        return truth
    places = np.array(film.sources)
    found = [np.flatnonzero(places == frame) for frame in truth.frames]
    rows = truth.where(np.repeat(np.arange(len(truth)), [len(each) for each in found]))
    return MotRows(
        frames=np.concatenate([np.zeros(0, np.int32), *found]).astype(np.int32),
        ids=rows.ids,
        boxes=rows.boxes * film.scale + [film.left_px, film.top_px] * 2,
        scores=rows.scores,
        classes=rows.classes,
        visible=rows.visible,
    )


def _recall(seconds: _Seconds, gated: Look) -> dict[str, object]:
    seen = seconds.active & gated.moving
    counted = range(_WARM_UP_S, len(gated.cpu_s))
    return {
        "active_seconds": len(seconds.active),
        "active_seconds_seen": round(len(seen) / len(seconds.active), 4)
        if seconds.active
        else None,
        "seconds_called_active": _share(len(gated.moving & set(counted)), len(counted)),
        "still_seconds": len(seconds.still),
        "still_seconds_called_active": _share(
            len(seconds.still & gated.moving), len(seconds.still)
        ),
    }


def _scores(
    scratch: Path, truth: MotRows, rate: float, gated: Look, full: Look | None
) -> dict[str, object]:
    """Score both against the ground truth, or the gated against the full analysis."""
    if not ((truth.classes == KIND_NUMBERS[Kind.PERSON]) | (truth.classes < 0)).any():
        return {}  # it scores people
    if full is None:
        return {"hota_gated_against_full": round(hota(scratch, truth, rate, gated.tracks), 4)}
    both = [hota(scratch, truth, rate, one.tracks) for one in (gated, full)]
    return {
        "hota_gated": round(both[0], 4),
        "hota_full": round(both[1], 4),
        "hota_points_lost": round(100 * (both[1] - both[0]), 2),
    }


def hota(scratch: Path, truth: MotRows, rate: float, tracks: MotRows) -> float:
    """Return HOTA of tracks in a made film; `scratch` takes the files TrackEval reads."""
    last = int(truth.frames.max(initial=0)) + 1
    (scratch / "seqinfo.ini").write_text(
        f"[Sequence]\nname=bench\nframeRate={rate}\nseqLength={last}\n"
        f"imWidth={WIDTH_PX}\nimHeight={HEIGHT_PX}\n"
    )
    write_mot(scratch / "gt.txt", truth)
    write_mot(scratch / "tracks.txt", tracks)
    return evaluate_tracking(scratch, scratch / "tracks.txt").hota


def _costs(seconds: _Seconds, gated: Look, full: Look) -> dict[str, object]:
    body: dict[str, object] = {}
    for name, one in (("gated", gated), ("full", full)):
        body[f"decoded_share_{name}"] = _share(one.decoded, one.packets)
        body[f"detected_{name}"] = one.detected
        body[f"core_share_{name}"] = _mean(one.cpu_s[_WARM_UP_S:])
        body[f"core_share_busy_{name}"] = _mean([one.cpu_s[at] for at in seconds.active])
        body[f"core_share_quiet_{name}"] = _mean([one.cpu_s[at] for at in seconds.still])
    body["cpu_ratio"] = round(sum(gated.cpu_s) / sum(full.cpu_s), 4)
    return body


def _mean(values: list[float] | tuple[float, ...]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
