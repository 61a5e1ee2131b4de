"""`shanasheel bench tracking`: our tracks beside ByteTrack's, against ground truth."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.tracking_bench import (
    Looks,
    TrackingMeasure,
    look_by_detector,
    look_in_file,
    measure_tracking,
    write_sequence,
)
from shanasheel.base.errors import InvalidInput
from shanasheel.cli.options import JsonOption, remarks
from shanasheel.watch.tracking import TrackingScores, simulate

_SIZE_PX = (768, 576)
_GATED_FPS = 5.0
_SIMULATED_FPS = 7.0
_NAMES = ("hota", "idf1", "mota")
_HOW_TO_COMPARE = "To compare with ByteTrack: `uv sync --group compare`, or `pip install trackers`."


def tracking(
    data: Annotated[
        Path | None, typer.Argument(help="MOTChallenge folder: clip or img1, gt, seqinfo.ini.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full/--gated", help="Every picture, or as live cameras are.")
    ] = True,
    fps: Annotated[
        float | None, typer.Option(help="Pictures a second looked at.", min=0.2, max=60)
    ] = None,
    detections: Annotated[
        str, typer.Option(help="own (our detector), public (det/det.txt), or a file of them.")
    ] = "own",
    simulated: Annotated[
        int | None, typer.Option(help="Instead of DATA: a made-up square, by this seed.", min=0)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print HOTA, IDF1 and MOTA for people, by TrackEval, beside ByteTrack's.

    Example: [bold]shanasheel bench tracking pets09-s2l1 --fps 5[/bold]
    """
    if (data is None) == (simulated is None):
        raise InvalidInput("Say what to measure.", "Give either DATA or --simulated SEED.")
    with tempfile.TemporaryDirectory() as scratch:
        if data is None:
            data, detections = Path(scratch), "public"
            made = simulate(simulated or 0, frame_rate=_SIMULATED_FPS)
            write_sequence(data, made, width_px=_SIZE_PX[0], height_px=_SIZE_PX[1])
        looks = _look(data, detections, full=full, fps=fps)
        body = _body(measure_tracking(data, looks), full=full, fps=fps)
    _print(body, as_json=as_json)


def _look(data: Path, detections: str, *, full: bool, fps: float | None) -> Looks:
    if detections == "own":
        return look_by_detector(data, fps=fps or (None if full else _GATED_FPS), gated=not full)
    if not full:
        raise InvalidInput("Only a clip can be gated.", "Leave --gated or --detections out.")
    path = None if detections == "public" else Path(detections)
    return look_in_file(data, fps=fps, path=path)


def _body(measure: TrackingMeasure, *, full: bool, fps: float | None) -> dict[str, object]:
    body: dict[str, object] = {name: round(getattr(measure.ours, name), 4) for name in _NAMES}
    body.update({"full": full, "fps": fps, "pictures": measure.looks})
    body["tracker_ms_per_picture"] = round(measure.ms, 2)
    body.update({name: round(value, 4) for name, value in measure.ours.detail})
    for name, scores in (("bytetrack", measure.baseline), ("bytetrack_steady", measure.steadied)):
        if scores is not None:
            body[name] = _beside(measure.ours, scores)
    if measure.baseline is not None:
        body["bytetrack_ms_per_picture"] = round(measure.baseline_ms, 2)
    return body


def _beside(ours: TrackingScores, theirs: TrackingScores) -> dict[str, float]:
    body = {name: round(getattr(theirs, name), 4) for name in _NAMES}
    for name in _NAMES:
        value = getattr(theirs, name)
        body[f"{name}_ratio"] = round(getattr(ours, name) / value, 3) if value > 0 else 0.0
    body["IDSW"] = dict(theirs.detail)["IDSW"]
    return body


def _print(body: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        if isinstance(value, dict):
            value = "  ".join(f"{key} {number:g}" for key, number in value.items())
        typer.echo(f"{name:>26}  {value}")
    if "bytetrack" not in body:
        remarks.print(_HOW_TO_COMPARE)
