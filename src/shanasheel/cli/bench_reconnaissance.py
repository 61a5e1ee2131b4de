"""`shanasheel bench reconnaissance`: who spies a place out, and who is called although ordinary."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from shanasheel.app.reconnaissance_bench import measure_reconnaissance
from shanasheel.cli.options import JsonOption, remarks


def reconnaissance(
    rounds: Annotated[int, typer.Option(help="How often each is made up.", min=1)] = 10,
    as_json: JsonOption = False,
) -> None:
    """Print recall and false alerts a day before a protected place, over simulated weeks.

    Example: [bold]shanasheel bench reconnaissance --rounds 3[/bold]
    """
    body = measure_reconnaissance(rounds, remarks.print)
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>60}  {value}")
