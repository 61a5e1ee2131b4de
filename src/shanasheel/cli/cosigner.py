"""`shanasheel cosigner`: sign, as an outsider, that others' logs only grow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.addresses import parse_listen
from shanasheel.app.cosigner import (
    cosigner_keys,
    cosigner_signers,
    open_cosigner_folder,
    serve_cosigner,
)
from shanasheel.app.folder import default_folder
from shanasheel.app.processes import stop_on_signal
from shanasheel.base.clock import from_us, iso
from shanasheel.cli.options import JsonOption, remarks
from shanasheel.prove.ledger import Followed, followed
from shanasheel.prove.ledger import follow as follow_log

app = typer.Typer(no_args_is_help=True, help="Sign, as an outsider, that others' logs only grow.")

FolderOption = Annotated[
    Path | None, typer.Option("--data", help="The cosigner's own folder; never a site's.")
]


def _folder(data: Path | None) -> Path:
    return (data or default_folder("shanasheel-cosigner")).expanduser().resolve()


@app.command()
def serve(
    data: FolderOption = None,
    listen: Annotated[str, typer.Option(help="Address and port.")] = "127.0.0.1:8480",
    name: Annotated[
        str, typer.Option(help="Its name for all its life, such as court.example/cosigner/1.")
    ] = "",
    ml_dsa: Annotated[
        bool, typer.Option("--ml-dsa", help="Sign with ML-DSA-44 too, now and ever after.")
    ] = False,
) -> None:
    """Sign the checkpoints of the logs it follows until Ctrl-C.

    The key is made at the first start. A log is signed for once it is named by `cosigner follow`.

    Example: [bold]shanasheel cosigner serve --data /srv/cosigner --listen 0.0.0.0:8480[/bold]
    """
    folder = _folder(data)
    signers = cosigner_signers(folder, open_cosigner_folder(folder, name), ml_dsa=ml_dsa)
    stop = stop_on_signal()

    def started(url: str) -> None:
        for signer in signers:
            typer.echo(str(signer.verifier))
        remarks.print(f"The cosigner is at [bold]{url}[/bold] (Ctrl-C stops)")

    serve_cosigner(folder, signers, parse_listen(listen), stop=stop, started=started)


@app.command()
def follow(
    key: Annotated[str, typer.Argument(help="The log's public key, or a file that holds it.")],
    data: FolderOption = None,
) -> None:
    """Sign for a log from now on; also while it serves.

    Example: [bold]shanasheel cosigner follow log.vkey --data /srv/cosigner[/bold]
    """
    folder = _folder(data)
    open_cosigner_folder(folder)
    path = Path(key)
    text = path.read_text(encoding="utf-8") if "+" not in key and path.is_file() else key
    typer.echo(f"Following {follow_log(folder, text)}.")


@app.command()
def show(data: FolderOption = None, as_json: JsonOption = False) -> None:
    """Print its public keys, and what it has signed last of each log.

    Example: [bold]shanasheel cosigner show --data /srv/cosigner[/bold]
    """
    folder = _folder(data)
    keys, logs = cosigner_keys(folder), followed(folder)
    if as_json:
        told = {"keys": list(keys), "logs": [_plain(one) for one in logs]}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for key in keys:
        typer.echo(key)
    for one in logs:
        size = f"{one.newest.size} entries, {_at(one)}" if one.newest else "nothing signed yet"
        typer.echo(f"{one.origin}: {size}")


def _plain(one: Followed) -> dict[str, object]:
    return {
        "origin": one.origin,
        "size": one.newest.size if one.newest else None,
        "root": one.newest.root.hex() if one.newest else None,
        "at": _at(one) if one.newest else None,
    }


def _at(one: Followed) -> str:
    return iso(from_us(one.at_s * 1_000_000))
