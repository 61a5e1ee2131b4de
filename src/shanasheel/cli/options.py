"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shanasheel.app.folder import ENVIRONMENT

DataOption = Annotated[
    Path | None,
    typer.Option("--data", envvar=ENVIRONMENT, help="Folder of database, archive, ledger, keys."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

#: Progress and remarks; results alone go to standard output.
remarks = Console(stderr=True, highlight=False)
