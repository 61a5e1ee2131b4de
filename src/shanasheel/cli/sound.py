"""`shanasheel sound`: what several cameras heard of one shot."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.shots import heard_alerts
from shanasheel.api import present_sounds
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.sound_places import place_of_sound
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.cli.options import DataOption, JsonOption, aware_time
from shanasheel.domain.heard import HeardSound, Unplaced

_WHY = {
    Unplaced.ALONE: "heard from one place only",
    Unplaced.TWO: "heard from two places",
    Unplaced.NOWHERE: "the camera has no position",
    Unplaced.TWO_PLACES: "two places fit as well",
    Unplaced.OUTSIDE: "from far outside the cameras' area",
    Unplaced.WIDE: "the clocks are too inexact",
}

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


@app.command(name="list")
def list_sounds(
    begin: Annotated[
        str | None, typer.Option("--from", help="Not before this time; a day ago by default.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Before this time.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what cameras heard that is like a shot: who heard it, and where it was.

    Example: [bold]shanasheel sound list --from 2026-11-23T18:00+03:00[/bold]
    """
    with open_beside(open_folder(data or default_folder())) as site:
        until = aware_time(end) if end else site.clock.now() + timedelta(minutes=1)
        since = aware_time(begin) if begin else until - timedelta(days=1)
        alerts = heard_alerts(site, since, until)
    for alert in alerts:
        for sound in alert.sounds:
            if as_json:
                body = {"alert": alert.code, **present_sounds.sound(sound)}
                typer.echo(json.dumps(body, ensure_ascii=False))
            else:
                at = min(one.at for one in sound.heard)
                cameras = ", ".join(one.camera for one in sound.heard)
                typer.echo(f"{iso(at)}  {alert.code}  {cameras}: {_where(sound)}")
    if not alerts:
        typer.echo("Nothing like a shot was heard.", err=True)


def _where(sound: HeardSound) -> str:
    if (place := sound.place) is not None:
        checked = "" if place.checked else ", unchecked: three places heard it"
        return (
            f"{place.lat_deg}, {place.lon_deg} within {place.radius_m:.0f} m "
            f"in nine of ten cases{checked}"
        )
    if (line := sound.line) is not None:
        return (
            f"place not known: {line.nearer_m:.0f} m nearer to {line.nearer} than to the other, "
            f"give or take {line.error_m:.0f} m in nine of ten cases"
        )
    return "place not known" + (f": {_WHY[sound.why]}" if sound.why is not None else "")
