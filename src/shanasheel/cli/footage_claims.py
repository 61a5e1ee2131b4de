"""`shanasheel footage verify-claim`: the C2PA claim in a file, or beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.text import printable
from shanasheel.cli.options import JsonOption
from shanasheel.prove.evidence.claimant import read_claim_roots
from shanasheel.prove.evidence.claims import (
    SIDECAR_LIMIT_BYTES,
    Claim,
    ClaimReader,
    ClaimState,
    format_of,
)

_WORDS = {
    ClaimState.TRUSTED: "trusted: the claim fits, and its certificate leads to your root",
    ClaimState.FOREIGN: "NOT TRUSTED: the claim fits, by somebody whose root you did not give",
    ClaimState.BROKEN: "BROKEN: the claim does not fit the file",
    ClaimState.NONE: "no claim",
}
_ROOT_LIMIT_BYTES = 1 << 16


def verify_claim(
    file: Annotated[Path, typer.Argument(help="Footage with a claim in it, or beside it.")],
    sidecar: Annotated[
        Path | None, typer.Option(help="The claim beside it (.c2pa), as bundles have of originals.")
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(help="The site's claim-root.pem, from the site; without it none is trusted."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read the C2PA claim in a file or beside it: whether it fits, and who vouches for it.

    Ends with 0 when it fits and leads to your root, with 8 when not. A claim leaves bytes of the
    file out: what counts in court is the file's hash, by `evidence verify`.

    Example: [bold]shanasheel footage verify-claim clip.mp4 --root claim-root.pem[/bold]

    Example: [bold]shanasheel footage verify-claim 180000.000000Z.mp4
    --sidecar 180000.000000Z.mp4.c2pa --root claim-root.pem[/bold]
    """
    if format_of(file.name) is None:
        raise InvalidInput(
            f"Claims about {file.name} are not known: its name has no ending such as .mp4.",
            "Give the file its right ending.",
        )
    roots = read_claim_roots(_read(root, _ROOT_LIMIT_BYTES)) if root else ()
    beside = _read(sidecar, SIDECAR_LIMIT_BYTES) if sidecar else None
    try:
        with file.open("rb") as stream:
            claim = ClaimReader(roots).read(stream, file.name, beside)
    except OSError as fault:
        raise NotFound(f"{file} cannot be read: {fault.strerror}.", "Check the name.") from fault
    if as_json:
        typer.echo(json.dumps(_plain(claim), ensure_ascii=False))
    else:
        _tell(claim)
    if claim.state is not ClaimState.TRUSTED:
        raise typer.Exit(8)


def _read(path: Path, limit_bytes: int) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(limit_bytes + 1)
    except OSError as fault:
        raise NotFound(f"{path} cannot be read: {fault.strerror}.", "Check the name.") from fault
    if len(data) > limit_bytes:
        raise InvalidInput(f"{path.name} is longer than {limit_bytes:,} bytes.", "Name another.")
    return data


def _plain(claim: Claim) -> dict[str, object]:
    return {
        "state": claim.state.value, "why": claim.why, "signer": claim.signer,
        "footage": claim.footage, "parents": list(claim.parents), "actions": list(claim.actions),
    }  # fmt: skip


def _tell(claim: Claim) -> None:
    typer.echo(_WORDS[claim.state] + (f" ({claim.why})" if claim.why else ""))
    if claim.signer:
        typer.echo(f"signed by {claim.signer}")
    told = claim.footage or {}
    for name in ("what", "exhibit", "camera", "start", "end"):
        if isinstance(told.get(name), str):
            typer.echo(f"{name:>8}  {printable(str(told[name]))}")
    originals = told.get("originals")
    for one in originals if isinstance(originals, list) else []:
        if isinstance(one, dict):
            typer.echo(f"    from  {printable(str(one.get('path')))} {one.get('sha256', '')!s:.64}")
    for title in claim.parents:
        typer.echo(f"  parent  {title}")
    if claim.actions:
        typer.echo(f"    done  {', '.join(claim.actions)}")
