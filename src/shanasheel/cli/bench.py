"""`shanasheel bench`: accuracy against ground truth, and what a camera costs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.measuring import measure_pipeline
from shanasheel.app.offline import analyze_file, default_camera
from shanasheel.app.recording_capacity import measure_capacity
from shanasheel.app.recording_cost import measure_cost
from shanasheel.app.timeline_bench import BenchPlan, measure_timeline, table_of
from shanasheel.base.clock import SystemClock
from shanasheel.cli.bench_tampering import tampering
from shanasheel.cli.options import JsonOption, remarks
from shanasheel.watch.tracking import evaluate_tracking
from shanasheel.watch.vision import evaluate_detection, find_clip, load_detector

app = typer.Typer(no_args_is_help=True, help="Measure accuracy and cost.")
app.command()(tampering)

DataArgument = Annotated[
    Path, typer.Argument(help="MOTChallenge folder: a clip, gt.txt, seqinfo.ini.")
]


@app.command()
def detection(
    data: DataArgument,
    step: Annotated[int, typer.Option(help="Judge every so many pictures.", min=1)] = 5,
    as_json: JsonOption = False,
) -> None:
    """Print average precision for people at an overlap of 0.5.

    Example: [bold]shanasheel bench detection pets09-s2l1[/bold]
    """
    detector = load_detector(threads=1)
    scores = evaluate_detection(data, detector, step=step)
    _print(
        {
            "ap50_person": round(scores.ap, 4),
            "recall_at_precision_0.9": round(scores.recall_at_p90, 4),
            "frames": scores.frames,
            "boxes": scores.boxes,
            "ms_per_frame": round(scores.ms_per_frame, 1),
            "backend": detector.backend,
        },
        as_json=as_json,
    )


@app.command()
def tracking(
    data: DataArgument,
    full: Annotated[
        bool, typer.Option("--full/--gated", help="Every picture, or as live cameras are.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Print HOTA, MOTA and IDF1 for people, by TrackEval, over our own detections.

    Example: [bold]shanasheel bench tracking pets09-s2l1[/bold]
    """
    with tempfile.TemporaryDirectory() as scratch:
        analyze_file(
            find_clip(data), Path(scratch), detector=load_detector(threads=2),
            camera=default_camera("bench"), start=None, full=full, clock=SystemClock(),
        )  # fmt: skip
        scores = evaluate_tracking(data, Path(scratch) / "tracks.txt")
    body: dict[str, object] = {
        "hota": round(scores.hota, 4), "mota": round(scores.mota, 4),
        "idf1": round(scores.idf1, 4), "full": full,
    }  # fmt: skip
    body.update({name: round(value, 4) for name, value in scores.detail})
    _print(body, as_json=as_json)


@app.command()
def pipeline(
    clip: Annotated[Path, typer.Argument(help="A clip to play as every camera.")],
    cameras: Annotated[int, typer.Option(help="How many cameras.", min=1, max=64)] = 4,
    seconds: Annotated[float, typer.Option(help="How long to measure.", min=5)] = 30,
    as_json: JsonOption = False,
) -> None:
    """Print CPU and memory per camera, and how soon alerts reach an open page.

    Example: [bold]shanasheel bench pipeline clip.mp4 --cameras 4 --seconds 30[/bold]
    """
    remarks.print(f"Playing {cameras} cameras for {seconds:g} s …")
    _print(measure_pipeline(clip, cameras=cameras, seconds=seconds), as_json=as_json)


@app.command()
def recording(
    cameras: Annotated[int, typer.Option(help="Streams recorded side by side.", min=1)] = 8,
    rounds: Annotated[int, typer.Option(help="How often to read the CPU time.", min=1)] = 5,
    seconds: Annotated[float, typer.Option(help="Length of a round or step.", min=5)] = 20,
    steps: Annotated[
        str, typer.Option(help="Then numbers of cameras to try in turn: 50,100,150.")
    ] = "",
    on: Annotated[Path | None, typer.Option(help="Folder on the disk to write to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print what recording costs a camera beside `ffmpeg -c copy`, and how many cameras fit.

    Example: [bold]shanasheel bench recording --steps 50,100,150[/bold]
    """
    remarks.print(f"Recording {cameras} streams of 1080p15 at 2 Mbit/s for {rounds} rounds …")
    _print(measure_cost(cameras=cameras, rounds=rounds, round_s=seconds, on=on), as_json=as_json)
    for number in (int(word) for word in steps.split(",") if word):
        remarks.print(f"Recording {number} cameras for {seconds:g} s …")
        step = measure_capacity(number, seconds=seconds, on=on)
        _print(step, as_json=as_json)
        if step["pictures_missing"] or step["pictures_late"]:
            break


@app.command()
def timeline(
    cameras: Annotated[int, typer.Option(help="How many cameras.", min=40, max=1000)] = 1000,
    days: Annotated[int, typer.Option(help="How many days.", min=1, max=60)] = 30,
    indexed: Annotated[
        int, typer.Option(help="Cameras with a row for every segment.", min=5, max=1000)
    ] = 100,
    index_days: Annotated[
        list[int] | None, typer.Option(help="Days of such rows; may be given again.", min=1)
    ] = None,
    segment_seconds: Annotated[
        int, typer.Option(help="Length of those segments.", min=10, max=600)
    ] = 60,
    rounds: Annotated[int, typer.Option(help="Requests of each kind.", min=3)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Print how soon a timeline and the first picture are there, on generated indexes.

    Example: [bold]shanasheel bench timeline --index-days 1[/bold]
    """
    plan = BenchPlan(
        cameras=cameras, days=days, indexed=indexed, index_days=tuple(index_days or (1, 30)),
        segment_s=segment_seconds, rounds=rounds,
    )  # fmt: skip
    body = measure_timeline(plan, remarks.print)
    if as_json:
        typer.echo(json.dumps(body))
        return
    for line in table_of(body):
        typer.echo(line)


def _print(body: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>26}  {value}")
