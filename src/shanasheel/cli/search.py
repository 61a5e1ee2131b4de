"""`shanasheel search`: find what the cameras saw."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from shanasheel.actions.access import LOCAL
from shanasheel.actions.search import SightingQuery, find_sightings
from shanasheel.api import present
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.cli.options import DataOption, JsonOption, aware_time
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.described import Towards, Windows
from shanasheel.domain.seen import PlateState
from shanasheel.find import in_words


def search(
    kind: Annotated[list[Kind] | None, typer.Option(help="Kind of thing.")] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="car, bus, truck …")] = None,
    colour: Annotated[list[str] | None, typer.Option(help="Of a vehicle: white, red …")] = None,
    upper: Annotated[list[str] | None, typer.Option(help="Of a person's upper clothes.")] = None,
    lower: Annotated[list[str] | None, typer.Option(help="Of a person's lower clothes.")] = None,
    towards: Annotated[list[Towards] | None, typer.Option(help="Way in the picture.")] = None,
    bearing: Annotated[
        float | None, typer.Option(help="Degrees from north, within 45, where calibrated.")
    ] = None,
    faster: Annotated[float, typer.Option(help="At least so many km/h, where calibrated.")] = 0.0,
    plate: Annotated[
        str, typer.Option(help="Part of a plate, or all of it with ? and * for what is not known.")
    ] = "",
    no_plate: Annotated[bool, typer.Option("--no-plate", help="Seen to have none.")] = False,
    tinted: Annotated[bool, typer.Option("--tinted", help="With blacked-out windows.")] = False,
    camera: Annotated[list[str] | None, typer.Option(help="Id of a camera.")] = None,
    begin: Annotated[str | None, typer.Option("--from", help="Not before this time.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Before this time.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, newest first.")] = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find sightings by their looks and plate; who asked for what is recorded.

    An option given several times means any of the values.

    Example: [bold]shanasheel search --type car --colour white --plate "48?13*"[/bold]
    """
    query = SightingQuery(
        kinds=tuple(kind or ()), types=tuple(type_ or ()), colours=tuple(colour or ()),
        upper=tuple(upper or ()), lower=tuple(lower or ()), towards=tuple(towards or ()),
        windows=(Windows.DARK,) if tinted else (),
        plate_states=(PlateState.NONE,) if no_plate else (), plate=plate,
        cameras=tuple(CameraId(one) for one in camera or ()),
        start=aware_time(begin) if begin else None, end=aware_time(end) if end else None,
        limit=limit, bearing_deg=bearing, faster_kmh=faster,
    )  # fmt: skip
    with open_beside(open_folder(data or default_folder())) as site:
        page = find_sightings(site, LOCAL, query)
    for found in page.items:
        if as_json:
            typer.echo(json.dumps(present.sighting(found), ensure_ascii=False))
        else:
            typer.echo(f"{iso(found.start)}  {found.camera:<12} {in_words(found)}")
    if page.next:
        typer.echo(f"There are more than {limit}: narrow the search.", err=True)
    elif not page.items:
        typer.echo("Nothing found.", err=True)
