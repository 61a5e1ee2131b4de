"""Starts the real product for a test, and talks to it as a program would."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 90.0
_COMMAND = "from shanasheel.cli import main; main()"


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], what: str) -> object:
    """Return the condition's first true value; fail saying what was waited for."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE_S:.0f} s in vain for {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A running `shanasheel run` or `demo`."""

    process: subprocess.Popen[str]
    url: str
    data: Path

    def get(self, path: str) -> dict:
        """Return the JSON of an API address."""
        with urllib.request.urlopen(f"{self.url}/api/v1{path}", timeout=20) as answer:
            return json.loads(answer.read())

    def post(self, path: str, body: dict) -> dict:
        """Post JSON and return the JSON answered."""
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def status_of(self, path: str) -> int:
        """Return the HTTP status of an API address."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1{path}", timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as fault:
            with fault:
                return fault.code

    def camera(self, identifier: str) -> dict:
        """Return one camera's status."""
        items = self.get("/cameras")["items"]
        return next(item["status"] for item in items if item["id"] == identifier)

    def pids(self, module: str) -> list[int]:
        """Return the processes of ours that run a module."""
        found = []
        for folder in Path("/proc").iterdir():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except (OSError, ValueError):
                continue
            if module.encode() in words and str(self.data).encode() in words:
                found.append(int(folder.name))
        return found


def alive(url: str) -> bool:
    """Return whether the hub answers."""
    try:
        with urllib.request.urlopen(f"{url}/api/v1/alive", timeout=2):
            return True
    except OSError:
        return False


@contextmanager
def running(config: Path, data: Path, *, env: dict[str, str] | None = None) -> Iterator[Product]:
    """Run the product with a configuration until the block ends, then stop it as Ctrl-C does."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "run", "--config", str(config),
         "--data", str(data), "--listen", f"127.0.0.1:{port}"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, **(env or {})},
    )  # fmt: skip
    product = Product(process=process, url=f"http://127.0.0.1:{port}", data=data.resolve())
    try:
        wait_for(lambda: alive(product.url) or process.poll() is not None, "the hub")
        if process.poll() is not None:
            raise AssertionError(process.stdout.read() if process.stdout else "ended")
        yield product
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(40)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


def cli(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-c", _COMMAND, *arguments],
        capture_output=True, text=True, timeout=200, check=False,
        env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
