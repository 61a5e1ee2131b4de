"""`shanasheel run`: the user's own cameras until Ctrl-C."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shanasheel.app.addresses import parse_listen
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.processes import stop_on_signal
from shanasheel.app.settings import Settings, read_settings
from shanasheel.app.supervisor import Plan, supervise
from shanasheel.app.vaults import open_vault
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput
from shanasheel.cli.options import DataOption, remarks


def run(
    config: Annotated[
        Path | None,
        typer.Option("--config", help="YAML file; without it the stored cameras are recorded."),
    ] = None,
    data: DataOption = None,
    listen: Annotated[
        str | None, typer.Option(help="Address and port; other than loopback needs an account.")
    ] = None,
) -> None:
    """Record and watch your own cameras until Ctrl-C.

    Example: [bold]shanasheel run --config cameras.yaml[/bold]

    The file: [dim]cameras: [{id: BSR-001, url: "rtsp://user:secret@10.0.0.5/live"}][/dim]
    """
    settings, cameras = read_settings(config) if config else (Settings(), None)
    named = (config.parent / settings.data) if config and settings.data else None
    root = data or named or default_folder()
    plan = Plan(
        folder=open_folder(root),
        site_name=settings.site,
        cameras=cameras,
        address=parse_listen(listen or settings.listen),
        workers=settings.workers,
        hosts=tuple(settings.hosts),
        public_log=settings.public_log,
        volumes=None
        if settings.volumes is None or config is None
        else tuple(config.parent / path.expanduser() for path in settings.volumes),
        keep=settings.keep.rule() if settings.keep else None,
        vault=settings.vault.plan(config.parent) if config and settings.vault else None,
    )
    _warn_of_vault(plan)
    stop = stop_on_signal()
    supervise(
        plan,
        SystemClock(),
        until=stop.is_set,
        started=lambda url: remarks.print(f"Shanasheel is at [bold]{url}[/bold] (Ctrl-C stops)"),
    )
    remarks.print("Stopped; every open segment is finished.")


def _warn_of_vault(plan: Plan) -> None:
    """Say at once what keeps the vault from working; recording does not wait for it."""
    if plan.vault is None:
        return
    try:
        open_vault(plan.vault, data=plan.folder.root)
    except InvalidInput as fault:
        remarks.print(f"Nothing is copied to the vault: {fault}", markup=False)
