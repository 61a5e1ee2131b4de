"""`shanasheel cameras ground`: where points of a camera's view lie on the ground."""

from __future__ import annotations

from typing import Annotated

import typer

from shanasheel.actions.access import LOCAL
from shanasheel.actions.grounding import change_ground
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import InvalidInput
from shanasheel.cli.options import DataOption
from shanasheel.domain.ground import Ground, GroundPoint
from shanasheel.domain.ground_checks import errors_m
from shanasheel.domain.ground_pose import Pose


def ground(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of the camera.")],
    point: Annotated[
        list[str] | None,
        typer.Option(help="X,Y,RIGHT,AHEAD: a place in the picture, 0 to 1, and its metres."),
    ] = None,
    ahead: Annotated[
        float | None, typer.Option(help="Compass bearing of AHEAD in degrees; 0 on a map.")
    ] = None,
    height: Annotated[
        float | None, typer.Option(help="Metres of the lens above the ground, instead of points.")
    ] = None,
    tilt: Annotated[
        float | None, typer.Option(help="Degrees below level of the picture's middle.")
    ] = None,
    wide: Annotated[
        float | None, typer.Option(help="Degrees from the picture's left edge to its right one.")
    ] = None,
    aspect: Annotated[float, typer.Option(help="Width of the picture by its height.")] = 16 / 9,
    forget: Annotated[bool, typer.Option("--forget", help="Take it away.")] = False,
    data: DataOption = None,
) -> None:
    """Say where four or more points of the view lie on the ground: speeds and bearings follow.

    RIGHT and AHEAD are metres along two level axes at right angles, from any origin. Or say how
    the camera hangs: --height, --tilt, --wide. The page Cameras does both over the picture.

    Example: [bold]shanasheel cameras ground BSR-014 --point .2,.9,0,0 --point .8,.9,7,0
    --point .6,.4,7,30 --point .4,.4,0,30 --ahead 90[/bold]
    """
    pose = _pose(height, tilt, wide, aspect)
    if forget + bool(point) + (pose is not None) != 1:
        raise InvalidInput(
            "Say one thing of the ground.",
            "Give four times --point, or --height, --tilt and --wide, or --forget.",
        )
    told = None
    if pose is not None:
        told = pose.ground(ahead_deg=ahead)
    elif point:
        told = Ground(points=tuple(map(_point, point)), ahead_deg=ahead)
    with open_beside(open_folder(data or default_folder())) as site:
        change_ground(site, LOCAL, identifier, told)
    typer.echo(f"{identifier}: the ground is {'forgotten' if forget else 'known'}.")
    for number, error in enumerate(errors_m(told) if told else (), 1):
        if error is not None:
            typer.echo(f"Point {number} lies {error:.2f} m from where the first four put it.")


def _pose(
    height: float | None, tilt: float | None, wide: float | None, aspect: float
) -> Pose | None:
    if height is None and tilt is None and wide is None:
        return None
    if height is None or tilt is None or wide is None:
        raise InvalidInput("A pose is not complete.", "Give --height, --tilt and --wide.")
    return Pose(height_m=height, tilt_deg=tilt, view_angle_deg=wide, aspect=aspect)


def _point(text: str) -> GroundPoint:
    try:
        x, y, right_m, ahead_m = (float(part) for part in text.split(","))
    except ValueError as fault:
        raise InvalidInput(f"{text!r} is no ground point.", "Give X,Y,RIGHT,AHEAD.") from fault
    return GroundPoint(at=(x, y), right_m=right_m, ahead_m=ahead_m)
