"""`shanasheel vault`: copies of footage and proof in another place."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress as Bars

from shanasheel.actions.copying import Progress
from shanasheel.actions.vault_check import VaultReport
from shanasheel.actions.vault_plan import vault_plan, vault_totals
from shanasheel.app.folder import DataFolder, default_folder, open_folder
from shanasheel.app.replication import Standing, make_copying, write_standing, writing_alone
from shanasheel.app.restoring import Restored
from shanasheel.app.restoring import check as check_place
from shanasheel.app.restoring import restore as restore_place
from shanasheel.app.vaults import open_vault
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import NotFound
from shanasheel.cli.options import DataOption, JsonOption, remarks
from shanasheel.domain.copying import VaultPlan

app = typer.Typer(no_args_is_help=True, help="Copies of footage and proof in another place.")

_FROM_WHOEVER_COPIED = (
    "at", "state", "last_copy", "database", "wrong_files", "fault", "fault_code",
    "fault_since",
)  # fmt: skip

PlaceArgument = Annotated[str, typer.Argument(help="Folder, or s3://bucket/prefix.")]
EndpointOption = Annotated[str, typer.Option(help="Address of the S3-compatible storage.")]
RegionOption = Annotated[str, typer.Option(help="Its region.")]
KeyFileOption = Annotated[
    Path | None, typer.Option("--key-file", help="Key id and secret, one a line, mode 600.")
]


@app.command()
def status(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Say what lies in the vault, what waits, and what is wrong.

    Example: [bold]shanasheel vault status --data /srv/shanasheel[/bold]
    """
    folder = _existing(data)
    told = folder.run / "vault.json"
    with open_beside(folder) as site:
        plan = vault_plan(site)
        if plan is None:
            raise NotFound("No vault is set.", "Give one as `vault` in the configuration.")
        totals, proven = vault_totals(site)
        now = site.clock.now()
    progress = Progress(totals=totals, proven=proven, last_copy=None, database=None)
    said = Standing(plan=plan, state="stopped", progress=progress).as_json(now)
    if told.is_file():
        # What counts comes from the database now, the rest from whoever copied last.
        last = json.loads(told.read_bytes())
        said |= {name: last.get(name) for name in _FROM_WHOEVER_COPIED}
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    typer.echo(f"{said['to']}: {said['scope']}, {said['state']} ({said['at']})")
    typer.echo(f"copied   {said['copied']} files, {_size(said['copied_bytes'])}")
    typer.echo(f"waiting  {said['waiting']} files, {_size(said['waiting_bytes'])}, "
               f"oldest {said['oldest_waiting'] or '-'}")  # fmt: skip
    typer.echo(f"proof    {said['proven_entries']} entries, database {said['database'] or '-'}")
    for words in (said["fault"], *_list(said["wrong_files"])):
        if words:
            typer.echo(f"WRONG    {words}")


@app.command()
def sync(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Copy now, until nothing waits; a running hub does so by itself.

    Example: [bold]shanasheel vault sync --data /srv/shanasheel[/bold]
    """
    folder = _existing(data)
    with open_beside(folder) as site, _bars("files", as_json=as_json) as told:
        plan = vault_plan(site)
        if plan is None:
            raise NotFound("No vault is set.", "Give one as `vault` in the configuration.")

        def show(one: Progress) -> None:
            told(one.totals.copied, one.totals.copied + one.totals.waiting)

        with writing_alone(folder.run):
            done = make_copying(site, folder, plan, told=show).run()
        standing = Standing(plan=plan, state="resting", progress=done)
        write_standing(folder, standing, site.clock.now())
        said = standing.as_json(site.clock.now())
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        typer.echo(
            f"{said['copied']} files, {_size(said['copied_bytes'])} and {said['proven_entries']} "
            f"entries lie in the vault; {said['waiting']} wait."
        )
        for words in done.faults:
            typer.echo(f"WRONG    {words}")
    if done.faults:
        raise typer.Exit(8)


@app.command()
def check(
    place: PlaceArgument,
    endpoint: EndpointOption = "",
    region: RegionOption = "us-east-1",
    key_file: KeyFileOption = None,
    key: Annotated[
        Path | None, typer.Option(help="The log's public key, kept elsewhere by an outsider.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Verify everything in a vault against the ledger there, without the recorder.

    Ends with 0 when everything holds and 8 when anything does not.

    Example: [bold]shanasheel vault check /mnt/vault[/bold]
    """
    vault = open_vault(_plan(place, endpoint, region), data=None, key_file=key_file)
    verifier_key = key.read_text().strip() if key else None
    with _bars("segments", as_json=as_json) as told:
        report = check_place(
            vault, scratch=None, verifier_key=verifier_key, clock=SystemClock(), told=told
        )
    _print(report, as_json=as_json)
    if not report.holds:
        raise typer.Exit(8)


@app.command()
def restore(
    place: PlaceArgument,
    data: Annotated[Path, typer.Option("--data", help="New data folder to make.")],
    endpoint: EndpointOption = "",
    region: RegionOption = "us-east-1",
    key_file: KeyFileOption = None,
    log_key: Annotated[
        Path | None,
        typer.Option("--log-key", help="Backup of keys/log.key, to go on recording there."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a data folder again from a vault; cut short, the same command goes on.

    Example: [bold]shanasheel vault restore /mnt/vault --data /srv/restored[/bold]
    """
    vault = open_vault(_plan(place, endpoint, region), data=data.resolve(), key_file=key_file)
    with _bars("files", as_json=as_json) as told:
        done = restore_place(vault, data, log_key=log_key, clock=SystemClock(), told=told)
    _print_restored(done, data, as_json=as_json)
    if done.faults:
        raise typer.Exit(8)


def _plan(place: str, endpoint: str, region: str) -> VaultPlan:
    folder = not place.startswith("s3://")
    to = str(Path(place).expanduser().resolve()) if folder else place
    return VaultPlan(to=to, endpoint=endpoint, region=region)


def _existing(data: Path | None) -> DataFolder:
    root = (data or default_folder()).expanduser().resolve()
    if not DataFolder(root=root).database.is_file():
        raise NotFound(f"{root} holds no Shanasheel data.", "Name the folder with --data.")
    return open_folder(root)


@contextmanager
def _bars(what: str, *, as_json: bool) -> Iterator[Callable[[int, int], None]]:
    with Bars(console=remarks, disable=as_json or not sys.stderr.isatty()) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _print(report: VaultReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    one = report.footage
    for step in one.steps:
        typer.echo(f"{step.number}. {'holds' if step.ok else 'FAILS'}  {step.name}: {step.detail}")
    for failure in one.failures:
        typer.echo(f"FAILS  camera {failure.camera}: {failure.reason} ({failure.path})")
    if report.held_absent:
        typer.echo(f"{report.held_absent} held files are not there: not copied yet, or taken away.")
    typer.echo(
        f"{report.origin}: {one.segments} segments of {one.segments + one.not_copied}, "
        f"{report.files} other files, {one.entries} entries: "
        + ("intact" if report.holds else "NOT INTACT")
    )


def _print_restored(done: Restored, data: Path, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(done), ensure_ascii=False))
        return
    typer.echo(f"{done.files} files, {_size(done.size_bytes)} restored into {data}.")
    if done.not_copied:
        typer.echo(f"{done.not_copied} segments are not in the vault: recorded, but never copied.")
    for words in done.faults:
        typer.echo(f"WRONG    {words}")
    typer.echo(f"Next: shanasheel ledger check --data {data}")


def _size(size_bytes: object) -> str:
    return f"{int(str(size_bytes or 0)) / 1e6:,.1f} MB"


def _list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
