"""`shanasheel shifts`: who is at the desk, and what one shift hands to the next."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from shanasheel.actions.access import LOCAL
from shanasheel.actions.shifts import hand_over, sign_off, sign_on
from shanasheel.api import present_response
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.cli.options import DataOption, JsonOption
from shanasheel.domain.response import Shift

app = typer.Typer(no_args_is_help=True, help="Who is at the desk, and what they hand over.")

NoteOption = Annotated[str, typer.Option(help="What the next ones must know.")]


@app.command()
def on(note: NoteOption = "", data: DataOption = None) -> None:
    """Come to the desk.

    Example: [bold]shanasheel shifts on --note "radio 3 is broken"[/bold]
    """
    with open_beside(open_folder(data or default_folder())) as site:
        _print_one(sign_on(site, LOCAL, note))


@app.command()
def off(note: NoteOption = "", data: DataOption = None) -> None:
    """Leave the desk; what is undecided is kept with it.

    Example: [bold]shanasheel shifts off --note "GATE: the guard knows"[/bold]
    """
    with open_beside(open_folder(data or default_folder())) as site:
        _print_one(sign_off(site, LOCAL, note))


@app.command()
def show(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Print what the next shift must know.

    Example: [bold]shanasheel shifts show[/bold]
    """
    with open_beside(open_folder(data or default_folder())) as site:
        found = hand_over(site)
    if as_json:
        typer.echo(json.dumps(present_response.hand_over(found), ensure_ascii=False))
        return
    for shift in found.here:
        _print_one(shift)
    typer.echo(f"undecided alerts: {found.open_alerts}")
    for alert in found.open:
        typer.echo(f"  {alert.code}  {alert.state.value}  {alert.kind.value}  {alert.camera}")
    typer.echo(f"cancellations not received: {len(found.cancellations)}")
    for one in found.cancellations:
        typer.echo(f"  {one.code}  {one.recipient}  since {iso(one.at)}")
    typer.echo(f"responses under way: {len(found.running)}")


def _print_one(shift: Shift) -> None:
    until = "at the desk" if shift.end is None else f"left {iso(shift.end)}"
    left = f"  left undecided: {', '.join(shift.left_open)}" if shift.left_open else ""
    typer.echo(
        f"{shift.person}  since {iso(shift.start)}  {until}  {shift.note} {shift.end_note}{left}"
    )
