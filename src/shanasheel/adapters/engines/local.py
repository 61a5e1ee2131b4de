"""Processes on this machine, restarted when they die, stopped in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import structlog

from shanasheel.base.clock import Clock

_FIRST_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 10.0
_HEALTHY_S = 30.0  # a process that lived this long starts again at once
_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPlan:
    """A process to keep running: `python -m module arguments`.

    Args:
        log: file that takes its standard output and error.
        stop_s: how long it may take to stop in order before it is killed.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    log: Path
    stop_s: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessState:
    """How a process is: its pid (0 when down) and how often it was restarted."""

    name: str
    pid: int
    restarts: int


@dataclass(slots=True)
class _Kept:
    plan: ProcessPlan
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    retry_s: float = 0.0
    backoff_s: float = _FIRST_BACKOFF_S
    restarts: int = -1


class LocalEngine:
    """Owns child processes from `start` to `stop`; `watch` must be called a few times a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: list[_Kept] = []

    def start(self, plans: Sequence[ProcessPlan]) -> None:
        """Start each planned process, in order."""
        for plan in plans:
            kept = _Kept(plan)
            self._kept.append(kept)
            self._spawn(kept)

    def watch(self) -> None:
        """Restart what has died, with growing back-off."""
        now_s = self._clock.monotonic_s()
        for kept in self._kept:
            if kept.process is None:
                if now_s >= kept.retry_s:
                    self._spawn(kept)
                continue
            code = kept.process.poll()
            if code is None:
                continue
            lived_s = now_s - kept.started_s
            kept.backoff_s = (
                _FIRST_BACKOFF_S
                if lived_s > _HEALTHY_S
                else min(kept.backoff_s * 2, _LONGEST_BACKOFF_S)
            )
            kept.process, kept.retry_s = None, now_s + kept.backoff_s
            _LOG.error("process_died", process=kept.plan.name, code=code, log=str(kept.plan.log))

    def states(self) -> tuple[ProcessState, ...]:
        """Return how each process is."""
        return tuple(
            ProcessState(
                name=kept.plan.name,
                pid=kept.process.pid if kept.process is not None else 0,
                restarts=max(0, kept.restarts),
            )
            for kept in self._kept
        )

    def stop(self, prefix: str = "") -> None:
        """Stop the processes whose name begins with `prefix`, side by side, and forget them.

        Each stops in order or, at its bound, by kill.
        """
        chosen = [kept for kept in self._kept if kept.plan.name.startswith(prefix)]
        for kept in chosen:
            if kept.process is not None:
                kept.process.send_signal(signal.SIGTERM)
        for kept in chosen:
            self._await(kept)
        self._kept = [kept for kept in self._kept if kept not in chosen]

    def _await(self, kept: _Kept) -> None:
        if kept.process is None:
            return
        try:
            kept.process.wait(kept.plan.stop_s)
        except subprocess.TimeoutExpired:
            _LOG.error("process_killed", process=kept.plan.name, after_s=kept.plan.stop_s)
            kept.process.kill()
            kept.process.wait()

    def _spawn(self, kept: _Kept) -> None:
        plan = kept.plan
        kept.restarts += 1
        kept.started_s = self._clock.monotonic_s()
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
        with _log_of(plan) as log:
            kept.process = subprocess.Popen(
                [sys.executable, "-m", plan.module, *plan.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                # Ctrl-C in the terminal reaches us alone; we stop the children in order.
                start_new_session=True,
            )


def _log_of(plan: ProcessPlan) -> BinaryIO:
    """Open the process's log; where its disk is gone or refuses, the process must run without."""
    try:
        # Not its parents: an unmounted data folder must not be made anew on the disk below.
        plan.log.parent.mkdir(exist_ok=True)
        return plan.log.open("ab")
    except OSError as fault:
        _LOG.error("log_unwritable", log=str(plan.log), detail=fault.strerror)
        return Path(os.devnull).open("ab")
