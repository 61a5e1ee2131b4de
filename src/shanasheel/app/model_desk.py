"""The hub's shelf of models: what is known of them, and one deed at a time in a process beside."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from shanasheel.app.folder import DataFolder
from shanasheel.app.model_work import chosen, described
from shanasheel.app.talking import talk
from shanasheel.base.errors import Conflict
from shanasheel.domain.models import ChosenModel, ModelOrder, ModelWork, Use
from shanasheel.domain.wire import dumps
from shanasheel.watch.vision.registry import DEFAULT, Registry

_LOG = structlog.get_logger()
_WORDS = frozenset({"state", "key", "detail", "remedy"})


class ModelDesk:
    """Answers any thread; work runs in a process of its own, which a hostile model can only end."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._registry = Registry(folder.root)
        self._lock = threading.Lock()
        self._work: ModelWork | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Nothing is begun before somebody orders it."""

    def stop(self) -> None:
        """End the work in hand and wait until it has ended."""
        self.end()
        if self._thread is not None:
            self._thread.join()

    @property
    def default(self) -> str:
        """Return the model that is used before any was chosen."""
        return DEFAULT

    def described(self, use: Use) -> Sequence[Mapping[str, object]]:
        """Return every model as plain values."""
        return [described(self._registry, model, use) for model in self._registry.all()]

    def chosen(self, name: str, *, check: bool = True) -> ChosenModel:
        """Return a model after computing its file's SHA-256; see `model_work.chosen`.

        Raises:
            NotFound: there is no such model, or its file is not here.
            IntegrityFault: its file is another one than its card's.
        """
        return chosen(self._registry, name, check=check)

    def submit(self, order: ModelOrder) -> ModelWork:
        """Begin the work.

        Raises:
            Conflict: some is in hand.
        """
        with self._lock:
            if self._work is not None and self._work.state == "working":
                raise Conflict(
                    "A model is being verified or measured already.", "Wait, or stop it.",
                    key="models_busy",
                )  # fmt: skip
            self._work = work = ModelWork(order=order)
            self._thread = threading.Thread(
                target=self._run, args=(order,), name="models", daemon=True
            )
            self._thread.start()
        return work

    def work(self) -> ModelWork | None:
        """Return the newest work."""
        with self._lock:
            return self._work

    def end(self) -> None:
        """Stop the work in hand; nothing happens where there is none."""
        with self._lock:
            if self._work is None or self._work.state != "working":
                return
            self._work = replace(self._work, state="stopped")
            if self._process is not None:
                self._process.terminate()

    def _run(self, order: ModelOrder) -> None:
        try:
            ending = self._converse(order)
        except OSError as fault:
            ending = {"state": "refused", "detail": str(fault.strerror)}
        if not ending:
            ending = {"state": "refused", "key": "models_died"}
        told = {name: str(word) for name, word in ending.items() if name in _WORDS}
        self._change(order, **told)

    def _converse(self, order: ModelOrder) -> dict[str, object]:
        self._folder.logs.mkdir(exist_ok=True)
        with (self._folder.logs / "models.log").open("ab") as log, self._lock:
            if not self._in_hand(order):
                return {"state": "stopped"}
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", "shanasheel.app.model_process", str(self._folder.root)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        with process:
            try:
                ending = talk(
                    process, dumps(order).encode(),
                    lambda done, total: self._change(order, done=done, total=total),
                )  # fmt: skip
            finally:
                code = process.wait()
                with self._lock:
                    if self._process is process:
                        self._process = None
        if not ending and code >= 0:
            _LOG.error("model_process_died", code=code)
        return ending

    def _change(self, order: ModelOrder, **fields: object) -> None:
        with self._lock:
            if self._work is not None and self._in_hand(order):
                self._work = replace(self._work, **fields)  # type: ignore[arg-type]  # fields of ours

    def _in_hand(self, order: ModelOrder) -> bool:
        """Return whether this order is the one at work; a stopped one's process may end later."""
        return (
            self._work is not None
            and self._work.order.id == order.id
            and self._work.state == "working"
        )
