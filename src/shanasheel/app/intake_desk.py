"""The hub's queue of files to take in: one process at a time, watched from one thread."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace

import structlog

from shanasheel.actions.handing_in import recover_upload
from shanasheel.actions.site import Site
from shanasheel.actions.uploads import Uploads
from shanasheel.app.finishing import interrupted_intakes
from shanasheel.app.folder import DataFolder
from shanasheel.app.talking import talk
from shanasheel.base.errors import Exhausted
from shanasheel.domain.handed import IntakeOrder, OrderState
from shanasheel.domain.wire import dumps

_LOG = structlog.get_logger()
_MOST = 200  # orders remembered; finished ones are forgotten first
_SWEEP_S = 20.0


class IntakeDesk:
    """Takes orders from any thread; its own thread has them done in turn until `stop`."""

    def __init__(self, folder: DataFolder, site: Site, uploads: Uploads) -> None:
        self._folder, self._site, self._uploads = folder, site, uploads
        self._orders: OrderedDict[str, OrderState] = OrderedDict()
        self._waiting: deque[str] = deque()
        self._unfinished: deque[str] = deque()
        self._news = threading.Condition()
        self._stopping = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="intake-desk")

    def start(self) -> None:
        """Start the thread; it finishes first what a killed hub left unfinished."""
        self._unfinished.extend(interrupted_intakes(self._site))
        self._thread.start()

    def stop(self) -> None:
        """End the process in hand, leave the rest; what was not taken in is gone."""
        with self._news:
            self._stopping = True
            self._news.notify()
            if self._process is not None:
                self._process.terminate()
        self._thread.join()
        self._uploads.clear()

    def submit(self, order: IntakeOrder) -> None:
        """Queue an order; one for the same upload that was refused before is replaced.

        Raises:
            Exhausted: too many wait.
        """
        with self._news:
            for identifier in list(self._orders):
                if len(self._orders) < _MOST:
                    break
                if self._orders[identifier].state in ("done", "refused"):
                    del self._orders[identifier]
            if len(self._orders) >= _MOST:
                raise Exhausted("Too many files wait.", "Wait for some.", key="uploads_many")
            self._orders[order.id] = OrderState(order=order)
            self._waiting.append(order.id)
            self._news.notify()

    def orders(self) -> tuple[OrderState, ...]:
        """Return every order remembered, oldest first."""
        with self._news:
            return tuple(self._orders.values())

    def _run(self) -> None:
        while True:
            with self._news:
                if not (self._waiting or self._unfinished or self._stopping):
                    self._news.wait(_SWEEP_S)
                if self._stopping:
                    return
                unfinished = self._unfinished.popleft() if self._unfinished else None
                identifier = self._waiting.popleft() if self._waiting and not unfinished else None
            self._uploads.forget_idle()
            try:
                if unfinished is not None:
                    self._finish(unfinished)
                elif identifier is not None:
                    self._take(identifier)
            except OSError as fault:
                _LOG.error("intake_not_started", detail=fault.strerror)
                if identifier is not None:
                    self._change(identifier, state="refused", detail=str(fault.strerror))

    def _finish(self, identifier: str) -> None:
        ending = self._converse(json.dumps({"finish": identifier}).encode(), lambda _d, _t: None)
        _LOG.info("intake_finished", intake=identifier, ending=ending.get("state", "died"))

    def _take(self, identifier: str) -> None:
        order = self._orders[identifier].order
        self._change(identifier, state="working")
        ending = self._converse(
            dumps(order).encode(),
            lambda done, total: self._change(identifier, done=done, total=total),
        )
        if not ending:
            ending = {"state": "refused", "key": "intake_died"}
        self._settle(identifier)
        self._change(identifier, **ending)

    def _converse(self, asked: bytes, progress: Callable[[int, int], None]) -> dict[str, object]:
        """Have a process do what is asked; return what became of it, empty if it died."""
        self._folder.logs.mkdir(exist_ok=True)
        with (self._folder.logs / "intake.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "shanasheel.app.intake_process", str(self._folder.root)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        with self._news:
            self._process = process
            if self._stopping:
                process.terminate()
        with process:
            try:
                ending = talk(process, asked, progress)
            finally:
                code = process.wait()
                with self._news:
                    self._process = None
        if not ending:
            _LOG.error("intake_process_died", code=code)
        return ending

    def _settle(self, identifier: str) -> None:
        """Forget the upload of a file that was taken in; leave a refused one to be tried again."""
        order = self._orders[identifier].order
        for upload in self._uploads.taken(identifier):
            if recover_upload(self._site, order.id, upload.path):
                upload.taken = False
            else:
                self._uploads.forget(order.id)

    def _change(self, identifier: str, **fields: object) -> None:
        with self._news:
            self._orders[identifier] = replace(self._orders[identifier], **fields)  # type: ignore[arg-type]  # fields of ours
