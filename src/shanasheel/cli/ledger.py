"""`shanasheel ledger`: prove the footage intact."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from shanasheel.actions.proof import FootageReport, check_footage
from shanasheel.actions.resuming import ReadBefore
from shanasheel.adapters.stores import open_database
from shanasheel.app.auditing import audit_from_outside
from shanasheel.app.folder import DataFolder, default_folder
from shanasheel.app.wiring import read_verifier_key
from shanasheel.base.clock import SystemClock, iso
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.cli import ledger_authorities, ledger_cosigners, ledger_signer
from shanasheel.cli.ledger_fsck import fsck
from shanasheel.cli.options import DataOption, JsonOption, remarks
from shanasheel.cli.policies import read_policy
from shanasheel.prove.ledger import Dependence, Policy

app = typer.Typer(no_args_is_help=True, help="The tamper-evident log.")


app.add_typer(ledger_cosigners.app, name="cosigners")
app.add_typer(ledger_signer.app, name="signer")
app.command()(fsck)
app.add_typer(ledger_authorities.app, name="authorities")


@app.command()
def check(
    data: DataOption = None,
    key: Annotated[
        Path | None, typer.Option(help="The log's public key, kept elsewhere by an outsider.")
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(help="Who must have cosigned (C2SP tlog-policy), kept elsewhere."),
    ] = None,
    groups: Annotated[
        bool, typer.Option("--groups", help="Hash every segment's groups of pictures again, too.")
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option(help="File that keeps what was read; an interrupted check goes on from it."),
    ] = None,
    roots: Annotated[
        Path | None,
        typer.Option(help="Root certificates (PEM) to judge timestamps by, kept elsewhere."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Verify the log, then every recorded segment against it.

    Ends with 0 when everything holds and 8 when anything does not.

    Example: [bold]shanasheel ledger check --data /srv/shanasheel[/bold]

    Example: [bold]shanasheel ledger check --data /srv/shanasheel --resume ~/check.state[/bold]
    """
    folder = DataFolder(root=(data or default_folder()).expanduser().resolve())
    if not folder.database.is_file():
        raise NotFound(f"{folder.root} holds no Shanasheel data.", "Name the folder with --data.")
    required = read_policy(policy) if policy else None
    verifier_key = key.read_text().strip() if key else _key_of(folder, required)
    clock = SystemClock()
    with ExitStack() as stack:
        database = open_database(folder.database)
        stack.callback(database.close)
        before = _before(stack, resume, verifier_key, folder)
        bars = stack.enter_context(
            Progress(console=remarks, disable=as_json or not sys.stderr.isatty())
        )
        bar = bars.add_task("segments", total=None)
        report = check_footage(
            folder.root,
            database,
            verifier_key,
            at=clock.now(),
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
            policy=required,
            before=before,
            groups=groups,
            stamp_roots=ledger_authorities.read_roots(roots) if roots else (),
        )
        if before is not None and not before.contradiction():
            before.done()  # else it is evidence against the log
    _print(report, required, as_json=as_json)
    if required is not None:
        remarks.print(_independence(required), markup=False)
    if not report.holds:
        raise typer.Exit(8)


@app.command()
def audit(
    log: Annotated[str, typer.Argument(help="Address, or folder, of the log's files.")],
    policy: Annotated[
        Path, typer.Option(help="Your own policy: one log, and its witnesses with addresses.")
    ],
    memory: Annotated[
        Path | None, typer.Option(help="File that keeps what was seen, for the next audit.")
    ] = None,
    max_age: Annotated[
        int, typer.Option(min=1, help="Minutes that the quorum's cosignatures may be old.")
    ] = 10,
    as_json: JsonOption = False,
) -> None:
    """Watch a log from outside: rewritten, shown differently to others, or out of date?

    It asks the log and its cosigners alone; nothing of the site is needed. Ends with 0 when
    everything holds and 8 when anything does not.

    Example: [bold]shanasheel ledger audit https://log.example --policy policy.txt
    --memory seen.json[/bold]
    """
    required = read_policy(policy)
    report = audit_from_outside(log, required, memory, clock=SystemClock(), fresh_s=max_age * 60)
    if as_json:
        steps = [asdict(step) for step in report.steps]
        told = {"holds": report.holds, "steps": steps, **_independent(required)}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        for step in report.steps:
            typer.echo(
                f"{step.number}. {'holds' if step.ok else 'FAILS'}  {step.name}: {step.detail}"
            )
    remarks.print(_independence(required), markup=False)
    if not report.holds:
        raise typer.Exit(8)


def _before(
    stack: ExitStack, path: Path | None, verifier_key: str, folder: DataFolder
) -> ReadBefore | None:
    """Open what an interrupted check has read, if that was asked for."""
    if path is None:
        return None
    if path.expanduser().resolve().is_relative_to(folder.root):
        raise InvalidInput(
            "Whoever can change the footage could change that file too.",
            "Keep it outside the data folder.",
        )
    before = stack.enter_context(
        ReadBefore(path.expanduser(), verifier_key, folder.root, SystemClock())
    )
    if before.since is not None:
        remarks.print(f"Going on with the check that began {iso(before.since)}.", markup=False)
    return before


def _key_of(folder: DataFolder, policy: Policy | None) -> str:
    """Return the log's key by the policy, where that names one: the verifier's word goes first."""
    if policy is not None and len(policy.logs) == 1:
        return str(policy.logs[0])
    return read_verifier_key(folder)


def _independent(policy: Policy | None) -> dict[str, object]:
    return {} if policy is None else {"independent": policy.independence().why is None}


def _independence(policy: Policy) -> str:
    """Say whether the quorum deserves to be called independent."""
    found = policy.independence()
    if found.why is None:
        return "The quorum is independent: no single agency can make it."
    if found.why is Dependence.ONE_AGENCY:
        return f"The quorum is NOT independent: {found.agency} alone can make it."
    if found.why is Dependence.NO_QUORUM:
        return "The quorum is NOT independent: the policy asks for no cosigner."
    return "The quorum is NOT independent: the policy does not say who runs enough of them."


def _print(report: FootageReport, policy: Policy | None, *, as_json: bool) -> None:
    if as_json:
        told = {**report.as_json(), **_independent(policy)}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for step in report.steps:
        typer.echo(f"{step.number}. {'holds' if step.ok else 'FAILS'}  {step.name}: {step.detail}")
    for failure in report.failures:
        typer.echo(
            f"FAILS  camera {failure.camera}, {iso(failure.start)} to {iso(failure.end)}: "
            f"{failure.reason} ({failure.path})" + (f"; {failure.groups}" if failure.groups else "")
        )
    if report.pending:
        typer.echo(f"{report.pending} facts wait to be logged (a running hub logs each second).")
    typer.echo(
        f"{report.segments} segments, {report.size_bytes} bytes, {report.entries} entries: "
        + ("intact" if report.holds else "NOT INTACT")
    )
