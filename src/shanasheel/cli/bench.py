"""`shanasheel bench`: accuracy against ground truth, and what a camera costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.folder import default_folder
from shanasheel.app.measuring import measure_pipeline
from shanasheel.app.model_work import detector_named
from shanasheel.app.recording_capacity import measure_capacity
from shanasheel.app.recording_cost import measure_cost
from shanasheel.app.timeline_bench import BenchPlan, measure_timeline, table_of
from shanasheel.cli.bench_activity import activity
from shanasheel.cli.bench_alerts import alerts
from shanasheel.cli.bench_describe import describe
from shanasheel.cli.bench_events import alerts_list, events
from shanasheel.cli.bench_evidence import evidence
from shanasheel.cli.bench_ledger import ledger
from shanasheel.cli.bench_reconnaissance import reconnaissance, stored_rules
from shanasheel.cli.bench_rules import rules
from shanasheel.cli.bench_shield import shield
from shanasheel.cli.bench_sound import sound
from shanasheel.cli.bench_tampering import tampering
from shanasheel.cli.bench_tracking import tracking
from shanasheel.cli.bench_weapons import weapons
from shanasheel.cli.options import JsonOption, ModelsOption, remarks
from shanasheel.domain.cameras import Tiles
from shanasheel.watch.vision import evaluate_detection
from shanasheel.watch.vision.detect import Look
from shanasheel.watch.vision.registry import Registry

app = typer.Typer(no_args_is_help=True, help="Measure accuracy and cost.")
for command in (
    activity, alerts, describe, evidence, ledger, reconnaissance, rules, shield, sound, tampering,
    tracking, weapons,
):  # fmt: skip
    app.command()(command)
app.command("events")(events)
app.command("stored-rules")(stored_rules)
app.command("alerts-list")(alerts_list)

DataArgument = Annotated[
    Path, typer.Argument(help="MOTChallenge folder: a clip, gt.txt, seqinfo.ini.")
]


@app.command()
def detection(
    data: DataArgument,
    step: Annotated[int, typer.Option(help="Judge every so many pictures.", min=1)] = 5,
    model: Annotated[
        str, typer.Option(help="A model's name, or the path of a card beside its file.")
    ] = "",
    tiles: Annotated[str, typer.Option(help="Look in parts: 2x1.")] = "",
    folder: ModelsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print average precision for people at an overlap of 0.5.

    Example: [bold]shanasheel bench detection pets09-s2l1[/bold]

    Example: [bold]shanasheel bench detection pets09-s2l1 --model yolox-nano --tiles 2x1[/bold]
    """
    registry = Registry((folder or default_folder()).expanduser().resolve())
    detector = detector_named(registry, model, threads=1, look=Look(tiles=Tiles.of(tiles)))
    scores = evaluate_detection(data, detector, step=step)
    _print(
        {
            "ap50_person": round(scores.ap, 4),
            "recall_at_precision_0.9": round(scores.recall_at_p90, 4),
            "frames": scores.frames,
            "boxes": scores.boxes,
            "ms_per_frame": round(scores.ms_per_frame, 1),
            "backend": detector.backend,
            "model": detector.card.name,
        },
        as_json=as_json,
    )


@app.command()
def pipeline(
    clip: Annotated[Path, typer.Argument(help="A clip to play as every camera.")],
    cameras: Annotated[int, typer.Option(help="How many cameras.", min=1, max=64)] = 4,
    quiet: Annotated[
        Path | None, typer.Option(help="A still clip that four cameras of five play.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long to measure.", min=5)] = 30,
    as_json: JsonOption = False,
) -> None:
    """Print CPU and memory per camera, and how soon alerts reach an open page.

    Example: [bold]shanasheel bench pipeline clip.mp4 --cameras 4 --seconds 30[/bold]
    """
    remarks.print(f"Playing {cameras} cameras for {seconds:g} s …")
    _print(measure_pipeline(clip, cameras=cameras, seconds=seconds, quiet=quiet), as_json=as_json)


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
