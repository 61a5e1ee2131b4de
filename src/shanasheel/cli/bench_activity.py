"""`shanasheel bench activity`: what looking only where something happens saves and misses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.activity_bench import Plan, measure_activity
from shanasheel.cli.options import JsonOption, remarks
from shanasheel.watch.vision import load_detector
from shanasheel.watch.vision.quiet_films import RateControl


def activity(
    data: Annotated[Path, typer.Argument(help="MOTChallenge folder, or any clip.")],
    quiet_minutes: Annotated[
        float, typer.Option(help="Minutes of the clip's empty scene to put around it.", min=0)
    ] = 0,
    rate: Annotated[
        RateControl, typer.Option(help="How the camera so made chooses sizes.")
    ] = RateControl.QUALITY,
    every: Annotated[
        bool, typer.Option("--every", help="Full analysis looks at every picture.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare gated and full analysis of the same footage: what is seen, and what it costs.

    Example: [bold]shanasheel bench activity pets09-s2l1 --quiet-minutes 2[/bold]
    """
    plan = Plan(data=data, quiet_s=60 * quiet_minutes, rate=rate, every=every)
    detector = load_detector(threads=1, live=True)
    body = measure_activity(plan, detector, remarks.print)
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>28}  {value}")
