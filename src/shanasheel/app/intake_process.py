"""The process that takes one file in beside the hub: a hostile file can only end this one.

Reads an order on standard input, or `{"finish": ID}` for one that was interrupted, and writes lines
of JSON: `progress`, then `done` or `fault`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import structlog

from shanasheel.actions.file_clocks import FileClock, following
from shanasheel.actions.handing_in import Original, adopt_upload, return_upload
from shanasheel.actions.site import Site
from shanasheel.app.detectors import site_detectors
from shanasheel.app.finishing import finish_intake
from shanasheel.app.folder import DataFolder
from shanasheel.app.processes import end_with_parent, start_logging
from shanasheel.app.taking_in import Handed, take_in
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import NotFound, ShanasheelError
from shanasheel.domain.handed import IntakeOrder
from shanasheel.domain.people import Person, Role
from shanasheel.domain.wire import loads

_LOG = structlog.get_logger()
_NICENESS = 10  # recording and live pictures go first; at 15 a busy machine never came to it


def main() -> None:
    """Take in what standard input orders."""
    start_logging()
    end_with_parent()
    os.nice(_NICENESS)
    folder = DataFolder(root=Path(sys.argv[1]))
    asked = sys.stdin.buffer.read()
    try:
        with open_beside(folder) as site:
            _do(site, asked)
    except ShanasheelError as fault:
        _say(
            fault={
                "key": fault.key, "given": fault.given, "detail": fault.message,
                "remedy": fault.remedy,
            }
        )  # fmt: skip
    except Exception as fault:  # noqa: BLE001 - outermost loop of the process: the hub must be told
        _LOG.exception("taking_in_failed")
        _say(fault={"key": "", "given": {}, "detail": f"{type(fault).__name__}", "remedy": ""})


def _do(site: Site, asked: bytes) -> None:
    unfinished = json.loads(asked).get("finish")
    if unfinished is None:
        _take(site, loads(asked, IntakeOrder))
        return
    finish_intake(site, str(unfinished), detector=site_detectors(site), progress=_progress)
    _say(done=True)


def _progress(done: int, total: int) -> None:
    _say(progress=[done, total])


def _take(site: Site, order: IntakeOrder) -> None:
    who = Person(name=order.by, role=Role(order.role))
    clock = _clock(site, order)
    place = adopt_upload(site, Path(order.file), order.id, order.name)
    handed = Handed(
        file=Path(order.name), camera=order.camera, clock=clock, handed_by=order.handed_by,
        note=order.note, name=order.camera_name, name_ar=order.camera_name_ar, place=order.place,
        handed_at=order.handed_at, id=order.id,
        original=Original(path=place, sha256=order.sha256, size_bytes=order.size_bytes),
    )  # fmt: skip
    try:
        take_in(site, who, handed, detector=site_detectors(site), progress=_progress)
    except ShanasheelError:
        with site.store.read() as rows:
            recorded = any(one.id == order.id for one in rows.keeping.intakes())
        if not recorded:
            return_upload(site, place, Path(order.file))
        raise
    _say(done=True)


def _clock(site: Site, order: IntakeOrder) -> FileClock:
    if not order.follows:
        return FileClock(
            stated=order.stated, ahead_s=order.ahead_s, drift_s_day=order.drift_s_day,
            evidence=order.evidence,
        )  # fmt: skip
    with site.store.read() as rows:
        before = next((one for one in rows.keeping.intakes() if one.id == order.follows), None)
    if before is None:
        raise NotFound(
            "The file it follows was not taken in.", "Give it a clock of its own.",
            key="before_missing",
        )  # fmt: skip
    return following(before)


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
