"""`shanasheel ledger fsck`: derive the log's hash tiles again."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from shanasheel.actions.mending import mend_tiles
from shanasheel.app.folder import DataFolder, default_folder
from shanasheel.app.wiring import open_beside, read_verifier_key
from shanasheel.base.errors import NotFound
from shanasheel.cli.options import DataOption, JsonOption, remarks
from shanasheel.prove.ledger import TileReport, check_tiles


def fsck(
    data: DataOption = None,
    key: Annotated[
        Path | None, typer.Option(help="The log's public key, kept elsewhere by an outsider.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Write missing and changed tiles anew.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Derive all hash tiles from the entries again, and say which are missing or changed.

    Ends with 0 when everything holds, or holds again, and 8 when anything does not. Entries and
    checkpoints are never written.

    Example: [bold]shanasheel ledger fsck --data /srv/shanasheel --repair[/bold]
    """
    folder = DataFolder(root=(data or default_folder()).expanduser().resolve())
    if not folder.ledger.is_dir():
        raise NotFound(f"{folder.root} holds no ledger.", "Name the folder with --data.")
    verifier_key = key.read_text().strip() if key else read_verifier_key(folder)
    with Progress(console=remarks, disable=as_json or not sys.stderr.isatty()) as bars:
        bar = bars.add_task("entries", total=None)

        def told(done: int, total: int) -> None:
            bars.update(bar, completed=done, total=total)

        report = check_tiles(folder.ledger, verifier_key, told)
        if repair and not report.fault and not report.holds:
            with open_beside(folder) as site:
                report, aside = mend_tiles(site, verifier_key, report, progress=told)
            remarks.print(f"Changed tiles as they were found: {aside}", markup=False)
    _print(report, as_json=as_json)
    if not report.holds:
        raise typer.Exit(8)


def _print(report: TileReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"holds": report.holds, **asdict(report)}, ensure_ascii=False))
        return
    if report.fault:
        typer.echo(f"FAILS  the entries cannot be relied on: {report.fault}")
    for name in ("missing", "changed", "repaired"):
        for path in getattr(report, name):
            typer.echo(f"{name}  {path}")
    typer.echo(
        f"{report.entries} entries, {report.tiles} tiles, {len(report.missing)} missing, "
        f"{len(report.changed)} changed, {len(report.repaired)} repaired: "
        + ("intact" if report.holds else "NOT INTACT")
    )
