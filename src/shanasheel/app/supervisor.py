"""The first process: starts signer, hub and workers, keeps them up, stops them in order."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shanasheel.actions.access import accounts_exist
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.keeping import set_keep_rule
from shanasheel.actions.vault_plan import set_vault_plan
from shanasheel.adapters.engines import LocalEngine, ProcessPlan
from shanasheel.adapters.stores import open_database
from shanasheel.app.addresses import is_loopback
from shanasheel.app.crew import Crew
from shanasheel.app.folder import DataFolder
from shanasheel.app.log_signing import elsewhere, origin_of
from shanasheel.app.machine import Machine
from shanasheel.app.volumes import use_volumes
from shanasheel.app.wiring import is_copy, open_site
from shanasheel.base.clock import Clock
from shanasheel.base.errors import Denied, Exhausted, InvalidInput
from shanasheel.domain.cameras import Camera
from shanasheel.domain.copying import VaultPlan
from shanasheel.domain.keeping import KeepRule

_WATCH_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run.

    Args:
        cameras: the whole set; None leaves the stored ones as they are.
        workers: analysing processes; 0 means one for each core, at most one for each camera.
        keep: None leaves the stored rule as it is.
        volumes: further folders for footage; None leaves the stored ones as they are.
        vault: None leaves the stored setting as it is.
        hosts: further names under which the pages may be called.
        public_log: strangers may have the log's files.
    """

    folder: DataFolder
    site_name: str
    cameras: tuple[Camera, ...] | None
    address: tuple[str, int]
    workers: int = 0
    hosts: tuple[str, ...] = ()
    public_log: bool = True
    keep: KeepRule | None = None
    volumes: tuple[Path, ...] | None = None
    vault: VaultPlan | None = None


def supervise(
    plan: Plan,
    clock: Clock,
    *,
    until: Callable[[], bool],
    started: Callable[[str], None] = lambda _url: None,
) -> None:
    """Run the log's signer, hub and workers until `until` says so; stop them in reverse.

    `started` is called once with the address of the pages when the hub answers.

    Raises:
        Exhausted: the port is taken.
        Denied: the address is not loopback and no account exists.
    """
    address = _claim(plan.address)
    _prepare(plan, address[0])
    engine = LocalEngine(clock)
    database = open_database(plan.folder.database, begun=True)
    crew = Crew(plan.folder, engine, database, workers=plan.workers)
    copied = is_copy(plan.folder)  # nothing is recorded into a copy: it could not be logged
    if not copied and elsewhere(plan.folder.keys) is None:
        engine.start([_signer(plan.folder)])
    engine.start([_hub(plan, address)])
    url = f"http://{_in_url(address[0])}:{address[1]}"
    answered = False
    try:
        while not until():
            if not copied:
                crew.follow()
            engine.watch()
            if not answered and _answers(address):
                answered = True
                started(url)
            clock.sleep_s(_WATCH_S)
    finally:
        engine.stop("worker")
        engine.stop("hub")
        engine.stop("signer")  # last: the hub has what is left signed
        database.close()


def _prepare(plan: Plan, host: str) -> None:
    """Apply the cameras while nobody else writes the database."""
    for pattern in ("worker-*.json", "assignment-*.json"):
        for stale in plan.folder.run.glob(pattern):
            stale.unlink()
    wired = open_site(plan.folder, site_name=plan.site_name, workers=Machine(plan.folder.root))
    try:
        if not is_loopback(host) and not accounts_exist(wired.site):
            raise Denied(
                f"Listening on {host} needs an account first.",
                "Run `shanasheel access add NAME`, or listen on 127.0.0.1.",
            )
        if plan.cameras is not None:
            _check_files(plan.cameras)
            apply_cameras(wired.site, plan.cameras)
        if plan.keep is not None:
            set_keep_rule(wired.site, plan.keep)
        if plan.volumes is not None:
            use_volumes(
                plan.folder, plan.volumes, origin=origin_of(plan.folder), ids=wired.site.ids
            )
        if plan.vault is not None:
            set_vault_plan(wired.site, plan.vault)
    finally:
        wired.close()


def _check_files(cameras: Sequence[Camera]) -> None:
    missing = [
        f"{camera.id}: {camera.url}"
        for camera in cameras
        if "://" not in camera.url and not Path(camera.url).is_file()
    ]
    if missing:
        raise InvalidInput(
            f"Footage files are missing: {'; '.join(missing)}.", "Mend the `url` of each."
        )


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _answers(address: tuple[str, int]) -> bool:
    """Return whether the hub accepts connections."""
    try:
        with socket.create_connection(address, timeout=0.2):
            return True
    except OSError:
        return False


def _claim(address: tuple[str, int]) -> tuple[str, int]:
    """Return the address with port 0 replaced by a free port, having checked it is free."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as fault:
            raise Exhausted(
                f"Port {address[1]} on {address[0]} cannot be used: {fault.strerror}.",
                "Choose another with --port or --listen, or stop the program that holds it.",
            ) from fault
        return address[0], probe.getsockname()[1]


def _signer(folder: DataFolder) -> ProcessPlan:
    return ProcessPlan(
        name="signer",
        module="shanasheel.app.log_signer",
        arguments=("--data", str(folder.root)),
        log=folder.logs / "signer.log",
    )


def _hub(plan: Plan, address: tuple[str, int]) -> ProcessPlan:
    hosts = [word for host in plan.hosts for word in ("--allow-host", host)]
    arguments = (
        "--data", str(plan.folder.root), "--site", plan.site_name,
        "--host", address[0], "--port", str(address[1]), *hosts,
        *(() if plan.public_log else ("--private-log",)),
    )  # fmt: skip
    return ProcessPlan(
        name="hub",
        module="shanasheel.app.hub",
        arguments=arguments,
        log=plan.folder.logs / "hub.log",
    )
