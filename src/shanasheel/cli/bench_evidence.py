"""`shanasheel bench evidence`: how fast a bundle is verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.evidence_bench import measure_verifying
from shanasheel.cli.options import JsonOption
from shanasheel.cli.policies import read_policy


def evidence(
    bundle: Annotated[Path, typer.Argument(help="A bundle: a folder or a zip file.")],
    policy: Annotated[Path, typer.Option(help="The verifier's policy.")],
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="How often.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Print how fast a bundle is verified, against plain hashing of the same bytes.

    Example: [bold]shanasheel bench evidence E-2026-0001.zip --policy policy.txt[/bold]
    """
    body = measure_verifying(bundle, read_policy(policy), rounds=rounds)
    if as_json:
        typer.echo(json.dumps(body))
        return
    for name, value in body.items():
        typer.echo(f"{name:>14}  {value}")
