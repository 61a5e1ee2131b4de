"""`shanasheel cameras ground`: where points of a camera's view lie on the ground."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from shanasheel.actions.access import LOCAL
from shanasheel.actions.cameras import camera_named, change_camera
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import InvalidInput
from shanasheel.cli.options import DataOption
from shanasheel.domain.ground import Ground, GroundPoint


def ground(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of the camera.")],
    point: Annotated[
        list[str] | None,
        typer.Option(help="X,Y,RIGHT,AHEAD: a place in the picture, 0 to 1, and its metres."),
    ] = None,
    ahead: Annotated[
        float | None, typer.Option(help="Compass bearing of AHEAD in degrees; 0 on a map.")
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Take it away.")] = False,
    data: DataOption = None,
) -> None:
    """Say where four or more points of the view lie on the ground: speeds and bearings follow.

    RIGHT and AHEAD are metres along two level axes at right angles, from any origin.

    Example: [bold]shanasheel cameras ground BSR-014 --point .2,.9,0,0 --point .8,.9,7,0
    --point .6,.4,7,30 --point .4,.4,0,30 --ahead 90[/bold]
    """
    if not point and not forget:
        raise InvalidInput("No points are given.", "Give four times --point, or --forget.")
    told = None if forget else Ground(points=tuple(map(_point, point or ())), ahead_deg=ahead)
    with open_beside(open_folder(data or default_folder())) as site:
        change_camera(site, LOCAL, replace(camera_named(site, identifier), ground=told))
    typer.echo(f"{identifier}: the ground is {'forgotten' if forget else 'known'}.")


def _point(text: str) -> GroundPoint:
    try:
        x, y, right_m, ahead_m = (float(part) for part in text.split(","))
    except ValueError as fault:
        raise InvalidInput(f"{text!r} is no ground point.", "Give X,Y,RIGHT,AHEAD.") from fault
    return GroundPoint(at=(x, y), right_m=right_m, ahead_m=ahead_m)
