"""`shanasheel bench describe --words`: how well descriptions fit what people saw."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.progress import Progress

from shanasheel.app.clothes_bench import measure_clothes
from shanasheel.base.errors import InvalidInput
from shanasheel.cli.options import remarks
from shanasheel.watch.vision import Reliability, WordScores, evaluate_words, load_detector


def print_words(folders: Sequence[Path], words: Path, *, as_json: bool) -> None:
    """Print scores by what the CSV lists.

    Raises:
        InvalidInput: it cannot be read.
    """
    with Progress(console=remarks, disable=not sys.stderr.isatty()) as bars:
        bar = bars.add_task("Describing", total=None)

        def progress(done: int, total: int) -> None:
            bars.update(bar, completed=done, total=total)

        if _lists_people(words):
            body = measure_clothes(folders[0], words, load_detector(threads=1), progress=progress)
        else:
            body = _body(
                evaluate_words(folders, words, load_detector(threads=1), progress=progress)
            )
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>26}  {value}")


def _lists_people(words: Path) -> bool:
    try:
        with words.open() as lines:
            return lines.readline().startswith("track")
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"{words} cannot be read: {fault}.", "Give a CSV file.") from fault


def _body(scores: WordScores) -> dict[str, object]:
    return {
        "photographs": scores.photographs,
        **_reliability("colour_seen_before", scores.fitted),
        **_reliability("colour_unseen", scores.unseen),
        "colour_unseen_reliability": [
            [count, round(mean, 3), round(share, 3)] for count, mean, share in scores.unseen.bins
        ],
        "colourless_photographs": scores.colourless[0],
        "colourless_noticed": scores.colourless[1],
        "called": {name: dict(sorted(labels.items())) for name, labels in scores.called.items()},
        "windows_auc_synthetic": round(scores.windows_auc, 4),
        "windows_ece_synthetic": round(scores.windows_ece, 4),
        "windows_dark_found": round(scores.windows_found, 4),
        "windows_dark_false": round(scores.windows_false, 4),
    }


def _reliability(name: str, found: Reliability) -> dict[str, object]:
    return {
        f"{name}_right": round(found.right, 4),
        f"{name}_told": round(found.told, 4),
        f"{name}_told_right": round(found.told_right, 4),
        f"{name}_ece": round(found.ece, 4),
    }
