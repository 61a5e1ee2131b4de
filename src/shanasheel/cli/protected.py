"""`shanasheel protected`: places that may be spied out, and what comes there on several days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions import protecting as actions
from shanasheel.actions.access import LOCAL
from shanasheel.actions.site import Site
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.cli.options import DataOption, JsonOption
from shanasheel.domain.protecting import Finding

app = typer.Typer(
    no_args_is_help=True,
    help="Places that may be spied out, and what comes there on several days.",
)

PlaceArgument = Annotated[str, typer.Argument(help="Name of the protected zone.")]
LookArgument = Annotated[str, typer.Argument(help="What is found, as `protected list` says it.")]


@app.command("list")
def listed(json_out: JsonOption = False, data: DataOption = None) -> None:
    """List what came to each place on several days, told or held back; asking is recorded.

    Also how much of it the last seven days would have told, day by day.

    Example: [bold]shanasheel protected list[/bold]
    """
    with _site(data) as site:
        found, asked = actions.report_places(site, LOCAL), actions.watching(site)
    if json_out:
        typer.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False))
        return
    for place in found:
        since = "nothing yet" if place.since is None else f"since {iso(place.since)}"
        typer.echo(f"{place.name}  ({', '.join(place.cameras)}; {place.visits} visits, {since})")
        for one in place.found:
            typer.echo(f"    {one.look:24} {_said(one)}")
        trial = ", ".join(f"{day} {count}" for day, count in place.trial)
        typer.echo(f"    it would have told: {trial}")
    if not found:
        typer.echo("No zone is protected: mark one in the camera's file, `protected: true`.")
    typer.echo(f"Told from {asked.days} days of {asked.of_days} on.")


@app.command()
def days(
    count: Annotated[int, typer.Argument(help="From so many days on it is told.")],
    of: Annotated[int, typer.Argument(help="Of so many.")],
    data: DataOption = None,
) -> None:
    """Say from how many days on something is told, 3 of 14 unless changed.

    Example: [bold]shanasheel protected days 3 14[/bold]
    """
    with _site(data) as site:
        actions.change_days(site, LOCAL, days=count, of_days=of)
    typer.echo(f"Told from {count} days of {of} on.")


@app.command()
def known(
    place: PlaceArgument,
    look: LookArgument,
    reason: Annotated[str, typer.Option(help="Who or what it is.")],
    for_days: Annotated[int, typer.Option("--days", help="For how long.")] = 30,
    data: DataOption = None,
) -> None:
    """Say that something is known: it is listed, and not told, until then; recorded.

    Example: [bold]shanasheel protected known Gate 22A70634 --reason "the baker"[/bold]
    """
    with _site(data) as site:
        one = actions.say_known(site, LOCAL, place, look, reason=reason, days=for_days)
    typer.echo(f"{one.look} is known at {one.place} until {iso(one.until)}.")


@app.command()
def forget(place: PlaceArgument, look: LookArgument, data: DataOption = None) -> None:
    """Tell something known again from now on.

    Example: [bold]shanasheel protected forget Gate 22A70634[/bold]
    """
    with _site(data) as site:
        actions.forget_known(site, LOCAL, place, look)
    typer.echo(f"{look} is told again at {place}.")


def _said(one: Finding) -> str:
    how = "stopped" if one.stopped else "passed"
    hour = "" if one.hour is None else f", about {one.hour:02d} o'clock"
    if one.chance is None:
        much = f"{one.others} other plates came as often"
    else:
        much = (f"{one.like_per_day} like it a day, by chance "
                f"1 in {1 / max(1e-6, one.chance):.0f}")  # fmt: skip
    times = " ".join(iso(visit.start)[:16] for visit in one.visits)
    why = f" ({one.known.reason}, {one.known.by})" if one.known else ""
    return (f"{one.verdict.value}{why}: {how} on {one.days} of {one.of_days} days{hour}; "
            f"{much}\n{'':29}{times}")  # fmt: skip


def _plain(place: actions.PlaceReport) -> dict[str, object]:
    return {
        "name": place.name, "cameras": place.cameras, "visits": place.visits,
        "since": None if place.since is None else iso(place.since),
        "trial": [[day.isoformat(), count] for day, count in place.trial],
        "found": [
            {"sign": one.sign, "look": one.look, "days": one.days, "of_days": one.of_days,
             "stopped": one.stopped, "verdict": one.verdict, "hour": one.hour,
             "like_per_day": one.like_per_day, "others": one.others, "chance": one.chance,
             "sightings": [visit.sighting for visit in one.visits]}
            for one in place.found
        ],
    }  # fmt: skip


@contextmanager
def _site(data: Path | None) -> Iterator[Site]:
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        yield site
