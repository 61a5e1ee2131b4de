"""Options that several commands share."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shanasheel.app.folder import ENVIRONMENT
from shanasheel.base.errors import InvalidInput

DataOption = Annotated[
    Path | None,
    typer.Option("--data", envvar=ENVIRONMENT, help="Folder of database, archive, ledger, keys."),
]
ModelsOption = Annotated[
    Path | None,
    typer.Option("--data", envvar=ENVIRONMENT, help="Folder of the models that were added."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

#: Progress and remarks; results alone go to standard output.
remarks = Console(stderr=True, highlight=False)


def aware_time(text: str) -> datetime:
    """Return the time of ISO 8601 text that names its zone.

    Raises:
        InvalidInput: it is not such text.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as fault:
        raise InvalidInput(f"{text!r} is not a time.", "Give 2026-11-23T18:00:00+03:00.") from fault
    if at.tzinfo is None:
        raise InvalidInput(f"{text!r} has no time zone.", "Add +03:00 or Z.")
    return at
