"""`shanasheel bench ledger`: what the log costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.ledger_bench import measure_ledger
from shanasheel.cli.options import JsonOption, remarks


def ledger(
    entries: Annotated[
        int, typer.Option(help="How many the log has.", min=10_000, max=10_000_000)
    ] = 1_000_000,
    facts: Annotated[
        int, typer.Option(help="How many are stored and logged besides.", min=1_000, max=1_000_000)
    ] = 50_000,
    on: Annotated[Path | None, typer.Option(help="Folder on the disk to write to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print entries a second with durable writes, what a proof takes, and a check of everything.

    Example: [bold]shanasheel bench ledger --on /srv[/bold]
    """
    body = measure_ledger(
        entries, facts=facts, on=on, say=lambda text: remarks.print(text, markup=False)
    )
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>28}  {value}")
