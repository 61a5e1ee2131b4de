"""`shanasheel bench describe`: how well finished tracks are described."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from shanasheel.cli.bench_words import print_words
from shanasheel.cli.options import JsonOption, remarks
from shanasheel.watch.vision import (
    PlateReader,
    PlateScores,
    evaluate_arabic,
    evaluate_plates,
    find_fonts,
    load_detector,
)


def describe(
    folders: Annotated[
        list[Path], typer.Argument(help="Folders of pictures, plates listed in .txt beside each.")
    ],
    words: Annotated[
        Path | None,
        typer.Option(help="CSV of what people saw: judge colours, types, windows or clothes."),
    ] = None,
    arabic: Annotated[
        bool, typer.Option("--arabic", help="Draw Iraqi plates onto the pictures, and read those.")
    ] = False,
    fonts: Annotated[Path, typer.Option(help="Folder of fonts to draw with, for --arabic.")] = Path(
        "/usr/share/fonts"
    ),
    as_json: JsonOption = False,
) -> None:
    """Print how well plates are told from none, and read; or how well words fit what people saw.

    With --words, a CSV of file,colour,type judges photographs in the folders, one of
    track,upper,lower the people of a MOTChallenge folder.

    Example: [bold]shanasheel bench describe plates-eu plates-eu-removed[/bold]

    Example: [bold]shanasheel bench describe plates-eu --words plates-eu.csv[/bold]
    """
    if words is not None:
        print_words(folders, words, as_json=as_json)
        return
    body = _arabic(folders, fonts) if arabic else _latin(folders)
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>26}  {value}")


def _latin(folders: list[Path]) -> dict[str, object]:
    with Progress(console=remarks, disable=not sys.stderr.isatty()) as bars:
        bar = bars.add_task("Looking for plates", total=None)
        scores = evaluate_plates(
            folders, load_detector(threads=1), PlateReader(),
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )  # fmt: skip
    return _body(scores)


def _arabic(folders: list[Path], fonts: Path) -> dict[str, object]:
    with Progress(console=remarks, disable=not sys.stderr.isatty()) as bars:
        bar = bars.add_task("Reading drawn plates", total=None)
        scores = evaluate_arabic(
            folders, load_detector(threads=1), PlateReader(), find_fonts(fonts, held_out=True),
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )  # fmt: skip
    return {name: _rounded(value) for name, value in dataclasses.asdict(scores).items()}


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_rounded(each) for each in value]
    return round(value, 4) if isinstance(value, float) else value


def _body(scores: PlateScores) -> dict[str, object]:
    return {
        "pictures_with_plate": scores.with_plate,
        "pictures_without": scores.without,
        "no_vehicle_found": scores.no_vehicle,
        "auc": round(scores.auc, 4),
        "ece": round(scores.ece, 4),
        "false_none_per_picture": round(scores.false_none, 4),
        "none_found_per_picture": round(scores.none_found, 4),
        "text_exact": round(scores.exact, 4),
        "text_exact_when_certain": round(scores.certain_exact[0], 4),
        "text_certain_share": round(scores.certain_exact[1], 4),
        "cpu_s_per_picture": round(scores.s_per_look, 3),
        "reliability": [
            {"pictures": count, "said": round(mean, 3), "true": round(share, 3)}
            for count, mean, share in scores.reliability
        ],
    }
