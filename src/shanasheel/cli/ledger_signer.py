"""`shanasheel ledger signer`: the log's key with another user of the machine."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.log_signer import serve_log_signer
from shanasheel.app.log_signing import move_log_key, read_log_vkey
from shanasheel.app.processes import hide_memory, start_logging, stop_on_signal
from shanasheel.base.errors import NotFound
from shanasheel.cli.options import DataOption, remarks
from shanasheel.prove.ledger import parse_verifier

app = typer.Typer(no_args_is_help=True, help="Keep the log's key with another user.")

SocketOption = Annotated[
    Path, typer.Option(help="Where the key's user listens; the site's user must reach it.")
]


@app.command()
def move(
    to: Annotated[Path, typer.Option(help="The key's new folder, outside the data folder.")],
    socket: SocketOption,
    data: DataOption = None,
) -> None:
    """Move the log's key out of the data folder, for another user to sign with.

    The site must be stopped. Then give the folder to the other user, and let them serve it.

    Example: [bold]shanasheel ledger signer move --data /srv/shanasheel
    --to /var/lib/shanasheel-signer --socket /run/shanasheel-signer/log.sock[/bold]
    """
    folder = open_folder(data or default_folder())
    place = move_log_key(folder, to.expanduser().resolve(), socket.expanduser().absolute())
    typer.echo(f"The log's key lies in {place}. Next, as root:")
    typer.echo(f"  chown -R SIGNER {place}")
    typer.echo(
        f"  setpriv --reuid SIGNER --clear-groups -- shanasheel ledger signer serve "
        f"--folder {place} --socket {socket} --allow USER"
    )


@app.command()
def serve(
    folder: Annotated[Path, typer.Option(help="Where the key lies.")],
    socket: SocketOption,
    allow: Annotated[
        list[str] | None, typer.Option(help="User who may ask, by name or number; may repeat.")
    ] = None,
) -> None:
    """Sign for a site of another user until Ctrl-C.

    Example: [bold]shanasheel ledger signer serve --folder /var/lib/shanasheel-signer
    --socket /run/shanasheel-signer/log.sock --allow shanasheel[/bold]
    """
    keys = folder.expanduser().resolve()
    origin = parse_verifier(read_log_vkey(keys)).name
    users = frozenset({os.geteuid(), *(_user(one) for one in allow or ())})
    start_logging()
    hide_memory()
    stop = stop_on_signal()
    serve_log_signer(
        keys, origin, socket.expanduser().absolute(), adopt=None, allowed=users, stop=stop,
        started=lambda: remarks.print(f"Signing for {origin} (Ctrl-C stops)", markup=False),
    )  # fmt: skip


def _user(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        return pwd.getpwnam(text).pw_uid
    except KeyError as fault:
        raise NotFound(f"There is no user {text!r}.", "See /etc/passwd.") from fault
