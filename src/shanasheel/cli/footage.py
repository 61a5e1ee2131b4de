"""`shanasheel footage`: a clip against what was recorded."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.access import LOCAL
from shanasheel.actions.parts import prove_clip, read_clip_proof, span_of, verify_clip
from shanasheel.actions.signing import distrust_anchor, read_anchors, trust_anchors
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import SystemClock, iso
from shanasheel.base.errors import InvalidInput
from shanasheel.base.files import write_atomic
from shanasheel.base.text import printable
from shanasheel.cli.footage_claims import verify_claim
from shanasheel.cli.options import DataOption, JsonOption, aware_time
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.signing import Doubt, SignatureState
from shanasheel.domain.wire import plain
from shanasheel.prove.footage import Anchors, ClipProof, check_file, gop_leaves
from shanasheel.watch.recording import comment_of

app = typer.Typer(no_args_is_help=True, help="A clip against what was recorded.")

_STATES = {
    SignatureState.OK: "signed, and it holds",
    SignatureState.PARTIAL: "signed, and it holds in part",
    SignatureState.BAD: "NOT what the camera signed",
    SignatureState.NONE: "not signed",
}
_DOUBTS = {
    Doubt.SIGNATURE: "a signature does not fit the camera's key",
    Doubt.PICTURES: "pictures are not those that were signed",
    Doubt.ORDER: "a group of pictures does not follow the one signed before it",
    Doubt.REPLAYED: "a group of pictures comes a second time",
    Doubt.PICTURES_MISSING: "signed pictures are missing; those that are there hold",
    Doubt.GROUPS_MISSING: "whole groups of pictures, or their signatures, are missing",
    Doubt.UNSIGNED: "groups of pictures without a signature stand between others",
    Doubt.UNREADABLE: "a signature is of a form that is not known here",
    Doubt.UNTRUSTED: "the camera's certificate leads to none that you trust",
    Doubt.NO_ANCHOR: "you trust no certificate: name the maker's with --trust",
    Doubt.EXPIRED: "a certificate was not valid when it signed; see --at",
    Doubt.STOPPED: "the camera signed before, and does no more",
    Doubt.HEAD: "the first pictures were signed before this begins; nothing speaks against them",
    Doubt.TAIL: "the last pictures would be signed later; nothing speaks against them",
}
_EXPORTED = re.compile(r"camera (\S+); stream main; .*held (\S+?)/(\S+?);")


@app.command()
def prove(
    clip: Annotated[Path, typer.Argument(help="A clip that was cut without encoding again.")],
    out: Annotated[Path, typer.Option(help="Where the proof is written.")],
    camera: Annotated[str, typer.Option(help="Who recorded it; an export says so itself.")] = "",
    start: Annotated[str, typer.Option("--from", help="2026-11-23T18:00:00+03:00")] = "",
    end: Annotated[str, typer.Option("--to", help="The end of where to look.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that a clip's pictures are those a camera recorded, without handing out the others.

    Ends with 0 when every group of pictures is proven and 8 when one is not: a program that cuts
    at any picture leaves the last group cut.

    Example: [bold]shanasheel footage prove clip.mp4 --out clip.proof.json[/bold]
    """
    place = _place(clip, camera, start, end)
    with open_beside(open_folder(data or default_folder())) as site:
        proof = prove_clip(site, clip, *place)
    write_atomic(out, json.dumps(proof.as_json(), indent=1).encode())
    proven = proof.groups - len(proof.unproven)
    if as_json:
        told = {"groups": proof.groups, "proven": proven, "segments": len(proof.parts)}
        typer.echo(json.dumps(told))
    else:
        typer.echo(
            f"{proven} of {proof.groups} groups of pictures are proven, "
            f"in {len(proof.parts)} segments: {out}"
        )
    if proof.unproven:
        raise typer.Exit(8)


