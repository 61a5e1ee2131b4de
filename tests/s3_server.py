"""A real S3-compatible server for tests: rclone keeps objects as files and checks signatures."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from running import free_port, wait_for

KEY_ID, SECRET = "TESTKEYID", "a-secret-that-nobody-may-see"
BUCKET = "evidence"


class S3Server:
    """A server over a folder; may be stopped and started again at the same address."""

    def __init__(self, root: Path) -> None:
        found = shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which(
            "rclone"
        )
        if found is None:
            pytest.skip("rclone is not installed: no S3-compatible server on this machine")
        self._program, self._root, self._port = found, root, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.objects = root / BUCKET
        self.objects.mkdir(parents=True)

    @property
    def endpoint(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [self._program, "serve", "s3", "--auth-key", f"{KEY_ID},{SECRET}",
             "--addr", f"127.0.0.1:{self._port}", "--vfs-cache-mode", "off",
             "--config", "/dev/null", str(self._root)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(self._answers, "the S3 server")

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=0.2):
                return True
        except OSError:
            return False


@contextmanager
def s3_server(root: Path) -> Iterator[S3Server]:
    """Serve a bucket from a folder until the block ends."""
    server = S3Server(root)
    server.start()
    try:
        yield server
    finally:
        server.stop()
