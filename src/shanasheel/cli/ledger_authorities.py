"""`shanasheel ledger authorities`: who outside stamps this site's log with the time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.authorities import add_authority, authorities_status, remove_authority
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.cli.options import DataOption, JsonOption
from shanasheel.prove.ledger import pem_of, read_certificates

app = typer.Typer(no_args_is_help=True, help="Who outside stamps this site's log with the time.")

_LIMIT_BYTES = 1024 * 1024


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="A word for it: a-z 0-9 -; part of file names.")],
    url: Annotated[str, typer.Option(help="Where it takes queries (RFC 3161 over HTTP).")],
    root: Annotated[
        list[Path],
        typer.Option(help="File with its root certificate, and what stands between; repeatable."),
    ],
    signer: Annotated[
        list[Path] | None,
        typer.Option(help="File with the one certificate that may sign; any with a chain if not."),
    ] = None,
    policy: Annotated[str, typer.Option(help="Policy (OID) it must name; any if not.")] = "",
    every: Annotated[int, typer.Option(help="Minutes between two timestamps.")] = 60,
    data: DataOption = None,
) -> None:
    """Have a timestamp authority stamp a checkpoint at once, and then every hour.

    Example: [bold]shanasheel ledger authorities add court --url https://tsa.court.example
    --root court-root.pem[/bold]
    """
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        authority = add_authority(
            site, name, url, [_read(path) for path in root],
            signers=[_read(path) for path in signer or ()], policy=policy, every_min=every,
        )  # fmt: skip
    typer.echo(
        f"{authority.name} is asked every {authority.every_min} minutes; "
        f"{len(authority.roots)} root certificates are trusted."
    )


@app.command("list")
def list_(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Say who has stamped what, when, and how much was logged since."""
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        status = authorities_status(site)
    if as_json:
        typer.echo(json.dumps(status, ensure_ascii=False))
        return
    items = status["items"]
    for one in items if isinstance(items, list) else []:
        said = (
            f"{one['size']} entries not after {one['not_after']}, {one['behind']} behind"
            if one["not_after"]
            else "no timestamp yet"
        )
        since = f" since {one['fault_since']}" if one["fault_since"] else ""
        fault = f", {one['fault']}{since}" if one["fault"] else ""
        typer.echo(f"{one['name']} (every {one['every_min']} min): {said}{fault}")
    if not items:
        typer.echo("No authority is asked.")


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The authority's name.")], data: DataOption = None
) -> None:
    """Ask an authority no longer; what it stamped stays, and is still verified."""
    with open_beside(open_folder(data or default_folder())) as site:
        remove_authority(site, name)
    typer.echo(f"{name} is asked no longer.")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LIMIT_BYTES + 1)
    except OSError as fault:
        raise NotFound(
            f"{path} cannot be read: {fault.strerror}.", "Name a certificate's file."
        ) from fault
    if len(data) > _LIMIT_BYTES:
        raise InvalidInput(f"{path} is too long for a certificate.", "Name a certificate's file.")
    return data


def read_roots(path: Path) -> tuple[str, ...]:
    """Return the certificates of a file, as PEM.

    Raises:
        NotFound: it cannot be read.
        InvalidInput: it holds none.
    """
    return tuple(pem_of(one) for one in read_certificates(_read(path)))