@app.command()
def verify(
    clip: Annotated[Path, typer.Argument(help="The clip.")],
    proof: Annotated[Path, typer.Argument(help="Its proof.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder whose ledger must have the records too.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a clip against its proof.

    Without --data the segments' records in the proof are believed: a bundle or `ledger check`
    proves them. Ends with 0 when every group of pictures holds and 8 when one does not.

    Example: [bold]shanasheel footage verify clip.mp4 clip.proof.json[/bold]
    """
    told = read_clip_proof(proof)
    if data is None:
        shown = list(verify_clip(clip, told))
    else:
        with open_beside(open_folder(data)) as site:
            shown = list(verify_clip(clip, told, site))
    missing = _missing(clip, told)
    if as_json:
        parts = [
            {
                "first": one.first, "last": one.last, "camera": one.camera, "ok": one.ok,
                "segment": one.segment, "start": iso(one.start), "end": iso(one.end),
                "detail": one.detail,
            }
            for one in shown
        ]  # fmt: skip
        typer.echo(json.dumps({"parts": parts, "unproven": missing}, ensure_ascii=False))
    else:
        for one in shown:
            typer.echo(
                f"{'holds' if one.ok else 'FAILS'}  groups {one.first + 1} to {one.last + 1}: "
                f"camera {one.camera}, within {span_of(one)}: {one.detail}"
            )
        if missing:
            named = ", ".join(str(group + 1) for group in missing)
            typer.echo(f"NOT PROVEN  groups {named}")
    if missing or not all(one.ok for one in shown):
        raise typer.Exit(8)


@app.command("verify-signature")
def verify_signature(
    file: Annotated[Path, typer.Argument(help="Footage of a camera that signs its pictures.")],
    trust: Annotated[
        list[Path] | None,
        typer.Option(help="Certificate of the camera's maker (PEM); may be given more than once."),
    ] = None,
    at: Annotated[
        str, typer.Option(help="When it was filmed, for cameras that do not know the time.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Check the signatures that a camera put into its pictures (ONVIF Media Signing).

    Ends with 0 when they hold and somebody trusted vouches for the camera, with 8 when not.

    Example: [bold]shanasheel footage verify-signature film.mp4 --trust maker.pem[/bold]
    """
    now = aware_time(at) if at else SystemClock().now()
    found = check_file(file, Anchors.read(trust or []), now)
    if as_json:
        typer.echo(json.dumps(plain(found)))
    else:
        typer.echo(f"{_STATES[found.state]}: {found.groups} groups of pictures hold")
        if found.certificate:
            typer.echo(f"certificate {found.certificate}")
        for doubt in found.doubts:
            typer.echo(f"{doubt}: {_DOUBTS[doubt]}")
    if found.state is not SignatureState.OK:
        raise typer.Exit(8)


app.command("verify-claim")(verify_claim)


@app.command()
def trust(
    file: Annotated[Path, typer.Argument(help="Certificate of a maker of cameras (PEM).")],
    data: DataOption = None,
) -> None:
    """Believe cameras whose certificates lead to this one; it is recorded who said so.

    Example: [bold]shanasheel footage trust maker.pem[/bold]
    """
    with open_beside(open_folder(data or default_folder())) as site:
        for anchor in trust_anchors(site, LOCAL, file):
            typer.echo(f"{anchor.fingerprint}  {printable(anchor.subject)}")


@app.command()
def trusted(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the certificates that vouch for cameras.

    Example: [bold]shanasheel footage trusted[/bold]
    """
    folder = open_folder(data or default_folder())
    told = read_anchors(folder.root).told()
    if as_json:
        rows = [
            {"certificate": one.fingerprint, "subject": one.subject, "until": iso(one.until)}
            for one in told
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in told:
        typer.echo(f"{one.fingerprint}  until {iso(one.until)}  {printable(one.subject)}")
    if not told:
        typer.echo("None. Trust one: shanasheel footage trust maker.pem")


@app.command()
def distrust(
    certificate: Annotated[str, typer.Argument(help="As `footage trusted` shows it.")],
    data: DataOption = None,
) -> None:
    """Believe a certificate no longer; it is recorded who said so.

    Example: [bold]shanasheel footage distrust f31095d4…[/bold]
    """
    with open_beside(open_folder(data or default_folder())) as site:
        distrust_anchor(site, LOCAL, certificate)


def _missing(clip: Path, proof: ClipProof) -> list[int]:
    """Return the clip's groups in no part: what the proof says of their number is not believed."""
    proven = {part.at + place for part in proof.parts for place in range(part.count)}
    return [group for group in range(len(gop_leaves(clip))) if group not in proven]


def _place(clip: Path, camera: str, start: str, end: str) -> tuple[CameraId, datetime, datetime]:
    """Return where to look: as told, else as the clip's own comment says."""
    if camera and start and end:
        return CameraId(camera), aware_time(start), aware_time(end)
    found = _EXPORTED.search(comment_of(clip))
    if found is None:
        raise InvalidInput(
            "The clip does not say where it is from.", "Give --camera, --from and --to."
        )
    return (
        CameraId(camera or found[1]),
        aware_time(start or found[2]),
        aware_time(end or found[3]),
    )
