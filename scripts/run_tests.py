"""Run pytest to a known end: bounded in time, and nothing that a test started outlives it.

A process left running keeps the output of whoever called us open, so that a pipeline would wait for
it for hours; a hung test would do the same.

Tests that start the whole product wait for it with patience, but a machine that stands still for
long outlasts that. So a few that failed beside others run once more with nothing beside them; what
fails alone has failed.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36  # prctl(2): orphans become our children, so that we can find them
_MINUTES = float(os.environ.get("SHANASHEEL_TESTS_MINUTES", "60"))
_GRACE_S = 10.0
_FAILED = 1  # pytest's exit code when tests ran and some failed
_STOPPED = 124
_FEW = 5  # more than that is no accident of the machine
_LAST_FAILED = Path(".pytest_cache/v/cache/lastfailed")


def main() -> int:
    """Return pytest's exit code, or 124 when its time was up."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    until = time.monotonic() + 60 * _MINUTES
    _LAST_FAILED.unlink(missing_ok=True)
    code = run(sys.argv[1:], until)
    failed = json.loads(_LAST_FAILED.read_bytes()) if _LAST_FAILED.exists() else {}
    if code != _FAILED or not 0 < len(failed) <= _FEW:
        return code
    print("Failed beside others, run once more alone:", *failed, sep="\n  ", flush=True)
    return run(["-q", "-n", "0", *failed], until)


def run(arguments: list[str], until: float) -> int:
    """Run pytest until a moment (monotonic), end what it left, return its exit code."""
    tests = subprocess.Popen([sys.executable, "-m", "pytest", *arguments])
    try:
        code = tests.wait(until - time.monotonic())
    except subprocess.TimeoutExpired:
        code = _STOPPED
        print(f"The tests did not end within {_MINUTES:g} minutes and are stopped.", flush=True)
    end_the_rest(grace_s=0.0 if code == _STOPPED else _GRACE_S)
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
