"""`shanasheel combinations`: events that together call for a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions import combining as actions
from shanasheel.actions.access import LOCAL
from shanasheel.actions.site import Site
from shanasheel.app.combination_files import combinations_text, read_combinations
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.cli.options import DataOption, JsonOption, aware_time
from shanasheel.domain.alerts import Priority
from shanasheel.domain.combining import Combination

app = typer.Typer(
    no_args_is_help=True,
    help="Events that together call for a person, across rules and cameras.\n\n"
    "Words: KIND and KIND … | KIND followed by KIND … | 3 KIND | KIND on 3 cameras | any of (KIND, "
    "KIND); then: within 10 min | near 200 m | at one camera | at CAMERA, CAMERA | quiet for 1 h.",
)

WhenArgument = Annotated[str, typer.Argument(help="The words, in quotes.")]


@app.command("list")
def listed(json_out: JsonOption = False, data: DataOption = None) -> None:
    """List the combinations.

    Example: [bold]shanasheel combinations list[/bold]
    """
    with _site(data) as site:
        found = actions.list_combinations(site)
    if json_out:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        said = [one.priority.value, *one.hours, *(() if one.on else ("off",))]
        typer.echo(f"{one.name}  ({', '.join(said)})\n    {one.when}")
    if not found:
        typer.echo("There are none. Try one: shanasheel combinations try --help")


@app.command("set")
def put(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    when: WhenArgument,
    priority: Annotated[Priority, typer.Option(help="How soon to look.")] = Priority.HIGH,
    hours: Annotated[
        list[str] | None, typer.Option(help="Hours of its last event, 22:00-05:00; repeatable.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Keep it, but do not watch it.")] = False,
    data: DataOption = None,
) -> None:
    """Add a combination, or replace the one of that name.

    Example: [bold]shanasheel combinations set "Ambush" "loitering followed by shot_heard within
    20 min near 300 m"[/bold]
    """
    with _site(data) as site:
        one = Combination(
            name=name, when=when, priority=priority, on=not off, hours=tuple(hours or ())
        )
        actions.save_combination(site, LOCAL, one)
    typer.echo(f"{name}: {'kept, off' if off else 'watched from now on'}.")


@app.command()
def remove(name: Annotated[str, typer.Argument(help="Its name.")], data: DataOption = None) -> None:
    """Remove a combination; its alerts stay.

    Example: [bold]shanasheel combinations remove Ambush[/bold]
    """
    with _site(data) as site:
        actions.remove_combination(site, LOCAL, name)
    typer.echo(f"{name} is removed.")


@app.command("try")
def attempt(
    when: WhenArgument,
    hours: Annotated[
        list[str] | None, typer.Option(help="Hours of its last event, 22:00-05:00; repeatable.")
    ] = None,
    start: Annotated[str, typer.Option("--from", help="Start, with zone.")] = "",
    end: Annotated[str, typer.Option("--to", help="End, with zone.")] = "",
    json_out: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Say what a combination would have raised, and how often, before it is switched on.

    Over the last seven days unless told otherwise.

    Example: [bold]shanasheel combinations try "signal_lost on 3 cameras within 1 min near
    400 m"[/bold]
    """
    with _site(data) as site:
        found = actions.try_combination(
            site, when, hours=tuple(hours or ()),
            start=aware_time(start) if start else None, end=aware_time(end) if end else None,
        )  # fmt: skip
    if json_out:
        raised = [[one.id for one in parts] for parts in found.raised]
        typer.echo(json.dumps({
            "start": iso(found.start), "end": iso(found.end), "events": found.events,
            "raised": raised, "per_day": found.per_day, "cut": found.cut,
        }))  # fmt: skip
        return
    for parts in found.raised:
        said = ", ".join(f"{one.kind.value} {one.camera} {iso(one.at)}" for one in parts)
        typer.echo(f"{iso(parts[-1].at)}  {said}")
    typer.echo(
        f"{len(found.raised)} times in {(found.end - found.start).total_seconds() / 86_400:.1f} "
        f"days ({found.per_day:.2f} a day), of {found.events} events of these kinds."
    )
    if found.cut:
        typer.echo("There were more events than are looked through: try a shorter span.", err=True)


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="YAML file with a list `combinations`.")],
    data: DataOption = None,
) -> None:
    """Make a file's list the whole set; applying twice changes nothing.

    Example: [bold]shanasheel combinations apply combinations.yaml[/bold]
    """
    listed = read_combinations(file)
    with _site(data) as site:
        changed = actions.replace_combinations(site, LOCAL, listed)
    typer.echo("Applied." if changed else "Nothing to change.")


@app.command()
def export(data: DataOption = None) -> None:
    """Print the combinations as the YAML that `apply` takes.

    Example: [bold]shanasheel combinations export > combinations.yaml[/bold]
    """
    with _site(data) as site:
        typer.echo(combinations_text(actions.list_combinations(site)), nl=False)


@contextmanager
def _site(data: Path | None) -> Iterator[Site]:
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        yield site
