"""`shanasheel demo`: sample cameras, everything on."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.addresses import DEFAULT_PORT
from shanasheel.app.demo import demo_cameras, demo_folder
from shanasheel.app.folder import default_folder
from shanasheel.app.processes import stop_on_signal
from shanasheel.app.summary import Summary, summarize
from shanasheel.app.supervisor import Plan, supervise
from shanasheel.base.clock import SystemClock
from shanasheel.cli.options import DataOption, JsonOption, remarks


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="No browser; print a summary at the end.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option(help="Stop after so many seconds.", min=5)
    ] = None,
    port: Annotated[
        int, typer.Option(help="Port of the pages; 0 takes a free one.")
    ] = DEFAULT_PORT,
    samples: Annotated[
        Path | None, typer.Option(help="Folder of clips to play instead of the sample footage.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play sample cameras from real footage: recorded, analysed, alerted on, proven.

    Example: [bold]shanasheel demo[/bold], then open http://127.0.0.1:8400

    Example: [bold]shanasheel demo --headless --seconds 45 --json[/bold]
    """
    root = data or default_folder("shanasheel-demo")
    folder = demo_folder(root, own=data is None)
    cache = default_folder("shanasheel-samples")
    cameras, real = demo_cameras(samples, cache, folder, remarks.print)
    clock, stop = SystemClock(), stop_on_signal()
    length_s = 45.0 if headless and seconds is None else seconds
    begun_s = clock.monotonic_s()

    def over() -> bool:
        late = length_s is not None and clock.monotonic_s() - begun_s >= length_s
        return stop.is_set() or late

    def started(url: str) -> None:
        remarks.print(f"Shanasheel is at [bold]{url}[/bold] (Ctrl-C stops it)")
        if not headless:
            webbrowser.open(url)

    plan = Plan(
        folder=folder, site_name="Basra (demo)", cameras=cameras, address=("127.0.0.1", port)
    )
    supervise(plan, clock, until=over, started=started)
    summary = summarize(folder, real=real)
    _print(summary, as_json=as_json)
    if headless and summary.problems:
        raise typer.Exit(1)


def _print(summary: Summary, *, as_json: bool) -> None:
    body = summary.as_json()
    if as_json:
        typer.echo(json.dumps(body, ensure_ascii=False))
        return
    for name, value in body.items():
        if name not in ("problems", "ok"):
            typer.echo(f"{name.replace('_', ' '):>13}  {value}")
    for problem in summary.problems:
        typer.echo(f"      problem  {problem}")
