"""`shanasheel ledger sheet`: a checkpoint on paper, and signed sheets filed back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.sheet_pages import sheet_page
from shanasheel.actions.sheets import file_sheet, typed_checkpoint
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside, read_verifier_key
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.files import write_atomic
from shanasheel.cli.options import DataOption, JsonOption

app = typer.Typer(no_args_is_help=True, help="A checkpoint on paper, signed and filed back.")

_LIMIT_BYTES = 33 << 20


@app.command("print")
def print_(
    to: Annotated[Path, typer.Argument(help="File to write, of HTML.")] = Path("sheet.html"),
    data: DataOption = None,
) -> None:
    """Write the newest checkpoint as a page to print, with a code and room to sign.

    Example: [bold]shanasheel ledger sheet print sheet.html[/bold]
    """
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        page = sheet_page(site, read_verifier_key(folder))
    write_atomic(to, page.encode(), durable=False)
    typer.echo(f"{to}: print it, let it be signed, and keep copies where nobody here can reach.")


@app.command("file")
def file_(
    scan: Annotated[Path, typer.Argument(help="Photo or scan of the sheet: PNG, JPEG or PDF.")],
    by: Annotated[str, typer.Option(help="Who signed it.")],
    entries: Annotated[
        int | None, typer.Option(min=1, help="Entries, typed off the sheet, where no code is read.")
    ] = None,
    root: Annotated[str, typer.Option(help="Root hash, typed off the sheet.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a signed sheet, log it, and say whether what it says is contained in the log.

    Ends with 0 when it is and 8 when it is not; it is kept and logged either way.

    Example: [bold]shanasheel ledger sheet file scan.jpg --by "Court of Basra"[/bold]
    """
    if (entries is None) != (not root):
        raise InvalidInput("Half a checkpoint is typed.", "Give both --entries and --root.")
    folder, content = open_folder(data or default_folder()), _read(scan)
    with open_beside(folder) as site:
        typed = typed_checkpoint(site, entries, root) if entries is not None else None
        filed = file_sheet(
            site, content, by=by, verifier_key=read_verifier_key(folder), typed=typed
        )
    if as_json:
        told = {"id": filed.id, "path": filed.path, "sha256": filed.sha256, "why": filed.why,
                "entries": filed.head.size, "typed": filed.typed, "signed": filed.signed,
                "contained": not filed.why}  # fmt: skip
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        how = "typed" if filed.typed else "read off its code"
        key = "" if filed.typed else f", {'' if filed.signed else 'NOT '}signed by this log's key"
        typer.echo(f"Kept as ledger/{filed.path}. {filed.head.size} entries, {how}{key}.")
        typer.echo(f"NOT CONTAINED: {filed.why}." if filed.why else "Contained in this log.")
    if filed.why:
        raise typer.Exit(8)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_LIMIT_BYTES)
    except OSError as fault:
        raise NotFound(f"{path} cannot be read: {fault.strerror}.", "Name a scan.") from fault
