"""Runs a real cosigner for a test, and asks it as a log would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from running import free_port, wait_for
from shanasheel.app.cosigner import cosigner_keys
from shanasheel.prove.ledger import follow

_COMMAND = "from shanasheel.cli import main; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCosigner:
    process: subprocess.Popen[str]
    url: str
    data: Path

    @property
    def keys(self) -> list[str]:
        return list(cosigner_keys(self.data))

    def follow(self, key: str) -> None:
        follow(self.data, key)

    def ask(self, body: bytes, timeout_s: float = 20) -> tuple[int, bytes, str]:
        return ask(self.url, body, timeout_s)

    def newest(self, name: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{name}/checkpoint", timeout=20) as answer:
            return answer.read()


def ask(url: str, body: bytes, timeout_s: float = 20) -> tuple[int, bytes, str]:
    """Return status, body and type of an answer to add-checkpoint."""
    request = urllib.request.Request(f"{url}/add-checkpoint", body, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code, fault.read(), fault.headers["Content-Type"]


@contextmanager
def running_cosigner(data: Path, *options: str, port: int = 0) -> Iterator[RunningCosigner]:
    """Run `shanasheel cosigner serve` until the block ends."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "cosigner", "serve", "--data", str(data),
         "--listen", f"127.0.0.1:{port}", *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _answers(url) or process.poll() is not None, "the cosigner")
        if process.poll() is not None:
            raise AssertionError(process.stderr.read() if process.stderr else "ended")
        yield RunningCosigner(process=process, url=url, data=data)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process.stderr:
            process.stderr.close()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/", timeout=2):
            return True
    except OSError:
        return False
