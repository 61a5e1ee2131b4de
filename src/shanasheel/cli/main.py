"""All commands under one name, and how their errors end."""

from __future__ import annotations

import sys

import typer

import shanasheel
from shanasheel.base.errors import ShanasheelError
from shanasheel.cli import access, analyze, bench, demo, doctor, ledger, run

app = typer.Typer(
    name="shanasheel",
    help="City cameras that warn of armed attack and keep proof nobody can quietly change.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(demo.demo)
app.command()(run.run)
app.command()(analyze.analyze)
app.command()(doctor.doctor)
app.add_typer(ledger.app, name="ledger")
app.add_typer(access.app, name="access")
app.add_typer(bench.app, name="bench")


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"shanasheel {shanasheel.__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: bool = typer.Option(
        False, "--version", is_eager=True, help="Print the version and end.",
        callback=lambda asked: _version(asked=asked),
    ),
) -> None:  # fmt: skip
    """City cameras that warn of armed attack and keep proof nobody can quietly change."""


def main() -> None:
    """Run one command; an error of ours is one line and its own exit code."""
    try:
        app()
    except ShanasheelError as fault:
        typer.echo(f"shanasheel: {fault}", err=True)
        sys.exit(fault.handling.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
