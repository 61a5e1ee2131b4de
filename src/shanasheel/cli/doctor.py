"""`shanasheel doctor`: what is missing on this machine, and how to mend it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from shanasheel.actions.archive import ArchiveReport, Breach, examine_archive, sum_up_again
from shanasheel.actions.site import Site
from shanasheel.app.checkup import examine
from shanasheel.app.folder import DataFolder, default_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.cli.options import DataOption, JsonOption
from shanasheel.watch.recording.adoption import mark_orphan


def doctor(
    archive: Annotated[
        bool, typer.Option("--archive", help="Compare every stored file with the index.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="With --archive: mend what can be mended.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is missing or misconfigured here, and how to mend it.

    Example: [bold]shanasheel doctor[/bold]

    Example: [bold]shanasheel doctor --archive --data /srv/shanasheel[/bold]
    """
    root = (data or default_folder()).expanduser().resolve()
    if archive:
        _archive(DataFolder(root=root), repair=repair, as_json=as_json)
        return
    findings = examine(root)
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(f"{finding.grade:>5}  {finding.name}: {finding.detail}")
            if finding.remedy:
                typer.echo(f"       -> {finding.remedy}")
    if any(finding.grade == "bad" for finding in findings):
        raise typer.Exit(1)


def _archive(folder: DataFolder, *, repair: bool, as_json: bool) -> None:
    if not folder.database.is_file():
        raise NotFound(f"{folder.root} holds no Shanasheel data.", "Name the folder with --data.")
    with open_beside(folder) as site:
        report = examine_archive(site)
        mended = _mend(site, report) if repair else 0
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        for fault in report.faults:
            typer.echo(f"{fault.breach.value:<15} {fault.path}  {fault.detail}".rstrip())
        typer.echo(f"{report.segments} segments, {report.files} files, {len(report.faults)} faults")
        if repair:
            typer.echo(f"{mended} mended; a file not indexed is taken in when its camera starts.")
    if len(report.faults) > mended:
        raise typer.Exit(1)


def _mend(site: Site, report: ArchiveReport) -> int:
    mended = 0
    again = {fault.path for fault in report.faults if fault.breach is Breach.SUMMARY_DIFFERS}
    for camera in sorted(again):
        sum_up_again(site, camera)
    for fault in report.faults:
        try:
            if fault.breach is Breach.NOT_INDEXED:
                mark_orphan(site.data, fault.path, site.ids.new())
            elif fault.breach is Breach.LEFT_OVER:
                (site.data / fault.path).unlink(missing_ok=True)
            elif fault.breach is not Breach.SUMMARY_DIFFERS:
                continue
        except InvalidInput as refused:
            typer.echo(str(refused), err=True)
            continue
        mended += 1
    return mended
