"""`shanasheel incidents`: what happened, by the alerts people confirmed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import find_alert
from shanasheel.actions.incidents import (
    close_incident,
    find_incident,
    join_incident,
    list_incidents,
    note_incident,
    rename_incident,
    reopen_incident,
)
from shanasheel.actions.site import Site
from shanasheel.api import present_incidents
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.cli.options import DataOption, JsonOption
from shanasheel.domain.incidents import Incident, IncidentState

app = typer.Typer(no_args_is_help=True, help="What happened, by the alerts people confirmed.")

CodeArgument = Annotated[str, typer.Argument(help="Its code, such as 2026-0031.")]
TextArgument = Annotated[str, typer.Argument(help="What there is to say.")]


@app.command("list")
def list_all(
    state: Annotated[list[IncidentState] | None, typer.Option(help="Only in this state.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, newest first.", min=1)] = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List incidents, newest first.

    Example: [bold]shanasheel incidents list --state open[/bold]
    """
    with _site(data) as site:
        page = list_incidents(site, states=state or (), limit=limit)
    if as_json:
        found = [present_incidents.incident(one) for one in page.items]
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in page.items:
        _print_one(one)
    if not page.items:
        typer.echo("No incidents: confirming an alert opens one.")


@app.command()
def show(code: CodeArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show one incident: its alerts, and what people did and noted.

    Example: [bold]shanasheel incidents show 2026-0031[/bold]
    """
    with _site(data) as site:
        found = find_incident(site, code)
    if as_json:
        typer.echo(json.dumps(present_incidents.incident(found), ensure_ascii=False))
        return
    _print_one(found)
    for alert in found.alerts:
        typer.echo(f"  alert  {alert.code}  {alert.kind.value}  {', '.join(alert.cameras)}  "
                   f"{iso(alert.start)} to {iso(alert.end)}")  # fmt: skip
    for line in found.log:
        typer.echo(f"  log    {iso(line.at)}  {line.what.value} by {line.by}  {line.text}".rstrip())


@app.command()
def join(
    code: CodeArgument,
    alert: Annotated[str, typer.Argument(help="A confirmed alert, A-0031 or 31.")],
    data: DataOption = None,
) -> None:
    """Say that a confirmed alert tells of this incident.

    Example: [bold]shanasheel incidents join 2026-0031 A-0107[/bold]
    """
    with _site(data) as site:
        identifier, seen = find_alert(site, alert), find_incident(site, code)
        changed = join_incident(site, LOCAL, code, identifier, version=seen.version)
    _print_one(changed)


@app.command("name")
def give_name(code: CodeArgument, title: TextArgument, data: DataOption = None) -> None:
    """Give it the name people call it by.

    Example: [bold]shanasheel incidents name 2026-0031 "Shots at the clinic"[/bold]
    """
    _say(rename_incident, data, code, title)


@app.command()
def note(code: CodeArgument, text: TextArgument, data: DataOption = None) -> None:
    """Write down what somebody knows of it.

    Example: [bold]shanasheel incidents note 2026-0031 "The baker saw the motorcycle"[/bold]
    """
    _say(note_incident, data, code, text)


@app.command()
def close(code: CodeArgument, outcome: TextArgument, data: DataOption = None) -> None:
    """Say that nothing more is expected of it, and what came of it.

    Example: [bold]shanasheel incidents close 2026-0031 "handed to the court, file 12/2026"[/bold]
    """
    _say(close_incident, data, code, outcome)


@app.command()
def reopen(code: CodeArgument, reason: TextArgument, data: DataOption = None) -> None:
    """Open a closed one again.

    Example: [bold]shanasheel incidents reopen 2026-0031 "a witness came forward"[/bold]
    """
    _say(reopen_incident, data, code, reason)


def _say(deed: Callable[..., Incident], data: Path | None, code: str, text: str) -> None:
    with _site(data) as site:
        seen = find_incident(site, code)
        _print_one(deed(site, LOCAL, code, text, version=seen.version))


def _print_one(one: Incident) -> None:
    codes = ", ".join(alert.code for alert in one.alerts)
    typer.echo(
        f"{one.code}  {one.state.value:<9}  {iso(one.start)}  {', '.join(one.cameras)}  {codes}  "
        f"{one.title}".rstrip()
    )


@contextmanager
def _site(data: Path | None) -> Iterator[Site]:
    with open_beside(open_folder(data or default_folder())) as site:
        yield site
