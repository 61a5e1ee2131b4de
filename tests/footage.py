"""Where the measuring footage lies; tests that need it skip with a reason when it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def data_folder(name: str) -> Path:
    """Return a folder of the measuring data, or skip the test saying why."""
    root = os.environ.get("SHANASHEEL_TEST_DATA")
    if not root:
        pytest.skip("SHANASHEEL_TEST_DATA is not set: no measuring footage on this machine")
    folder = Path(root) / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: no measuring footage on this machine")
    return folder
