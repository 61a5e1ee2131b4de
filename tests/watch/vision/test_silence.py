"""The back ends report to nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Loads and runs the model, then waits until a reporting thread would have written its identifier.
LOOK = """
import sys
from shanasheel.watch.vision import load_detector
load_detector(backend=sys.argv[1])
print(sorted(name for name, module in sys.modules.items()
             if name.startswith("openvino_telemetry") and module is not None))
"""
# Either library keeps silent on build machines; then this test would prove nothing.
_BUILD_MACHINE = (
    "CI", "TF_BUILD", "GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "JENKINS_URL",
    "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS",
)  # fmt: skip


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
def test_a_back_end_leaves_no_identifier_and_loads_no_reporter(
    tmp_path: Path, backend: str
) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in _BUILD_MACHINE}
    places = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", LOOK, backend],
        env={**kept, **places, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip

    assert done.stdout.splitlines()[-1] == "[]"
    # The device identifier is written before anything is sent: no file, no reporter.
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
