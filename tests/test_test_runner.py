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
        [sys.executable, str(RUNNER), "-q", test.name],
        env={**os.environ, "SHANASHEEL_TESTS_MINUTES": minutes}, cwd=test.parent,
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


def test_a_process_that_a_test_left_running_is_named_and_ended(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    test = tmp_path / "test_leaving.py"
    test.write_text(LEAVES_ONE_RUNNING)

    done = run(test, minutes="1")  # returns at all: nobody holds its output open any more

    assert done.returncode == 0, done.stdout
    pid = int((tmp_path / "pid").read_text())
    assert f"left running, now ended: {pid} " in done.stdout
    assert not psutil.pid_exists(pid)


def test_a_test_that_hangs_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    test = tmp_path / "test_hanging.py"
    test.write_text("import time\ndef test_hangs():\n    time.sleep(600)\n")

    done = run(test, minutes="0.05")

    assert done.returncode == 124
    assert "did not end within 0.05 minutes" in done.stdout


def test_what_failed_beside_others_runs_once_more_alone(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    test = tmp_path / "test_busy.py"
    test.write_text(
        "from pathlib import Path\n"
        "TRIED = Path(__file__).with_name('tried')\n"
        "def test_passes():\n    pass\n"
        "def test_fails_at_first():\n"
        "    before, _ = TRIED.exists(), TRIED.touch()\n"
        "    assert before\n"
    )

    again = run(test, minutes="1")
    test.write_text("def test_fails():\n    assert False\n")
    failed = run(test, minutes="1")

    assert again.returncode == 0, again.stdout
    assert "run once more alone:\n  test_busy.py::test_fails_at_first" in again.stdout
    assert "1 failed, 1 passed" in again.stdout
    assert failed.returncode == 1
