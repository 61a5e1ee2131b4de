"""The hub's desk for rules tried on footage: one span at a time, in a process beside."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace

from shanasheel.app.folder import DataFolder
from shanasheel.app.talking import talk
from shanasheel.app.trial_process import result_file
from shanasheel.base.errors import Conflict
from shanasheel.domain.trying import TrialOrder, TrialWork
from shanasheel.domain.wire import dumps

_WORDS = frozenset({"state", "detail", "remedy"})


class TrialDesk:
    """Answers any thread; the newest trial is remembered until the hub ends."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._work: TrialWork | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Nothing is begun before somebody orders it."""

    def stop(self) -> None:
        """End the trial in hand and wait until it has ended."""
        self.end()
        if self._thread is not None:
            self._thread.join()

    def submit(self, order: TrialOrder) -> TrialWork:
        """Begin a trial.

        Raises:
            Conflict: one is in hand.
        """
        with self._lock:
            if self._work is not None and self._work.state == "working":
                raise Conflict("Footage is being looked at already.", "Wait, or stop it.")
            self._work = work = TrialWork(order=order)
            self._thread = threading.Thread(target=self._run, args=(order,), name="trial")
            self._thread.start()
        return work

    def work(self) -> TrialWork | None:
        """Return the newest trial."""
        with self._lock:
            return self._work

    def end(self) -> None:
        """Stop the trial in hand; nothing happens where there is none."""
        with self._lock:
            if self._work is None or self._work.state != "working":
                return
            self._work = replace(self._work, state="stopped")
            if self._process is not None:
                self._process.terminate()

    def _run(self, order: TrialOrder) -> None:
        try:
            ending = self._converse(order) or {"state": "refused", "detail": "It died."}
            if ending["state"] == "done":
                file = result_file(self._folder, order)
                ending["result"] = json.loads(file.read_bytes())
                file.unlink()
        except OSError as fault:
            ending = {"state": "refused", "detail": str(fault.strerror)}
        self._change(order, **{name: word for name, word in ending.items()
                               if name in _WORDS or name == "result"})  # fmt: skip

    def _converse(self, order: TrialOrder) -> dict[str, object]:
        self._folder.logs.mkdir(exist_ok=True)
        with (self._folder.logs / "trial.log").open("ab") as log, self._lock:
            if not self._in_hand(order):
                return {"state": "stopped"}
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", "shanasheel.app.trial_process", str(self._folder.root)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        with process:
            try:
                return talk(
                    process, dumps(order).encode(),
                    lambda done, total: self._change(order, done=done, total=total),
                )  # fmt: skip
            finally:
                process.wait()
                with self._lock:
                    if self._process is process:
                        self._process = None

    def _change(self, order: TrialOrder, **fields: object) -> None:
        with self._lock:
            if self._work is not None and self._in_hand(order):
                self._work = replace(self._work, **fields)  # type: ignore[arg-type]  # fields of ours

    def _in_hand(self, order: TrialOrder) -> bool:
        """Return whether this order is the one at work; a stopped one's process may end later."""
        return (
            self._work is not None
            and self._work.order.id == order.id
            and self._work.state == "working"
        )
