"""`shanasheel models`: which models look at the pictures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from shanasheel.actions.access import LOCAL
from shanasheel.actions.models import (
    models_in_use,
    note_model_added,
    note_models_verified,
    use_model,
)
from shanasheel.actions.site import Site
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.model_work import (
    Bench,
    bench_json,
    chosen,
    described,
    pull_model,
    said_choice,
    verify_all,
)
from shanasheel.app.model_work import (
    bench as bench_model,
)
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import SystemClock
from shanasheel.cli.options import DataOption, JsonOption, remarks
from shanasheel.domain.models import ModelTask, Use
from shanasheel.watch.vision.registry import DEFAULT, Model, Registry

app = typer.Typer(no_args_is_help=True, help="Which models look at the pictures.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of a model.")]


@app.command("list")
def list_all(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the models: built in, added, or known and not yet here; and which is in use.

    Example: [bold]shanasheel models list[/bold]
    """
    with _site(data) as site:
        registry = Registry(site.data)
        use = models_in_use(site, default=DEFAULT)
        rows = [described(registry, model, use) for model in registry.all()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        used = ", ".join(map(str, _list(row["used_by"])))
        typer.echo(f"{row['name']}  ({row['from']}){'  in use: ' + used if used else ''}")
        typer.echo(f"    {row['family']}, {row['classes']} classes, licence {row['licence']}")
        typer.echo(f"    {_measured(row)}")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The ONNX file.")],
    card: Annotated[
        Path | None, typer.Option(help="Its card, YAML or JSON; not needed where we ship one.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in a model by its card: its hash is checked, and it runs once within bounds.

    Example: [bold]shanasheel models add yolox_nano.onnx --card yolox_nano.yaml[/bold]
    """
    with _site(data) as site:
        remarks.print("Running the model once, in a process with bounds …")
        registry = Registry(site.data)
        model = registry.add(file, card or registry.shipped_card(file))
        _added(site, model, as_json=as_json)


@app.command()
def pull(
    name: NameArgument,
    card: Annotated[
        Path | None, typer.Option(help="Its card, where none is known of that name.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Download a model from the address in its card, check it and take it in.

    Example: [bold]shanasheel models pull yolox-nano[/bold]
    """
    with _site(data) as site:
        with _bar(name, quiet=as_json) as bar:
            model = pull_model(Registry(site.data), name, card, progress=bar)
        _added(site, model, as_json=as_json)


@app.command()
def verify(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Check every model at hand: its card, its hash, and what it sees in a test picture.

    Example: [bold]shanasheel models verify[/bold]
    """
    with _site(data) as site, _bar("models", quiet=as_json) as bar:
        told = verify_all(Registry(site.data), site.clock, bar)
        right = [str(one["name"]) for one in told if one["right"]]
        wrong = [str(one["name"]) for one in told if not one["right"]]
        note_models_verified(site, LOCAL, right=right, wrong=wrong)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        for one in told:
            typer.echo(f"{'right' if one['right'] else 'WRONG'}  {one['name']}: {one['detail']}")
    if not all(one["right"] for one in told):
        raise typer.Exit(1)


@app.command()
def use(
    name: NameArgument,
    camera: Annotated[
        str | None, typer.Option(help="Only this camera; without, all that name none.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="No more, from now on.")] = False,
    data: DataOption = None,
) -> None:
    """Look at the cameras with this model from now on; recorded like every setting.

    A model for faces finds those that the shield also masks; one for weapons looks a second time
    at people.

    Example: [bold]shanasheel models use yolox-nano --camera BSR-014[/bold]
    """
    with _site(data) as site:
        model = chosen(Registry(site.data), name, check=not off)
        use_model(site, LOCAL, model, camera=camera, off=off)
    whom = camera or "Every camera that names none"
    done = "no more " if off else ""
    if model.task is ModelTask.WEAPONS:
        typer.echo(f"{whom}: people are {done}looked at a second time with {model.name}.")
    else:
        typer.echo(f"{whom} is {done}looked at with {model.name}.")
    if model.task is ModelTask.WEAPONS and not off:
        remarks.print(f"[bold]Its limits:[/bold] {model.limits or 'its card names none.'}")


@app.command()
def bench(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A model; without, all at hand.")
    ] = None,
    on: Annotated[
        Path | None, typer.Option(help="MOTChallenge folder to judge accuracy on.")
    ] = None,
    step: Annotated[int, typer.Option(help="Judge every so many pictures.", min=1)] = 5,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure every way to run a model here, and keep the one that costs least.

    Example: [bold]shanasheel models bench nanodet-g --on pets09-s2l1[/bold]
    """
    registry = Registry(open_folder(data or default_folder()).root)
    names = [name] if name else list(registry.names())
    results = []
    for each in names:
        model = registry.one(each)
        with _bar(each, quiet=as_json) as bar:
            result = bench_model(registry, model, SystemClock(), data=on, step=step, progress=bar)
        results.append(bench_json(each, result))
        if not as_json:
            _print_bench(each, result)
    if as_json:
        typer.echo(json.dumps(results, ensure_ascii=False))


def _print_bench(name: str, result: Bench) -> None:
    table = Table(title=f"{name} on {result.kept.machine}, ms per picture")
    for column in ("back end", "device", "precision", "threads", "batch", "wall ms", "cpu ms"):
        table.add_column(column)
    for speed in sorted(result.speeds, key=lambda each: each.cpu_ms):
        choice = speed.choice
        table.add_row(
            choice.backend, choice.device, choice.precision, str(choice.threads),
            str(speed.batch), f"{speed.ms:g}", f"{speed.cpu_ms:g}",
        )  # fmt: skip
    remarks.width = max(remarks.width, 90)
    with remarks.capture() as text:
        remarks.print(table)
    typer.echo(text.get())
    for choice, batch, why in result.refused:
        typer.echo(f"not offered: {said_choice(choice)}, batch {batch}: {why}")
    if result.kept.best is not None:
        typer.echo(f"kept: {said_choice(result.kept.best.choice)}")
    for folder, ap in result.kept.ap50.items():
        typer.echo(f"AP50 for people on {folder}: {ap}")


def _added(site: Site, model: Model, *, as_json: bool) -> None:
    card = model.card
    note_model_added(site, LOCAL, name=card.name, sha256=card.sha256, licence=card.licence)
    if as_json:
        nobody = Use()
        typer.echo(json.dumps(described(Registry(site.data), model, nobody), ensure_ascii=False))
        return
    typer.echo(f"{card.name} is here, runs with {' and '.join(model.backends)}.")
    typer.echo(f"Use it: shanasheel models use {card.name}")


def _measured(row: dict[str, object]) -> str:
    if not row["best"]:
        return "not measured here: shanasheel models bench " + str(row["name"])
    ap50 = row["ap50"] if isinstance(row["ap50"], dict) else {}
    accuracy = "".join(f", AP50 {ap} on {folder}" for folder, ap in ap50.items())
    return f"{row['ms']} ms, {row['cpu_ms']} ms of processor with {row['best']}{accuracy}"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


@contextmanager
def _bar(what: str, *, quiet: bool) -> Iterator[_Bar]:
    with Progress(console=remarks, disable=quiet or not sys.stderr.isatty()) as bars:
        yield _Bar(bars, what)


class _Bar:
    """Moves one bar of progress."""

    def __init__(self, bars: Progress, what: str) -> None:
        self._bars, self._task = bars, bars.add_task(what, total=None)

    def __call__(self, done: int, total: int) -> None:
        self._bars.update(self._task, completed=done, total=total or None)


@contextmanager
def _site(data: Path | None) -> Iterator[Site]:
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        yield site
