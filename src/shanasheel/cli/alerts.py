"""`shanasheel alerts`: what calls for a person, and what they decide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import (
    alert_events,
    decide_alert,
    find_alert,
    list_alerts,
    open_alert,
)
from shanasheel.actions.alerts import precision as precision_of
from shanasheel.actions.answering import answers_to
from shanasheel.actions.public import public_alert
from shanasheel.actions.site import Site
from shanasheel.api import present, present_response
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.senders import cap_maker
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.cli.options import DataOption, JsonOption, aware_time
from shanasheel.domain.alerts import Alert, AlertState
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.precision import Precision

app = typer.Typer(no_args_is_help=True, help="What calls for a person, and what they decide.")

AlertArgument = Annotated[str, typer.Argument(help="Its code, A-0031 or 31, or its id.")]


@app.command("list")
def list_all(
    state: Annotated[list[AlertState] | None, typer.Option(help="Only in this state.")] = None,
    camera: Annotated[str | None, typer.Option(help="Only of this camera.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, newest first.", min=1)] = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List alerts, newest first.

    Example: [bold]shanasheel alerts list --state new --state acknowledged[/bold]
    """
    with _site(data) as site:
        page = list_alerts(
            site, states=state or (), camera=CameraId(camera) if camera else None, limit=limit
        )
    if as_json:
        typer.echo(json.dumps([present.alert(one) for one in page.items], ensure_ascii=False))
        return
    for one in page.items:
        _print_one(one)
    if not page.items:
        typer.echo("No alerts.")


@app.command()
def show(alert: AlertArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show one alert: its events, who decided what, and what is being done.

    Example: [bold]shanasheel alerts show A-0031[/bold]
    """
    with _site(data) as site:
        identifier = find_alert(site, alert)
        found, decisions = open_alert(site, identifier)
        events = alert_events(site, identifier)
        answers = present_response.answered(answers_to(site, identifier))
    body = {
        **present.alert(found, decisions),
        "event_list": [present.event(one) for one in events],
        **answers,
    }
    if as_json:
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    _print_one(found)
    for event in events:
        numbers = " ".join(f"{name}={value:g}" for name, value in event.numbers)
        typer.echo(f"  event     {iso(event.at)}  {event.camera}  {event.kind.value}  "
                   f"{event.subject} {event.detail} {numbers}".rstrip())  # fmt: skip
    for one in decisions:
        typer.echo(f"  decision  {iso(one.at)}  {one.after.value} by {one.by}  {one.reason}")
    plain = json.loads(json.dumps(answers))
    for step in (plain["response"] or {"steps": []})["steps"]:
        who, late = step["assignee"] or step["role"], "  OVERDUE" if step["overdue"] else ""
        typer.echo(f"  step {step['number']}    {step['state']}  {who}  {step['en']}{late}")
    for line in plain["log"]:
        typer.echo(f"  log       {line['at']}  {line['what']} {line['by']} {line['who']} "
                   f"{line['text']}".rstrip())  # fmt: skip


@app.command()
def acknowledge(alert: AlertArgument, data: DataOption = None) -> None:
    """Say that somebody is looking.

    Example: [bold]shanasheel alerts acknowledge A-0031[/bold]
    """
    _decide(data, alert, AlertState.ACKNOWLEDGED, "")


@app.command()
def confirm(
    alert: AlertArgument,
    reason: Annotated[str, typer.Option(help="Needed after a dismissal.")] = "",
    data: DataOption = None,
) -> None:
    """Say that it is real; its plan begins.

    Example: [bold]shanasheel alerts confirm A-0031[/bold]
    """
    _decide(data, alert, AlertState.CONFIRMED, reason)


@app.command()
def dismiss(
    alert: AlertArgument,
    reason: Annotated[str, typer.Option(help="Why it is nothing.")],
    data: DataOption = None,
) -> None:
    """Say that it is nothing, and why; what a confirmation began is called off.

    Example: [bold]shanasheel alerts dismiss A-0031 --reason "staff closing the shop"[/bold]
    """
    _decide(data, alert, AlertState.DISMISSED, reason)


@app.command()
def precision(
    begin: Annotated[str | None, typer.Option("--from", help="30 days ago unless given.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Now unless given.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print how often each rule at each camera was right, by what people decided.

    Example: [bold]shanasheel alerts precision --from 2026-11-01T00:00+03:00[/bold]
    """
    with _site(data) as site:
        until = aware_time(end) if end else site.clock.now()
        since = aware_time(begin) if begin else until - timedelta(days=30)
        rows = precision_of(site, since, until)
    if as_json:
        typer.echo(json.dumps([present_response.precision(row) for row in rows]))
        return
    typer.echo(f"{'rule':<20} {'camera':<12} {'right':>6} {'of':>5}  {'95 % within':<13} undecided")
    for row in rows:
        typer.echo(_line_of(row))


@app.command()
def cap(
    alert: AlertArgument,
    out: Annotated[
        Path | None, typer.Option(help="File to write; without it, standard output.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Print a confirmed alert, or its cancellation, as a CAP 1.2 document.

    Example: [bold]shanasheel alerts cap A-0031 --out warning.xml[/bold]
    """
    with _site(data) as site:
        document = cap_maker(site)(public_alert(site, find_alert(site, alert)))
    if out is None:
        typer.echo(document.decode())
    else:
        out.write_bytes(document)


def _line_of(row: Precision) -> str:
    decided = row.confirmed + row.dismissed
    share = "–" if row.precision is None else f"{row.precision:.0%}"
    line = (
        f"{row.kind:<20} {row.camera:<12} {share:>6} {decided:>5}  "
        f"{row.low:>4.0%} to {row.high:<5.0%} {row.undecided_share:>9.0%}"
    )
    return f"{line}  wrong more often than right: change this rule here" if row.noisy else line


def _decide(data: Path | None, alert: str, after: AlertState, reason: str) -> None:
    with _site(data) as site:
        identifier = find_alert(site, alert)
        seen = open_alert(site, identifier)[0]
        changed = decide_alert(
            site, LOCAL, identifier, after=after, reason=reason, version=seen.version
        )
    _print_one(changed)


def _print_one(alert: Alert) -> None:
    louder = f"  {alert.escalation.value} {alert.escalated_to}".rstrip()
    asks = louder if alert.escalation.value != "none" else ""
    typer.echo(
        f"{alert.code}  {alert.state.value:<12} {alert.priority.value:<6} {iso(alert.at)}  "
        f"{alert.kind.value} {alert.subject}  {', '.join(alert.cameras)}  events: {alert.events}"
        f"{asks}"
    )


@contextmanager
def _site(data: Path | None) -> Iterator[Site]:
    with open_beside(open_folder(data or default_folder())) as site:
        yield site
