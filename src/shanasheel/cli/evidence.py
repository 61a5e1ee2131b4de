"""`shanasheel evidence`: exhibits, their bundles, and verifying those."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from shanasheel.actions.access import LOCAL
from shanasheel.actions.bundling import Bundled, export_exhibit
from shanasheel.actions.exhibits import Asked, create_exhibit, list_exhibits
from shanasheel.actions.site import Site
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_logging
from shanasheel.base.clock import iso
from shanasheel.cli.options import DataOption, JsonOption, aware_time, remarks
from shanasheel.domain.exhibits import Exhibit

app = typer.Typer(
    no_args_is_help=True,
    help="Exhibits: footage produced to a case, and bundles that strangers verify.",
)

CodeArgument = Annotated[str, typer.Argument(help="Its code, such as E-2026-0001.")]


@app.command()
def create(
    case: Annotated[str, typer.Option(help="Which case it is for.")],
    reason: Annotated[str, typer.Option(help="What it is to show.")],
    camera: Annotated[
        list[str] | None, typer.Option(help="Camera id; may be given more than once.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Start, with zone: 2026-11-23T18:00:00+03:00.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="End.")] = None,
    incident: Annotated[
        str, typer.Option(help="Its incident; cameras and span are those of it unless given.")
    ] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an exhibit of a span of footage; the footage is held from now on.

    Example: [bold]shanasheel evidence create --camera BSR-014 --from 2026-11-23T18:00+03:00
    --to 2026-11-23T18:20+03:00 --case 2026/117 --reason "the white car leaves"[/bold]
    """
    asked = Asked(
        case=case, reason=reason, cameras=camera or (), incident=incident,
        start=aware_time(start) if start else None, end=aware_time(end) if end else None,
    )  # fmt: skip
    with _site(data) as site:
        exhibit = create_exhibit(site, LOCAL, asked)
    if as_json:
        typer.echo(json.dumps(exhibit.as_json(), ensure_ascii=False))
    else:
        _print_one(exhibit, held=True)


@app.command("list")
def list_all(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List exhibits, newest first: held or not, and how often they were handed out.

    Example: [bold]shanasheel evidence list[/bold]
    """
    with _site(data) as site:
        found = list_exhibits(site)
    if as_json:
        items = [{**exhibit.as_json(), "held": held} for exhibit, held in found]
        typer.echo(json.dumps(items, ensure_ascii=False))
        return
    for exhibit, held in found:
        _print_one(exhibit, held=held)
    if not found:
        typer.echo("No exhibits: make one with `shanasheel evidence create`.")


@app.command()
def export(
    exhibit: CodeArgument,
    to: Annotated[
        Path, typer.Option(help="The bundle to write: a folder, or a file that ends in .zip.")
    ],
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for the ledger, and for cosigners.")
    ] = 30.0,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write an exhibit's bundle, with the proof that seals it beside.

    Example: [bold]shanasheel evidence export E-2026-0001 --to /media/usb/E-2026-0001.zip[/bold]
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with (
        _site(data) as site,
        Progress(*columns, console=remarks, disable=as_json or not sys.stderr.isatty()) as bars,
    ):
        bar = bars.add_task("originals", total=None)
        made = export_exhibit(
            site, LOCAL, exhibit, to, patience_s=wait,
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )  # fmt: skip
    _print_bundle(made, as_json=as_json)


def _print_bundle(made: Bundled, *, as_json: bool) -> None:
    if as_json:
        told = {
            "bundle": str(made.bundle), "proof": str(made.proof), "sha256": made.sha256,
            "size_bytes": made.size_bytes, "originals": made.originals,
            "uncosigned": made.uncosigned, "left_out": list(made.left_out),
        }  # fmt: skip
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(f"{made.bundle}  {made.originals} originals, {made.size_bytes} bytes")
    typer.echo(f"{made.proof}  keep it with the bundle: it seals it")
    for one in made.left_out:
        remarks.print(f"Left out: {one}", markup=False)
    if made.uncosigned:
        remarks.print(
            f"{made.uncosigned} records are not cosigned yet: a verifier may refuse them. "
            "Export again once the cosigners answer.",
            markup=False,
        )


@contextmanager
def _site(data: Path | None) -> Iterator[Site]:
    folder = open_folder(data or default_folder())
    with open_logging(folder) as site:
        yield site


def _print_one(exhibit: Exhibit, *, held: bool) -> None:
    out = len(exhibit.handed_out)
    typer.echo(
        f"{exhibit.code}  {'held' if held else 'NOT HELD'}  handed out {out} times  "
        f"{iso(exhibit.start)} to {iso(exhibit.end)}  {', '.join(exhibit.cameras)}  "
        f"case {exhibit.case}: {exhibit.reason} ({exhibit.by})"
    )
