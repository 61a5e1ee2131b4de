"""`shanasheel access`: accounts."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from shanasheel.actions.access import add_account
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.cli.options import DataOption
from shanasheel.domain.people import Role

app = typer.Typer(no_args_is_help=True, help="Who may look.")


@app.callback()
def _group() -> None:
    """Keep `add` a word of its own."""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Account name, a-z 0-9 . _ -")],
    role: Annotated[Role, typer.Option(help="What the person is here to do.")] = Role.OPERATOR,
    data: DataOption = None,
) -> None:
    """Make an account; the password is asked for, or read from standard input.

    Example: [bold]shanasheel access add layla --role investigator[/bold]
    """
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        person = add_account(site, name, role, password)
    typer.echo(f"{person.name} can log in as {person.role.value}.")
