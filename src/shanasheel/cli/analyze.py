"""`shanasheel analyze`: footage in files, as fast as the machine can."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from shanasheel.app.folder import default_folder
from shanasheel.app.offline import FileResult, analyze_file, default_camera, out_folders
from shanasheel.app.offline_models import detector_of, with_named
from shanasheel.app.second_looking import WeaponModels
from shanasheel.app.settings import read_settings
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput, NotFound, ShanasheelError
from shanasheel.cli.options import JsonOption, ModelsOption, remarks
from shanasheel.domain.cameras import Camera
from shanasheel.watch.vision.registry import Registry

_MOST_LINES = 20  # of words about sightings; the files hold all


def analyze(
    files: Annotated[list[Path], typer.Argument(help="Video files of any kind FFmpeg reads.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")],
    camera: Annotated[str, typer.Option(help="Id of the camera the footage is from.")] = "file",
    start: Annotated[
        str | None, typer.Option(help="When the footage begins: 2026-01-31T12:00:00+03:00.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Look at every picture.")] = False,
    plates: Annotated[
        bool, typer.Option("--plates/--no-plates", help="Look for vehicles' number plates.")
    ] = True,
    model: Annotated[
        str, typer.Option(help="Look with this detector, or card's path; else the camera's.")
    ] = "",
    faces: Annotated[
        str, typer.Option(help="Also mask faces that this model finds, or card's path.")
    ] = "",
    weapons: Annotated[
        str, typer.Option(help="Look twice at people, with this weapon model, or card's path.")
    ] = "",
    config: Annotated[
        Path | None, typer.Option(help="YAML file with the camera's zones and lines.")
    ] = None,
    data: ModelsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Analyse footage: tracks, sightings, events and a report for each file.

    Models are named as `shanasheel models list --data DIR` lists them. What is found is written to
    `--out` alone.

    Example: [bold]shanasheel analyze clip.mp4 --out results --data /srv/shanasheel[/bold]
    """
    known = with_named(_camera(camera, config), model=model, faces=faces, weapons=weapons)
    begun = None if start is None else _time(start)
    registry, wanted = Registry(data or default_folder()), known.weapon_model
    models = WeaponModels(registry)
    if models.in_use(wanted):
        models.one(wanted)  # what cannot be used is told before any footage is looked at
    detector = detector_of(registry, known)
    faults: list[ShanasheelError] = []
    results: list[FileResult] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=remarks, disable=not sys.stderr.isatty()) as bars:
        for file, folder in zip(files, out_folders(files, out), strict=True):
            bar = bars.add_task(file.name, total=None)
            try:
                result = analyze_file(
                    file, folder, detector=detector, camera=known, start=begun, full=full,
                    plates=plates, second_looks=models.looks(wanted), clock=SystemClock(),
                    progress=lambda done, total, bar=bar: bars.update(  # type: ignore[misc]
                        bar, completed=done, total=total
                    ),
                )  # fmt: skip
            except ShanasheelError as fault:
                faults.append(fault)
                typer.echo(f"shanasheel: {file.name}: {fault}", err=True)
                continue
            results.append(result)
            if result.warning:
                typer.echo(f"shanasheel: {file.name}: {result.warning}", err=True)
    _print(results, as_json=as_json)
    if faults:
        raise typer.Exit(faults[0].handling.exit_code)


def _camera(identifier: str, config: Path | None) -> Camera:
    if config is None:
        return default_camera(identifier)
    _, cameras = read_settings(config)
    for camera in cameras or ():
        if camera.id == identifier:
            return camera
    raise NotFound(f"{config} has no camera {identifier!r}.", "Name one with --camera.")


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as fault:
        raise InvalidInput(f"{text!r} is not a time.", "Give 2026-01-31T12:00:00Z.") from fault
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _print(results: list[FileResult], *, as_json: bool) -> None:
    for result in results:
        if as_json:
            body = {
                "file": str(result.file), "out": str(result.folder), "frames": result.frames,
                "tracks": result.tracks, "sightings": result.sightings, "events": result.events,
                "decoded_share": round(result.decoded_share, 4), "warning": result.warning,
            }  # fmt: skip
            typer.echo(json.dumps(body, ensure_ascii=False))
        else:
            typer.echo(
                f"{result.file.name}: {result.frames} pictures, {result.tracks} tracks, "
                f"{result.sightings} sightings, {result.events} events -> {result.folder}"
            )
            for words, count in Counter(result.words).most_common(_MOST_LINES):
                typer.echo(f"  {words}" + (f" (x{count})" if count > 1 else ""))
            if len(set(result.words)) > _MOST_LINES:
                typer.echo("  … and more in sightings.jsonl")
