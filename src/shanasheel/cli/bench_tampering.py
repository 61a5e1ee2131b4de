"""`shanasheel bench tampering`: how well tampering is noticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.tampering_bench import measure_tampering
from shanasheel.base.clock import SystemClock
from shanasheel.cli.options import JsonOption, remarks


def tampering(
    clips: Annotated[list[Path], typer.Argument(help="Clean clips of fixed cameras.")],
    change: Annotated[
        list[str] | None, typer.Option(help="Only this change; may be given again.")
    ] = None,
    most: Annotated[int, typer.Option(help="Scenes for each change at most; 0: all.", min=0)] = 0,
    as_json: JsonOption = False,
) -> None:
    """Alter clips by a script and print which tampering is noticed, how soon, and false alarms.

    Example: [bold]shanasheel bench tampering a.mp4 b.mp4[/bold]
    """
    body = measure_tampering(
        clips, clock=SystemClock(), changes=change or (), most=most, progress=remarks.print
    )
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, scores in body.items():
        if not isinstance(scores, dict):
            typer.echo(f"{name:>30}  {scores}")
            continue
        for one, row in scores.items():
            typer.echo(f"{one:>12}  " + "  ".join(f"{key} {value}" for key, value in row.items()))
