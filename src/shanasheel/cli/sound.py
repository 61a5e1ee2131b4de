"""`shanasheel sound`: what several cameras heard of one shot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.sound_places import place_of_sound
from shanasheel.cli.options import JsonOption

app = typer.Typer(no_args_is_help=True, help="Where a shot was, by when cameras heard it.")


@app.callback()
def _group() -> None:
    """Where a shot was, by when cameras heard it."""


@app.command()
def locate(
    file: Annotated[Path, typer.Argument(help="CSV or JSON: camera, lat, lon, at, clock.")],
    temperature: Annotated[
        float, typer.Option(help="Of the air, in °C: it sets the speed of sound.", min=-40, max=60)
    ] = 25.0,
    as_json: JsonOption = False,
) -> None:
    """Print where a sound was that at least three cameras heard, and how far off that may be.

    Example: [bold]shanasheel sound locate arrivals.csv --temperature 38[/bold]
    """
    found = place_of_sound(file, celsius=temperature)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    elif not found["located"]:
        typer.echo(f"The place cannot be told: {found['why']}.")
    else:
        typer.echo(
            f"{found['lat']}, {found['lon']} at {found['at']}, within {found['radius_m']} m "
            f"in nine of ten cases (ellipse {found['ellipse_major_m']} × "
            f"{found['ellipse_minor_m']} m, bearing {found['ellipse_bearing_deg']}°)."
        )
    if not found["located"]:
        raise typer.Exit(1)
