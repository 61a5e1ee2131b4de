"""`shanasheel bench reconnaissance` and `bench stored-rules`: what is found in sightings alone."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from shanasheel.app.reconnaissance_bench import measure_reconnaissance
from shanasheel.app.stored_rules_bench import measure_stored_rules
from shanasheel.cli.options import JsonOption, remarks


def reconnaissance(
    rounds: Annotated[int, typer.Option(help="How often each is made up.", min=1)] = 10,
    as_json: JsonOption = False,
) -> None:
    """Print recall and false alerts a day before a protected place, over simulated weeks.

    Example: [bold]shanasheel bench reconnaissance --rounds 3[/bold]
    """
    _print(measure_reconnaissance(rounds, remarks.print), as_json=as_json)


def stored_rules(
    repeats: Annotated[int, typer.Option(help="Seeds of each happening.", min=1)] = 3,
    as_json: JsonOption = False,
) -> None:
    """Print what rules raise over stored tracks, beside what they raised live.

    Example: [bold]shanasheel bench stored-rules --repeats 3[/bold]
    """
    _print(measure_stored_rules(repeats, remarks.print), as_json=as_json)


def _print(body: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>60}  {value}")
