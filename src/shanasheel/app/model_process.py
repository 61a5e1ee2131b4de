"""The process that verifies models or measures one, beside the hub.

Reads an order on standard input and writes lines of JSON: `progress`, then `done` or `fault`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import structlog

from shanasheel.actions.models import note_models_verified
from shanasheel.actions.site import Site
from shanasheel.app.folder import DataFolder
from shanasheel.app.model_work import bench, verify_all
from shanasheel.app.processes import end_with_parent, start_logging
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import ShanasheelError
from shanasheel.domain.models import ModelDeed, ModelOrder
from shanasheel.domain.people import Person, Role
from shanasheel.domain.wire import loads
from shanasheel.watch.vision.registry import Registry

_LOG = structlog.get_logger()
_NICENESS = 10  # recording goes first; processor time, which decides, is hardly longer for it


def main() -> None:
    """Do what standard input orders."""
    start_logging()
    end_with_parent()
    os.nice(_NICENESS)
    folder = DataFolder(root=Path(sys.argv[1]))
    order = loads(sys.stdin.buffer.read(), ModelOrder)
    try:
        with open_beside(folder) as site:
            _do(site, order)
        _say(done=True)
    except ShanasheelError as fault:
        _say(fault={"key": fault.key, "detail": fault.message, "remedy": fault.remedy})
    except Exception as fault:  # noqa: BLE001 - outermost of the process: the hub must be told
        _LOG.exception("model_work_failed")
        _say(fault={"key": "", "detail": type(fault).__name__, "remedy": ""})


def _do(site: Site, order: ModelOrder) -> None:
    registry = Registry(site.data)
    if order.deed is ModelDeed.BENCH:
        model = registry.one(order.model)
        bench(registry, model, site.clock, data=None, step=1, progress=_progress)
        return
    told = verify_all(registry, site.clock, _progress)
    who = Person(name=order.by, role=Role(order.role))
    right = [str(one["name"]) for one in told if one["right"]]
    wrong = [str(one["name"]) for one in told if not one["right"]]
    note_models_verified(site, who, right=right, wrong=wrong)


def _progress(done: int, total: int) -> None:
    _say(progress=[done, total])


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
