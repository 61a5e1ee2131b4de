"""`shanasheel rules`: what a camera watches for, tried on the archive first."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from shanasheel.actions import rule_trial as actions
from shanasheel.actions.access import LOCAL
from shanasheel.actions.cameras import camera_named
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.footage_trial import try_on_footage
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.base.errors import InvalidInput
from shanasheel.cli.options import DataOption, JsonOption, aware_time, remarks
from shanasheel.domain.cameras import Camera
from shanasheel.domain.rules import DRAWN, Rule, RuleKind, Sensitivity, fault_of, zone_of_time

app = typer.Typer(no_args_is_help=True, help="What a camera watches for, tried on the archive.")

_SPAN = re.compile(r"(\d{1,4})(d|h|min)")
_UNITS = {"d": "days", "h": "hours", "min": "minutes"}
_NICENESS = 15  # recording goes first


@app.callback()
def _rules() -> None:
    """What a camera watches for, tried on the archive."""


@app.command("try")
def attempt(
    camera: Annotated[str, typer.Argument(help="The camera's id.")],
    rule: Annotated[
        RuleKind | None, typer.Option(help="The rule; else what its zones and lines say.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Name of the camera's zone.")] = "",
    line: Annotated[str, typer.Option(help="Name of the camera's line.")] = "",
    after_s: Annotated[float | None, typer.Option(help="Seconds until it is raised.")] = None,
    people: Annotated[int | None, typer.Option(help="How many make a crowd.")] = None,
    away_m: Annotated[float | None, typer.Option(help="Metres from which on it is left.")] = None,
    sensitivity: Annotated[Sensitivity, typer.Option(help="How little is enough.")] = (
        Sensitivity.NORMAL
    ),
    hours: Annotated[list[str] | None, typer.Option(help="When it holds: 22:00-05:00.")] = None,
    since: Annotated[str, typer.Option(help="How far back: 7d, 12h, 30min.")] = "7d",
    end: Annotated[str, typer.Option("--to", help="End of the span, with zone; else now.")] = "",
    footage: Annotated[
        bool, typer.Option("--footage", help="Look at the recorded pictures again.")
    ] = False,
    json_out: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Say what a rule would have raised, and how often a day, before it is switched on.

    The rule that runs live runs over the tracks that sightings keep, about a point a second. What
    that cannot tell needs --footage, which analyses the recorded span again at low priority.

    Example: [bold]shanasheel rules try BSR-014 --rule stopped_vehicle --zone Gate --since 7d[/bold]
    """
    wanted = None if rule is None else Rule(
        rule=rule, zone=zone, line=line, after_s=after_s, people=people, away_m=away_m,
        sensitivity=sensitivity, hours=tuple(hours or ()),
    )  # fmt: skip
    with ExitStack() as stack:
        site = stack.enter_context(open_beside(open_folder(data or default_folder())))
        tried = _trying(camera_named(site, camera), wanted, zone, line)
        until = aware_time(end) if end else site.clock.now()
        span = (until - _ago(since), until)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        bars = stack.enter_context(
            Progress(*columns, console=remarks, disable=not sys.stderr.isatty())
        )
        bar = bars.add_task(camera, total=None)
        trial = try_on_footage if footage else actions.try_rules
        if footage:
            os.nice(_NICENESS)
        found = trial(
            site, LOCAL, tried, start=span[0], end=span[1],
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )  # fmt: skip
    if json_out:
        typer.echo(json.dumps(plain_trial(found), ensure_ascii=False))
        return
    _print(found, footage=footage)


def _trying(camera: Camera, rule: Rule | None, zone: str, line: str) -> Camera:
    """Return the camera as it watches for what is tried alone.

    Raises:
        InvalidInput: the rule does not go with the camera's zones and lines.
    """
    if rule is None:
        return actions.only(camera)
    if rule.rule in DRAWN:
        return actions.drawn(camera, rule.rule, zone=zone, line=line)
    names = tuple(one.name for one in camera.zones), tuple(one.name for one in camera.lines)
    fault = fault_of(rule, zones=names[0], lines=names[1])
    if fault:
        raise InvalidInput(f"The rule cannot be tried: {fault}.", "See docs/guide/rules.md.")
    return actions.only(camera, rule)


def _ago(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise InvalidInput(f"{text!r} is no span.", "Give 7d, 12h or 30min.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def plain_trial(found: actions.RuleTrial) -> dict[str, object]:
    """Return a trial as plain JSON."""
    return {
        "camera": found.camera.id, "start": iso(found.start), "end": iso(found.end),
        "sightings": found.sightings, "cut": found.cut,
        "counts": [
            {"kind": kind, "subject": subject,
             "days": {day.isoformat(): days.get(day, 0) for day in found.days}}
            for (kind, subject), days in found.counts().items()
        ],
        "found": [
            {"kind": one.event.kind, "subject": one.event.subject, "at": iso(one.event.at),
             "sightings": [each.id for each in one.sightings]}
            for one in found.found
        ],
        "too_fast": list(found.too_fast), "weapons": list(found.weapons),
        "seen_s": found.seen_s,
    }  # fmt: skip


def _print(found: actions.RuleTrial, *, footage: bool) -> None:
    for one in found.found:
        event = one.event
        numbers = ", ".join(f"{name} {value:g}" for name, value in event.numbers)
        typer.echo(f"{_local(found, event.at)}  {event.kind.value:16} {event.subject}  {numbers}")
    for (kind, subject), days in found.counts().items():
        said = ", ".join(f"{day} {days.get(day, 0)}" for day in found.days)
        typer.echo(f"{kind} {subject}: {sum(days.values())} times ({said})")
    if not found.found:
        typer.echo("It would have raised nothing.")
    looked = (f"{found.seen_s / 3600:.2f} hours of footage" if footage
              else f"{found.sightings} tracks")  # fmt: skip
    typer.echo(f"Looked through: {looked}, {iso(found.start)} to {iso(found.end)}.")
    if footage:
        typer.echo("Plates are not read there: rules about missing plates raise nothing.", err=True)
    if found.cut:
        typer.echo("There was more than is looked through: try a shorter span.", err=True)
    for kinds, why in (
        (found.too_fast, "needs more than a point a second: try it with --footage"),
        (found.weapons, "hangs on looks for weapons, which nobody keeps: it cannot be tried"),
    ):
        for kind in kinds:
            typer.echo(f"Not tried: {kind.value} {why}.", err=True)


def _local(found: actions.RuleTrial, at: datetime) -> str:
    return at.astimezone(zone_of_time(found.camera.time_zone)).isoformat(timespec="seconds")
