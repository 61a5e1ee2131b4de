"""`shanasheel evidence`: exhibits, their bundles, and verifying those."""

from __future__ import annotations

import json
import os
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
from shanasheel.base.clock import SystemClock, iso
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.text import printable
from shanasheel.cli.ledger_authorities import read_roots
from shanasheel.cli.options import DataOption, JsonOption, aware_time, remarks
from shanasheel.cli.policies import read_policy
from shanasheel.domain.exhibits import Exhibit
from shanasheel.prove.evidence import LANGUAGES, PROOF_SUFFIX, Verifying, open_bag, verify_bundle
from shanasheel.prove.ledger.proofs import PROOF_LIMIT_BYTES
from shanasheel.prove.ledger.timestamps import trust_of

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


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="A bundle: a folder or a zip file.")],
    policy: Annotated[
        Path, typer.Option(help="Your own policy (C2SP tlog-policy), kept elsewhere.")
    ],
    proof: Annotated[
        Path | None, typer.Option(help="The proof that seals it, if it is not beside the bundle.")
    ] = None,
    originals_only: Annotated[
        bool, typer.Option("--originals-only", help="Do without the proof that seals it.")
    ] = False,
    roots: Annotated[
        Path | None,
        typer.Option(help="Root certificates (PEM) of timestamp authorities; then one must hold."),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Read footage once: leave out groups of pictures of clips, and claims."
        ),
    ] = False,
    lang: Annotated[
        str | None, typer.Option(help="ar or en; without it the machine's language.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a bundle, step by step, by your own policy; nothing of the site is asked.

    Ends with 0 when all that the policy requires holds and 8 when anything does not.

    Example: [bold]shanasheel evidence verify E-2026-0001.zip --policy policy.txt[/bold]
    """
    language = _language(lang)
    required = read_policy(policy)
    bag = open_bag(bundle)
    try:
        asked = Verifying(
            policy=required, now_s=int(SystemClock().now().timestamp()),
            seal=_seal(bundle, proof), unsealed=originals_only,
            trust=trust_of(read_roots(roots)) if roots else None, quick=quick,
        )  # fmt: skip
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        with Progress(
            *columns, console=remarks, disable=as_json or not sys.stderr.isatty()
        ) as bars:
            bar = bars.add_task("files", total=None)
            report = verify_bundle(
                bag, asked, lambda done, total: bars.update(bar, completed=done, total=total)
            )
    finally:
        bag.close()
    if as_json:
        typer.echo(json.dumps(report.as_json(language), ensure_ascii=False))
    else:
        for line in report.lines(language):
            typer.echo(printable(line, 2000) if line.strip() else line)
    if not report.holds:
        raise typer.Exit(8)


def _seal(bundle: Path, proof: Path | None) -> bytes | None:
    """Return the file beside a bundle, or None where there is none."""
    path = proof or bundle.absolute().with_name(bundle.absolute().name + PROOF_SUFFIX)
    try:
        with path.open("rb") as stream:
            return stream.read(PROOF_LIMIT_BYTES + 1)
    except FileNotFoundError as fault:
        if proof is None:
            return None
        raise NotFound(f"There is no proof {proof}.", "Name the file .tlog-proof.") from fault
    except OSError as fault:
        raise NotFound(f"{path} cannot be read: {fault.strerror}.", "See its rights.") from fault


def _language(asked: str | None) -> str:
    """Return the language to report in: what was asked for, else the machine's."""
    told = asked or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    short = told[:2].lower()
    if asked is not None and asked not in LANGUAGES:
        raise InvalidInput(f"There are no words in {printable(asked, 20)!r}.", "Give ar or en.")
    return short if short in LANGUAGES else "en"


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
