"""All commands under one name, and how their errors end."""

from __future__ import annotations

import importlib
import logging
import os
import sys

import typer

import shanasheel
from shanasheel.app.processes import start_logging
from shanasheel.base.errors import ShanasheelError

#: Every command with its line in `--help`, so that listing them imports none of them.
COMMANDS = {
    "demo": "Play sample cameras from real footage: recorded, analysed, alerted on, proven.",
    "run": "Record and watch your own cameras until Ctrl-C.",
    "analyze": "Analyse footage: tracks, sightings, events and a report for each file.",
    "search": "Find sightings by their looks and plate; who asked for what is recorded.",
    "receivers": "Who is told of alerts outside.",
    "doctor": "Say what is missing or misconfigured here, and how to mend it.",
    "alerts": "What calls for a person, and what they decide.",
    "plans": "What is done once an alert is confirmed.",
    "incidents": "What happened, by the alerts people confirmed.",
    "shifts": "Who is at the desk, and what they hand over.",
    "cameras": "Which cameras are recorded.",
    "rules": "What a camera watches for, tried on the archive.",
    "protected": "Places that may be spied out, and what comes there on several days.",
    "combinations": "Events that together call for a person, across rules and cameras.",
    "intake": "Take in footage that others hand in: shop recorders, phones.",
    "sound": "Where a shot was, by when cameras heard it.",
    "footage": "A clip against what was recorded.",
    "hold": "Footage that must not expire.",
    "evidence": "Exhibits: footage produced to a case, and bundles that strangers verify.",
    "ledger": "The tamper-evident log.",
    "cosigner": "Sign, as an outsider, that others' logs only grow.",
    "vault": "Copies of footage and proof in another place.",
    "models": "Which models look at the pictures.",
    "access": "Who may look.",
    "bench": "Measure accuracy and cost.",
}


def make_app(wanted: str | None = None) -> typer.Typer:
    """Return the command line.

    Args:
        wanted: the one command that will run: only its module is imported, for importing all
            takes seconds on small machines. None imports every command.
    """
    app = typer.Typer(
        name="shanasheel",
        help="City cameras that warn of armed attack and keep proof nobody can quietly change.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )
    app.callback()(_top)
    for name, line in COMMANDS.items():
        if wanted not in (None, name):
            app.command(name, help=line)(_listed)
            continue
        module = importlib.import_module(f"shanasheel.cli.{name}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    return app


def _listed() -> None:
    """Stand in the list for a command that is not run."""


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"shanasheel {shanasheel.__version__}")
        raise typer.Exit


def _top(
    version: bool = typer.Option(
        False, "--version", is_eager=True, help="Print the version and end.",
        callback=lambda asked: _version(asked=asked),
    ),
) -> None:  # fmt: skip
    """City cameras that warn of armed attack and keep proof nobody can quietly change."""


def main() -> None:
    """Run one command; an error of ours is one line and its own exit code."""
    first = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    completing = "_SHANASHEEL_COMPLETE" in os.environ
    start_logging(level=logging.WARNING)  # to standard error: what is printed may be read by others
    try:
        make_app(None if completing else first)()
    except ShanasheelError as fault:
        typer.echo(f"shanasheel: {fault}", err=True)
        sys.exit(fault.handling.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
