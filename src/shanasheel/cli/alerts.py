"""`shanasheel alerts`: what the public is told of an alert."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.public import public_alert
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.senders import cap_maker
from shanasheel.app.wiring import open_beside
from shanasheel.cli.options import DataOption

app = typer.Typer(no_args_is_help=True, help="What the public is told of alerts.")


@app.callback()
def _group() -> None:
    """What the public is told of alerts."""


@app.command()
def cap(
    alert: Annotated[str, typer.Argument(help="Code or id of a confirmed alert: A-0031.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; without it, standard output.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Print a confirmed alert, or its cancellation, as a CAP 1.2 document.

    Example: [bold]shanasheel alerts cap A-0031 --out warning.xml[/bold]
    """
    with open_beside(open_folder(data or default_folder())) as site:
        document = cap_maker(site)(public_alert(site, alert))
    if out is None:
        typer.echo(document.decode())
    else:
        out.write_bytes(document)
