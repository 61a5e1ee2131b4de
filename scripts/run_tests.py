"""Run pytest to a known end: bounded in time, and nothing that a test started outlives it.

A process left running keeps the output of whoever called us open, so that a pipeline would wait for
it for hours; a hung test would do the same.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import psutil

_PR_SET_CHILD_SUBREAPER = 36  # prctl(2): orphans become our children, so that we can find them
_MINUTES = float(os.environ.get("SHANASHEEL_TESTS_MINUTES", "60"))
_GRACE_S = 10.0


def main() -> int:
    """Return pytest's exit code, or 124 when its time was up."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    tests = subprocess.Popen([sys.executable, "-m", "pytest", *sys.argv[1:]])
    try:
        code = tests.wait(60 * _MINUTES)
    except subprocess.TimeoutExpired:
        code = 124
        print(f"The tests did not end within {_MINUTES:g} minutes and are stopped.", flush=True)
    end_the_rest(grace_s=0.0 if code == 124 else _GRACE_S)
    return code


def end_the_rest(*, grace_s: float) -> None:
    """End whatever still runs below us, naming it."""
    _gone, left = psutil.wait_procs(psutil.Process().children(recursive=True), grace_s)
    for process in left:
        try:
            words = " ".join(process.cmdline())[:200]
            process.kill()
        except psutil.Error:
            continue
        print(f"left running, now ended: {process.pid} {words}", flush=True)
    psutil.wait_procs(left, _GRACE_S)


if __name__ == "__main__":
    sys.exit(main())
