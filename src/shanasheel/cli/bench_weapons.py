"""`shanasheel bench weapons`: how well a weapon model does, and how often it cries wolf."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.models import models_in_use
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.weapons_bench import measure_weapons, weapon_model_named
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import NotFound
from shanasheel.cli.options import JsonOption, ModelsOption
from shanasheel.domain.models import ModelTask
from shanasheel.watch.vision import load_detector
from shanasheel.watch.vision.registry import DEFAULT, Registry


def weapons(
    data: Annotated[Path, typer.Argument(help="Folder of images/ and labels/.")],
    model: Annotated[
        str, typer.Option(help="A weapon model's name, or the path of a card beside its file.")
    ] = "",
    quiet: Annotated[
        list[Path] | None, typer.Option(help="A clip without weapons; may be given again.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full/--live", help="Find people at full size, or as live.")
    ] = False,
    folder: ModelsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print how well a weapon model does on labelled stills, person by person.

    Example: [bold]shanasheel bench weapons my-stills --model out/weapon-crops.yaml[/bold]
    """
    root = (folder or default_folder()).expanduser().resolve()
    named = model or _in_use(root)
    chosen = weapon_model_named(Registry(root), named)
    detector = load_detector(threads=1, live=not full)
    body = measure_weapons(data, detector, chosen, quiet or [])
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        if isinstance(value, dict):
            for key, each in value.items():
                typer.echo(f"{name:>30}  {key}: {each}")
        else:
            typer.echo(f"{name:>30}  {value}")


def _in_use(root: Path) -> str:
    with open_beside(open_folder(root)) as site:
        named = models_in_use(site, default=DEFAULT).site[ModelTask.WEAPONS]
    if not named:
        raise NotFound("No weapon model is in use.", "Name one with --model.")
    return named
