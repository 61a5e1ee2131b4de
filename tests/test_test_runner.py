"""The command that runs the tests always ends, and nothing outlives it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

RUNNER = Path(__file__).parents[1] / "scripts" / "run_tests.py"
pytestmark = pytest.mark.skipif(not RUNNER.exists(), reason="installed without the scripts")

LEAVES_ONE_RUNNING = """
import subprocess, sys
from pathlib import Path
def test_leaves_a_process_running():
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                            start_new_session=True)
    Path(__file__).with_name("pid").write_text(str(left.pid))
    left.returncode = 0
"""


def run(test: Path, *, minutes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(RUNNER), "-q", "-p", "no:cacheprovider", "-c", os.devnull,
         "--rootdir", str(test.parent), str(test)],
        env={**os.environ, "SHANASHEEL_TESTS_MINUTES": minutes},
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


def test_a_process_that_a_test_left_running_is_named_and_ended(tmp_path: Path) -> None:
    test = tmp_path / "test_leaving.py"
    test.write_text(LEAVES_ONE_RUNNING)

    done = run(test, minutes="1")  # returns at all: nobody holds its output open any more

    assert done.returncode == 0, done.stdout
    pid = int((tmp_path / "pid").read_text())
    assert f"left running, now ended: {pid} " in done.stdout
    assert not psutil.pid_exists(pid)


def test_a_test_that_hangs_is_stopped(tmp_path: Path) -> None:
    test = tmp_path / "test_hanging.py"
    test.write_text("import time\ndef test_hangs():\n    time.sleep(600)\n")

    done = run(test, minutes="0.05")

    assert done.returncode == 124
    assert "did not end within 0.05 minutes" in done.stdout
