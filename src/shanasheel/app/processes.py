"""What every process of ours does first: log to one stream, end when its parent ends."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import select
import signal
import sys
import weakref
from typing import TextIO, cast

import structlog

_PR_SET_PDEATHSIG = 1  # prctl(2): the signal this process gets when its parent dies
_PR_SET_DUMPABLE = 4  # prctl(2): whether others of the same user may read this process's memory
_COLLECT_AFTER = (20_000, 20, 20)  # new containers, then collections of the younger (guess)


class _Unfailing:
    """Lets log lines go when the disk refuses them: what they tell of must go on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def start_logging(*, level: int = logging.INFO) -> None:
    """Write structured lines to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing(sys.stderr))),
    )


def collect_less_often() -> None:
    """Look for garbage in cycles rarely, and never among what is there already.

    Packets, spans and rows are tuples by the hundred thousand and freed by counting; Python's own
    setting goes through them every 700. Call when the process is ready to work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def end_with_parent() -> None:
    """Ask the kernel to stop this process in order when its supervisor dies (Linux only)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        raise SystemExit("The supervisor is gone.")


def hide_memory() -> None:
    """Keep other processes of the same user, and core dumps, from this one's memory (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)


class StopFlag:
    """Whether this process was asked to stop.

    Not a `threading.Event`: its lock cannot be taken again by a second signal that arrives while
    the first one's handler holds it, and the process would hang. Whoever waits sleeps until a pipe
    can be read, which costs nothing until then.
    """

    def __init__(self) -> None:
        self._asked = False
        self._waking, self._wake = os.pipe()
        os.set_blocking(self._wake, False)  # many signals may fill it; one byte wakes everybody
        weakref.finalize(self, _close_both, self._waking, self._wake)

    def set(self) -> None:
        """Ask to stop; safe in a signal handler, and any number of times."""
        self._asked = True
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake, b"!")

    def fileno(self) -> int:
        """Return the descriptor that can be read once it was asked, to wait for more things."""
        return self._waking

    def is_set(self) -> bool:
        """Return whether it was asked."""
        return self._asked

    def wait(self, timeout_s: float | None = None) -> bool:
        """Return whether it was asked, at the latest after `timeout_s` seconds."""
        if not self._asked:
            poll = select.poll()  # `select.select` refuses descriptors above 1,023
            poll.register(self._waking, select.POLLIN)
            poll.poll(None if timeout_s is None else 1000 * max(0.0, timeout_s))
        return self._asked


def _close_both(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def stop_on_signal() -> StopFlag:
    """Return a flag that SIGTERM and SIGINT set, so that everything stops in order."""
    stop = StopFlag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
