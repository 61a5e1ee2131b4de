"""`shanasheel bench rules`: every rule against made-up happenings whose truth is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.rules_bench import TABLE_SEED, Plan, measure_rules, raised_in, table_of
from shanasheel.cli.options import JsonOption, remarks


def rules(
    clips: Annotated[
        list[Path] | None, typer.Argument(help="Real clips: what each raises is told too.")
    ] = None,
    repeats: Annotated[int, typer.Option(help="How often each happening is made up.", min=1)] = 10,
    hours: Annotated[float, typer.Option(help="Hours of ordinary days.", min=0)] = 3.0,
    seed: Annotated[int, typer.Option(help="The first seed; others follow.")] = TABLE_SEED,
    jobs: Annotated[int, typer.Option(help="Processes.", min=1, max=64)] = 1,
    as_json: JsonOption = False,
) -> None:
    """Print recall and false alerts a camera-day for every rule, on made-up happenings.

    Example: [bold]shanasheel bench rules --repeats 2 --hours 0.5[/bold]

    Example: [bold]shanasheel bench rules street.mp4 --jobs 2[/bold]
    """
    body = measure_rules(
        Plan(seed=seed, repeats=repeats, hours=hours, jobs=jobs), say=remarks.print
    )
    body["clips"] = {clip.name: raised_in(clip) for clip in clips or ()}
    if as_json:
        typer.echo(json.dumps(body))
        return
    for line in table_of(body):
        typer.echo(line)
