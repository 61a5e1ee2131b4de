"""`shanasheel bench sound`: shots and blasts against other noise, and where they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.base.errors import InvalidInput
from shanasheel.cli.options import JsonOption, remarks
from shanasheel.watch.sound import (
    evaluate_joining,
    evaluate_locating,
    evaluate_sound,
    load_classifier,
)


def sound(
    data: Annotated[
        Path | None,
        typer.Argument(help="Folder of sounds named gunshot_1.wav, explosion_…, siren_…, casual_…"),
    ] = None,
    locate: Annotated[
        bool, typer.Option("--locate", help="Simulate where shots were, by several cameras.")
    ] = False,
    join: Annotated[
        bool, typer.Option("--join", help="Simulate how the hub joins and places what they heard.")
    ] = False,
    rounds: Annotated[int, typer.Option(help="Simulated shots of each kind.", min=20)] = 400,
    as_json: JsonOption = False,
) -> None:
    """Print how well shots and blasts are told from other noise, and how honest that is.

    Example: [bold]shanasheel bench sound sesa-audio[/bold]
    """
    if locate or join:
        simulate = evaluate_joining if join else evaluate_locating
        _print_rows(simulate(rounds=rounds), as_json=as_json)
        return
    if data is None:
        raise InvalidInput(
            "A folder of labelled sounds is missing.", "Name one, or use --locate or --join."
        )
    body = evaluate_sound(data, load_classifier(), lambda _done, _total: None)
    if body["files_trained_on"]:
        remarks.print(
            f"{body['files_trained_on']} of {body['files']} files trained the shipped model: "
            "figures with them are too good. Its card has those of cross validation."
        )
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        if isinstance(value, dict):
            _print_way(name, value)
        else:
            typer.echo(f"{name:>24}  {value}")


def _print_way(way: str, classes: dict[str, dict[str, object]]) -> None:
    for name, scores in classes.items():
        recall = scores["recall_at_false_alarms_per_hour"]
        words = (
            ", ".join(f"{share:.2f} at {rate}/h" for rate, share in recall.items())
            if isinstance(recall, dict)
            else ""
        )
        typer.echo(
            f"{way:>12} {name:<14} AP {scores['ap']:.3f}  AUC {scores['auc']:.3f}  "
            f"ECE {scores['ece']:.3f}  recall {words}"
        )
        rows = scores["reliability"]
        for row in rows if isinstance(rows, list) else ():
            typer.echo(f"{'':>27} said {row['said']:.2f}  was {row['was']:.2f}  ({row['files']})")


def _print_rows(rows: list[dict[str, object]], *, as_json: bool) -> None:
    for row in rows:
        if as_json:
            typer.echo(json.dumps(row))
        else:
            typer.echo("  ".join(f"{name} {value}" for name, value in row.items()))
