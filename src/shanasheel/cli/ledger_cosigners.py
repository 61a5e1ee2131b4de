"""`shanasheel ledger cosigners`: who outside signs this site's log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.cosigning import (
    add_cosigner,
    cosigners_status,
    list_cosigners,
    policy_text,
    remove_cosigner,
)
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside, read_verifier_key
from shanasheel.cli.options import DataOption, JsonOption

app = typer.Typer(no_args_is_help=True, help="Who outside signs this site's log.")

_WHY = {
    "no_quorum": "NOT independent: no cosigner is asked.",
    "one_agency": "NOT independent: {agency} alone can make the quorum.",
    "unsaid": "NOT independent: nobody said who runs enough of them (--agency).",
}


@app.command()
def add(
    key: Annotated[
        list[str],
        typer.Argument(help="The cosigner's public keys, or files that hold them."),
    ],
    url: Annotated[str, typer.Option(help="Where it takes checkpoints.")],
    agency: Annotated[str, typer.Option(help="Who runs it, in one word.")] = "",
    data: DataOption = None,
) -> None:
    """Ask a cosigner to sign every checkpoint from now on; its owner must follow this log too.

    Example: [bold]shanasheel ledger cosigners add court.vkey --url https://cosign.court.example
    --agency court[/bold]
    """
    folder = open_folder(data or default_folder())
    keys = [_key(one) for one in key]
    with open_beside(folder) as site:
        cosigner = add_cosigner(site, keys, url, agency)
    typer.echo(f"Asking {cosigner.name}. Its owner runs:")
    typer.echo(f"  shanasheel cosigner follow {read_verifier_key(folder)}")


@app.command("list")
def list_(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Say who has signed what, when and how far behind, and whether the quorum is independent."""
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        status = cosigners_status(site, read_verifier_key(folder))
    if as_json:
        typer.echo(json.dumps(status, ensure_ascii=False))
        return
    items = status["items"]
    for one in items if isinstance(items, list) else []:
        fault = f", {one['fault']} since {one['fault_since']}" if one["fault"] else ""
        typer.echo(
            f"{one['name']} ({one['agency'] or 'agency unsaid'}): {one['size']} entries, "
            f"{one['behind']} behind, {one['signed_at'] or 'never'}{fault}"
        )
    typer.echo(
        f"Signed by {status['needed']} or more: {status['agreed_entries']} of "
        f"{status['entries']} entries."
    )
    why = _WHY.get(str(status["dependence"]), "Independent: no single agency can make the quorum.")
    typer.echo(why.format(agency=status["agency"]))


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The cosigner's name.")], data: DataOption = None
) -> None:
    """Ask a cosigner no longer; what it signed stays."""
    with open_beside(open_folder(data or default_folder())) as site:
        remove_cosigner(site, name)
    typer.echo(f"{name} is asked no longer.")


@app.command()
def policy(data: DataOption = None) -> None:
    """Print the policy that more than half of them must have signed, to begin one's own with.

    Example: [bold]shanasheel ledger cosigners policy > policy.txt[/bold]
    """
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        typer.echo(policy_text(read_verifier_key(folder), list_cosigners(site)), nl=False)


def _key(text: str) -> str:
    path = Path(text)
    return path.read_text(encoding="utf-8").strip() if "+" not in text and path.is_file() else text
