"""The hub process: takes in what workers spool, feeds the ledger, serves people."""

from __future__ import annotations

import argparse
import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import structlog
import uvicorn
from fastapi import FastAPI

from shanasheel import ui
from shanasheel.actions.access import accounts_exist
from shanasheel.actions.uploads import Uploads
from shanasheel.adapters.notify import Vapid
from shanasheel.api import Desk, SameOriginOnly, Updates, make_api
from shanasheel.api.present_receivers import delivery_news
from shanasheel.app.addresses import is_loopback
from shanasheel.app.camera_files import YamlFiles
from shanasheel.app.collecting import Collecting
from shanasheel.app.delivering import Delivering
from shanasheel.app.finding import OnvifFinder
from shanasheel.app.folder import DataFolder
from shanasheel.app.guarding import Guarding
from shanasheel.app.housekeeping import Housekeeping
from shanasheel.app.intake import Intake
from shanasheel.app.intake_desk import IntakeDesk
from shanasheel.app.machine import Machine
from shanasheel.app.model_desk import ModelDesk
from shanasheel.app.processes import (
    StopFlag,
    collect_less_often,
    end_with_parent,
    start_logging,
    stop_on_signal,
)
from shanasheel.app.replication import Replication
from shanasheel.app.senders import VAPID_KEY
from shanasheel.app.stamping import Stamping
from shanasheel.app.timers import Timers
from shanasheel.app.trial_desk import TrialDesk
from shanasheel.app.wiring import open_site
from shanasheel.base.errors import Denied, Unavailable

_LOG = structlog.get_logger()
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def main() -> None:
    """Serve until SIGTERM; then take in what is left and end."""
    parser = argparse.ArgumentParser(prog="shanasheel-hub")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--site", default="Shanasheel")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--allow-host", action="append", default=[])
    parser.add_argument("--private-log", action="store_true")
    arguments = parser.parse_args()
    start_logging()
    end_with_parent()
    stop = stop_on_signal()
    hosts = frozenset({*arguments.allow_host, *_LOOPBACK_NAMES, arguments.host})
    serve(
        DataFolder(root=arguments.data),
        site_name=arguments.site,
        address=(arguments.host, arguments.port),
        hosts=hosts,
        public_log=not arguments.private_log,
        stop=stop,
    )


class _Beside(Protocol):
    """What runs beside the server; started in order, stopped in reverse."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def serve(
    folder: DataFolder,
    *,
    site_name: str,
    address: tuple[str, int],
    hosts: frozenset[str],
    stop: StopFlag,
    public_log: bool = True,
) -> None:
    """Serve one site until `stop` is set.

    Raises:
        Denied: the address is not loopback and no account exists.
        Unavailable: the data folder is away.
    """
    if not folder.keys.is_dir():
        # Else a new site would be begun on whatever disk lies below.
        raise Unavailable(f"{folder.root} is not there.", "Mount the data folder.")
    machine = Machine(folder.root)
    wired = open_site(folder, site_name=site_name, workers=machine, hub=True)
    if not is_loopback(address[0]) and not accounts_exist(wired.site):
        raise Denied(
            f"Listening on {address[0]} needs an account first.",
            "Run `shanasheel access add NAME`, or listen on 127.0.0.1.",
        )
    updates = Updates()
    uploads = Uploads(wired.site)
    intake_desk = IntakeDesk(folder, wired.site, uploads)
    model_desk, trial_desk = ModelDesk(folder), TrialDesk(folder)
    desk = Desk(
        site=wired.site,
        updates=updates,
        verifier_key=wired.verifier_key,
        machine=machine.load,
        finder=OnvifFinder(),
        camera_files=YamlFiles(),
        uploads=uploads,
        intakes=intake_desk,
        models=model_desk,
        trials=trial_desk,
        public_log=public_log,
        metrics_token=lambda: _metrics_token(folder),
        push_key=lambda: Vapid.kept_at(folder.keys / VAPID_KEY).public,
    )
    beside: list[_Beside] = [Intake(wired.site, folder, updates, machine),
                             Housekeeping(wired.site), Timers(wired.site, updates),
                             Guarding(wired.site, updates)]  # fmt: skip
    if wired.ledger is not None:
        beside += [
            Replication(wired.site, folder),
            Collecting(wired.site, folder, wired.verifier_key, updates),
            Stamping(wired.site, folder, updates),
            Delivering(
                wired.site, folder.run, told=lambda one: updates.publish(delivery_news(one))
            ),
        ]
    beside += [intake_desk, model_desk, trial_desk]

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        updates.bind(asyncio.get_running_loop())
        yield

    app = make_api(desk, lifespan)
    ui.mount(app, storage_secret=wired.storage_secret)
    guarded = SameOriginOnly(app, hosts)
    server = uvicorn.Server(
        uvicorn.Config(
            guarded,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=2,
            ws_max_size=1 << 20,
            server_header=False,
        )
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined,method-assign,unused-ignore]  # ours stop it in order
    listener = _listen(address)
    collect_less_often()
    for one in beside:
        one.start()
    thread = threading.Thread(
        target=lambda: server.run(sockets=[listener]), name="serve", daemon=True
    )
    thread.start()
    _LOG.info("hub_started", address=f"{address[0]}:{address[1]}")
    stop.wait()
    server.should_exit = True
    thread.join(5.0)
    for one in reversed(beside):
        one.stop()
    wired.close()
    _LOG.info("hub_stopped")


def _listen(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(128)
    return listener


def _metrics_token(folder: DataFolder) -> str:
    """Return the token of `keys/metrics.token`; empty where there is none."""
    try:
        return (folder.root / "keys" / "metrics.token").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


if __name__ == "__main__":
    main()
