"""`shanasheel bench events` and `bench alerts-list`: what alerts bear."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from shanasheel.app.events_bench import measure_events, measure_list
from shanasheel.cli.options import JsonOption, remarks


def events(
    rate: Annotated[int, typer.Option(help="Events a second.", min=1, max=20_000)] = 1000,
    seconds: Annotated[int, typer.Option(help="For how long.", min=1, max=600)] = 60,
    as_json: JsonOption = False,
) -> None:
    """Print whether so many events a second are taken in, and none lost.

    Example: [bold]shanasheel bench events --rate 1000 --seconds 60[/bold]
    """
    _print(measure_events(rate, seconds, remarks.print), as_json=as_json)


def alerts_list(
    alerts: Annotated[int, typer.Option(help="How long a list.", min=100)] = 10_000,
    rounds: Annotated[int, typer.Option(help="Requests of each kind.", min=3)] = 20,
    as_json: JsonOption = False,
) -> None:
    """Print how soon a page of a long list of alerts is there.

    Example: [bold]shanasheel bench alerts-list --alerts 10000[/bold]
    """
    _print(measure_list(alerts, rounds, remarks.print), as_json=as_json)


def _print(body: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>26}  {value}")
