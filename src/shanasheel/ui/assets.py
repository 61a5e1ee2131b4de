"""The scripts and style sheet that pages load, under an address that changes with them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parent / "scripts"


@cache
def assets_url() -> str:
    """Return the path the files are served under; browsers may keep them for ever.

    The path holds a hash over every file, so an update is never mixed with a kept old file.
    """
    digest = hashlib.sha256()
    for file in sorted(ASSETS.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"/_shanasheel/{digest.hexdigest()[:16]}"
