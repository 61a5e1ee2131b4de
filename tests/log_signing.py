"""Runs the real process that holds a log's key, for a test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from running import wait_for
from shanasheel.app.folder import DataFolder
from shanasheel.app.log_signing import ask_log_signer
from shanasheel.prove.ledger import SignerAway
from shanasheel.prove.ledger.log_signer import NEWEST


def start_log_signer(root: Path) -> subprocess.Popen[bytes]:
    """Start it and return once it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "shanasheel.app.log_signer", "--data", str(root)],
        stderr=subprocess.DEVNULL,
    )
    place = DataFolder(root=root).signer_socket
    wait_for(lambda: answers(place) or process.poll() is not None, "the log's signer")
    assert process.poll() is None
    return process


def answers(place: Path) -> bool:
    """Return whether somebody answers at a socket."""
    try:
        return ask_log_signer(place, NEWEST).status == 200
    except SignerAway:
        return False


@contextmanager
def running_log_signer(root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run it until the block ends."""
    process = start_log_signer(root)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
