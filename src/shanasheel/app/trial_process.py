"""The process that tries a camera's rules on its footage, beside the hub.

Reads an order on standard input and writes lines of JSON: `progress`, then `done` or `fault`. What
was found is left in the folder's `run`, for the hub to take.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import structlog

from shanasheel.api.present_trial import trial
from shanasheel.app.folder import DataFolder
from shanasheel.app.footage_trial import try_on_footage
from shanasheel.app.processes import end_with_parent, start_logging
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.domain.people import Person, Role
from shanasheel.domain.trying import TrialOrder
from shanasheel.domain.wire import loads

_LOG = structlog.get_logger()
_NICENESS = 15  # recording and the live look go first


def main() -> None:
    """Do what standard input orders."""
    start_logging()
    end_with_parent()
    os.nice(_NICENESS)
    folder = DataFolder(root=Path(sys.argv[1]))
    order = loads(sys.stdin.buffer.read(), TrialOrder)
    who = Person(name=order.by, role=Role(order.role))
    try:
        with open_beside(folder) as site:
            found = try_on_footage(
                site, who, order.camera, start=order.start, end=order.end,
                progress=lambda done, total: _say(progress=[done, total]),
            )  # fmt: skip
        write_atomic(result_file(folder, order), json.dumps(trial(found)).encode(), durable=False)
        _say(done=True)
    except ShanasheelError as fault:
        _say(fault={"key": fault.key, "detail": fault.message, "remedy": fault.remedy})
    except Exception as fault:  # noqa: BLE001 - outermost of the process: the hub must be told
        _LOG.exception("trial_failed")
        _say(fault={"key": "", "detail": type(fault).__name__, "remedy": ""})


def result_file(folder: DataFolder, order: TrialOrder) -> Path:
    """Return where what an order found is left."""
    return folder.run / f"trial-{order.id}.json"


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
