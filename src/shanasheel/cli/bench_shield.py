"""`shanasheel bench shield`: how many true heads are left visible."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.folder import default_folder
from shanasheel.app.model_work import detector_named
from shanasheel.app.shield_bench import measure_shield
from shanasheel.cli.options import JsonOption
from shanasheel.domain.shielding import Hide
from shanasheel.watch.vision import load_detector
from shanasheel.watch.vision.registry import Registry


def shield(
    data: Annotated[Path, typer.Argument(help="MOTChallenge folder, or a film.")],
    full: Annotated[
        bool, typer.Option("--full/--gated", help="Every picture, or as live cameras are.")
    ] = False,
    hide: Annotated[Hide, typer.Option(help="What is masked of people.")] = Hide.HEADS,
    faces: Annotated[
        str, typer.Option(help="Also find faces, with a model's name or the path of its card.")
    ] = "",
    folder: Annotated[
        Path | None, typer.Option("--data", help="Folder of the models that were added.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the share of true heads that the shielded view leaves visible, and its cost.

    Example: [bold]shanasheel bench shield pets09-s2l1[/bold]
    """
    detector = load_detector(threads=1, live=not full)
    finder = None
    if faces:
        finder = detector_named(Registry(folder or default_folder()), faces, threads=1)
    body = measure_shield(data, detector, full=full, hide=hide, faces=finder)
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>26}  {value}")
