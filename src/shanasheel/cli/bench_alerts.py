"""`shanasheel bench alerts`: how soon alerts reach those who must know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.alert_bench import measure_alerts
from shanasheel.cli.options import JsonOption, remarks


def alerts(
    clip: Annotated[Path, typer.Argument(help="A clip to play as every camera.")],
    cameras: Annotated[int, typer.Option(help="How many cameras.", min=1, max=64)] = 8,
    seconds: Annotated[float, typer.Option(help="How long to measure.", min=5)] = 40,
    broker: Annotated[
        str, typer.Option(help="mqtt://127.0.0.1:1883; a Mosquitto of its own when empty.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Print how late alerts reach an MQTT subscriber and an open page, from their picture on.

    Example: [bold]shanasheel bench alerts clip.mp4 --cameras 8[/bold]
    """
    remarks.print(f"Playing {cameras} cameras for {seconds:g} s …")
    body = measure_alerts(clip, cameras=cameras, seconds=seconds, broker=broker)
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>28}  {value}")
