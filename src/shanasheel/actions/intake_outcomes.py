"""What became of each file that was handed in: being made searchable, done, or broken off."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from enum import StrEnum

import psutil

from shanasheel.actions.site import Site
from shanasheel.base.files import write_atomic


class IntakeState(StrEnum):
    """How far a file is."""

    WORKING = "working"
    DONE = "done"
    FAILED = "failed"  # with a reason; the original is kept all the same
    INTERRUPTED = "interrupted"  # the process that worked on it is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a file; counts are of records made from it."""

    state: IntakeState
    segments: int = 0
    sightings: int = 0
    events: int = 0
    warning: str = ""
    reason: str = ""


def begin_outcome(site: Site, intake: str) -> None:
    """Note that this process works on an intake."""
    process = psutil.Process()
    _write(site, intake, {"pid": os.getpid(), "started_s": process.create_time()})


def end_outcome(  # noqa: PLR0913 - counts
    site: Site, intake: str, *, segments: int = 0, sightings: int = 0, events: int = 0,
    warning: str = "", failed: str = "",
) -> None:  # fmt: skip
    """Note how the work on an intake ended; `failed` says why it broke off."""
    outcome = Outcome(
        state=IntakeState.FAILED if failed else IntakeState.DONE, segments=segments,
        sightings=sightings, events=events, warning=warning, reason=failed,
    )  # fmt: skip
    _write(site, intake, asdict(outcome))


def outcome_of(site: Site, intake: str) -> Outcome:
    """Return what became of a recorded intake; one without a note is from before there were any."""
    try:
        noted = json.loads((site.data / "state" / "intake" / f"{intake}.json").read_bytes())
    except (OSError, ValueError):
        return Outcome(state=IntakeState.DONE)
    if "pid" not in noted:
        return Outcome(**{**noted, "state": IntakeState(noted["state"])})
    alive = _alive(int(noted["pid"]), float(noted["started_s"]))
    return Outcome(state=IntakeState.WORKING if alive else IntakeState.INTERRUPTED)


def _alive(pid: int, started_s: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - started_s) < 1.0
    except psutil.Error:
        return False


def _write(site: Site, intake: str, body: dict[str, object]) -> None:
    folder = site.data / "state" / "intake"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomic(folder / f"{intake}.json", json.dumps(body).encode(), mode=0o600)
