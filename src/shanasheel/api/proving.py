"""Routes about proof: the ledger's head, its files, and checks of the footage."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, PlainTextResponse

from shanasheel.actions.authorities import authorities_status
from shanasheel.actions.cosigning import cosigned_checkpoint, cosigners_status
from shanasheel.actions.ledger_status import ledger_status
from shanasheel.actions.proof import check_footage
from shanasheel.api import present
from shanasheel.api.context import Desk, TheDesk, Who
from shanasheel.base.errors import Conflict, NotFound

router = APIRouter(tags=["proving"])

_KEPT = 20  # checks remembered; the oldest are dropped


@dataclass(slots=True)
class _Check:
    """A running or finished check; only its thread writes it."""

    done: int = 0
    total: int = 0
    result: present.Json | None = None
    fault: str = ""


@dataclass(slots=True)
class Checks:
    """The checks this hub runs, one at a time."""

    running: threading.Lock = field(default_factory=threading.Lock)
    known: dict[str, _Check] = field(default_factory=dict)

    def start(self, desk: Desk) -> str:
        """Start a check in a thread of its own and return its id.

        Raises:
            Conflict: one is running already.
        """
        if not self.running.acquire(blocking=False):
            raise Conflict("A check is running already.", "Wait until it is done.")
        identifier, check = desk.site.ids.new(), _Check()
        self.known[identifier] = check
        while len(self.known) > _KEPT:
            del self.known[next(iter(self.known))]
        threading.Thread(target=self._run, args=(desk, check), name="check", daemon=True).start()
        return identifier

    def _run(self, desk: Desk, check: _Check) -> None:
        def progress(done: int, total: int) -> None:
            check.done, check.total = done, total

        try:
            desk.site.sequencer.catch_up()
            report = check_footage(
                desk.site.data,
                desk.site.store,
                desk.verifier_key,
                at=desk.site.clock.now(),
                progress=progress,
            )
            check.result = report.as_json()
        except Exception as fault:  # noqa: BLE001 - outermost of a thread; shown on the page
            check.fault = f"{type(fault).__name__}: {fault}"
        finally:
            self.running.release()


def _checks(request: Request) -> Checks:
    checks: Checks = request.app.state.checks
    return checks


CheckBoard = Annotated[Checks, Depends(_checks)]


@router.get("/ledger")
def head(_who: Who, desk: TheDesk) -> present.Json:
    """Return the newest signed checkpoint and the key that verifies it."""
    return {**ledger_status(desk.site), "verifier_key": desk.verifier_key}


@router.get("/ledger/checkpoint", response_class=PlainTextResponse)
def checkpoint(_who: Who, desk: TheDesk) -> FileResponse:
    """Return the newest checkpoint as a C2SP signed note."""
    path = desk.site.data / "ledger" / "checkpoint"
    if not path.is_file():
        raise NotFound("Nothing has been logged yet.", "Record something first.")
    return FileResponse(path, media_type="text/plain; charset=utf-8")


@router.get("/ledger/checkpoint/cosigned", response_class=PlainTextResponse)
def cosigned(_who: Who, desk: TheDesk) -> PlainTextResponse:
    """Return the newest checkpoint that an outsider has cosigned, as a C2SP signed note."""
    return PlainTextResponse(cosigned_checkpoint(desk.site))


@router.get("/ledger/cosigners")
def cosigners(_who: Who, desk: TheDesk) -> present.Json:
    """Return who outside has signed what, when and how far behind, and whether it is enough."""
    return cosigners_status(desk.site, desk.verifier_key)


@router.get("/ledger/authorities")
def authorities(_who: Who, desk: TheDesk) -> present.Json:
    """Return which timestamp authorities have stamped what, and when."""
    return authorities_status(desk.site)


@router.post("/ledger/checks")
def start_check(_who: Who, desk: TheDesk, checks: CheckBoard) -> present.Json:
    """Start verifying every recorded segment against the ledger."""
    return {"id": checks.start(desk)}


@router.get("/ledger/checks/{check}")
def read_check(check: str, _who: Who, checks: CheckBoard) -> present.Json:
    """Return how far a check is, or its report."""
    known = checks.known.get(check)
    if known is None:
        raise NotFound(f"There is no check {check!r}.", "Start a new one.")
    state = "running" if known.result is None and not known.fault else "done"
    body: present.Json = {"state": state, "done": known.done, "total": known.total}
    if known.fault:
        return {**body, "holds": False, "steps": [], "failures": [], "fault": known.fault}
    return {**body, **(known.result or {})}
