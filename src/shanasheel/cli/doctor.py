"""`shanasheel doctor`: what is missing on this machine, and how to mend it."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from shanasheel.app.checkup import examine
from shanasheel.app.folder import default_folder
from shanasheel.cli.options import DataOption, JsonOption


def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Say what is missing or misconfigured here, and how to mend it.

    Example: [bold]shanasheel doctor[/bold]
    """
    findings = examine(data or default_folder())
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(f"{finding.grade:>5}  {finding.name}: {finding.detail}")
            if finding.remedy:
                typer.echo(f"       -> {finding.remedy}")
    if any(finding.grade == "bad" for finding in findings):
        raise typer.Exit(1)
