"""`shanasheel intake`: footage that others hand in."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from shanasheel.actions.access import LOCAL
from shanasheel.actions.file_clocks import FileClock
from shanasheel.app.detectors import site_detectors
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.taking_in import Handed, TakenIn, take_in
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.base.errors import ShanasheelError
from shanasheel.cli.options import DataOption, JsonOption, aware_time, remarks
from shanasheel.domain.wire import plain


def intake(
    files: Annotated[list[Path], typer.Argument(help="Files as they were handed in.")],
    camera: Annotated[str, typer.Option(help="Where it was filmed; a new id makes a new camera.")],
    start: Annotated[
        str, typer.Option(help="When it begins by its own clock: 2026-11-23T18:00:00+03:00.")
    ],
    handed_by: Annotated[str, typer.Option("--from", help="Who handed it in.")],
    clock_offset: Annotated[
        float, typer.Option(help="Seconds its clock ran ahead of true time; negative: behind.")
    ] = 0.0,
    clock_drift: Annotated[float, typer.Option(help="Seconds its clock gained a day.")] = 0.0,
    clock_evidence: Annotated[
        str, typer.Option(help="How that is known: a visible clock, a known event.")
    ] = "",
    note: Annotated[str, typer.Option(help="Case reference, circumstances.")] = "",
    name: Annotated[str, typer.Option(help="What people call the place, for a new camera.")] = "",
    analyse: Annotated[
        bool, typer.Option("--analyse/--no-analyse", help="Look for people and vehicles too.")
    ] = True,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in footage that others hand in: shop recorders, phones.

    The file is hashed before anything else touches it and kept bit for bit; beside it, it becomes
    playable and searchable. Several files follow one another from --start on. Who handed in what
    is an entry of the ledger.

    Example: [bold]shanasheel intake shop.mp4 --camera SHOP-12 --start 2026-11-23T18:00:00+03:00
    --from "Hassan, bakery" --clock-offset 95 --clock-evidence "radio news at 18:00"[/bold]
    """
    folder = open_folder(data or default_folder())
    at, done, faults = aware_time(start), list[TakenIn](), list[ShanasheelError]()
    with (
        open_beside(folder) as site,
        Progress(console=remarks, disable=as_json or not sys.stderr.isatty()) as bars,
    ):
        detector = site_detectors(site, threads=2) if analyse else None
        for file in files:
            bar = bars.add_task(file.name, total=None)
            clock = FileClock(
                stated=at, ahead_s=clock_offset, drift_s_day=clock_drift, evidence=clock_evidence
            )
            handed = Handed(
                file=file, camera=camera, clock=clock, handed_by=handed_by, note=note, name=name
            )
            try:
                taken = take_in(
                    site, LOCAL, handed, detector=detector,
                    progress=lambda n, total, bar=bar: bars.update(bar, completed=n, total=total),  # type: ignore[misc]
                )  # fmt: skip
            except ShanasheelError as fault:
                typer.echo(f"shanasheel: {file.name}: {fault}", err=True)
                faults.append(fault)
                continue
            done.append(taken)
            at += taken.intake.end - taken.intake.start
    _print(done, as_json=as_json)
    if faults:
        raise typer.Exit(faults[0].handling.exit_code)


def _print(done: list[TakenIn], *, as_json: bool) -> None:
    if as_json:
        listed = [{**asdict(one), "intake": plain(one.intake)} for one in done]
        typer.echo(json.dumps(listed, ensure_ascii=False))
        return
    for one in done:
        held = one.intake
        typer.echo(
            f"{held.name}: {iso(held.start)} to {iso(held.end)} of {held.camera}, "
            f"{one.segments} segments, {one.sightings} sightings, {one.events} events\n"
            f"  sha256 {held.sha256}, kept as {held.path}"
        )
        if one.warning:
            typer.echo(f"  {one.warning}")
