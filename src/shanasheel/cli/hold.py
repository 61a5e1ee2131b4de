"""`shanasheel hold`: orders that footage must not expire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.access import LOCAL
from shanasheel.actions.keeping import freeze as freeze_place
from shanasheel.actions.keeping import hold_footage, list_holds, release_hold
from shanasheel.actions.site import Site
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.base.errors import InvalidInput
from shanasheel.cli.options import DataOption, JsonOption, aware_time
from shanasheel.domain.keeping import Hold

app = typer.Typer(no_args_is_help=True, help="Footage that must not expire.")

FromOption = Annotated[
    str, typer.Option("--from", help="Start, with zone: 2026-11-23T18:00:00+03:00.")
]
UntilOption = Annotated[str, typer.Option("--to", help="End; may lie in the future.")]
ReasonOption = Annotated[str, typer.Option(help="Why, with a case reference where there is one.")]


@app.command()
def add(
    camera: Annotated[list[str], typer.Option(help="Camera id; may be given more than once.")],
    start: FromOption,
    end: UntilOption,
    reason: ReasonOption,
    data: DataOption = None,
) -> None:
    """Hold the footage of cameras in a span of time.

    Example: [bold]shanasheel hold add --camera BSR-014 --from 2026-11-23T18:00+03:00
    --to 2026-11-23T20:00+03:00 --reason "case 2026-0031"[/bold]
    """
    with _site(data) as site:
        hold = hold_footage(
            site, LOCAL, cameras=camera, start=aware_time(start), end=aware_time(end), reason=reason
        )
    _print_one(hold)


@app.command()
def freeze(
    near: Annotated[str, typer.Option(help="LATITUDE,LONGITUDE,METRES: 30.5085,47.7804,500")],
    start: FromOption,
    end: UntilOption,
    reason: ReasonOption,
    data: DataOption = None,
) -> None:
    """Hold every camera around a place, recorded already and still to come.

    Example: [bold]shanasheel hold freeze --near 30.5085,47.7804,500 --from 2026-11-23T17:00+03:00
    --to 2026-11-24T03:00+03:00 --reason "shooting at the bridge"[/bold]
    """
    try:
        lat_deg, lon_deg, radius_m = (float(part) for part in near.split(","))
    except ValueError as fault:
        raise InvalidInput(f"{near!r} is not a place.", "Give LAT,LON,METRES.") from fault
    with _site(data) as site:
        hold = freeze_place(
            site, LOCAL, lat_deg=lat_deg, lon_deg=lon_deg, radius_m=radius_m,
            start=aware_time(start), end=aware_time(end), reason=reason,
        )  # fmt: skip
    _print_one(hold)


@app.command()
def release(
    hold: Annotated[str, typer.Argument(help="Id of the hold.")],
    reason: ReasonOption,
    data: DataOption = None,
) -> None:
    """Lift a hold; its record remains.

    Example: [bold]shanasheel hold release 0199… --reason "case closed"[/bold]
    """
    with _site(data) as site:
        released = release_hold(site, LOCAL, hold, reason)
    typer.echo(f"{released.id} is released; its footage expires by the rules again.")


@app.command("list")
def list_all(
    active: Annotated[bool, typer.Option("--active", help="Only those that hold now.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List holds, newest first.

    Example: [bold]shanasheel hold list --active[/bold]
    """
    with _site(data) as site:
        found = list_holds(site, active=active)
    if as_json:
        typer.echo(json.dumps([hold.as_json() for hold in found], ensure_ascii=False))
        return
    for hold in found:
        _print_one(hold)
    if not found:
        typer.echo("No footage is held.")


@contextmanager
def _site(data: Path | None) -> Iterator[Site]:
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        yield site


def _print_one(hold: Hold) -> None:
    state = "holds" if hold.released is None else f"released {iso(hold.released)}"
    typer.echo(
        f"{hold.id}  {state}  {iso(hold.start)} to {iso(hold.end)}  "
        f"{', '.join(hold.cameras)}  {hold.reason} ({hold.by})"
    )
