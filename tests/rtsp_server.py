"""A real RTSP server for tests, behind a door that asks for passwords and can fall silent.

The server is aio-rtsp-toolkit in a process of its own. The door is a small TCP relay in front of
it: it answers 401 until the client authenticates (Basic or Digest, RFC 7616 with MD5 as cameras
do), and can stop relaying without closing, as a camera does that hangs.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import re
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_REALM, _NONCE = "camera", "5ab1e"
_SERVE = """
import asyncio, sys
import aio_rtsp_toolkit.server as server
asyncio.run(server.serve(sys.argv[1], "127.0.0.1", int(sys.argv[2])))
"""


class Door:
    """The relay; `port` is where clients knock."""

    def __init__(self, backend: int, *, user: str, password: str, scheme: str) -> None:
        self._backend = backend
        self._user, self._password, self._scheme = user, password, scheme
        self.silent = threading.Event()
        self.dripping = threading.Event()  # one byte a second to the client
        self.garbage = threading.Event()  # bytes to the client are not those sent
        self.blind = threading.Event()  # the first track is kept back, the others go on
        self.cut = threading.Event()  # connections are closed at once
        self.locked = threading.Event()  # the right password is refused
        self.stamp: Callable[[int], int] | None = None  # what becomes of RTP timestamps
        self.clock_s = 0.0  # how far the camera's clock is ahead, in its sender reports
        self.stamped = 0  # packets that went through it
        self.closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.port = int(self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self.closed.set()
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    def _accept(self) -> None:
        while not self.closed.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._backend)) as server:
            try:
                if self._scheme == "none" or self._admit(client, server):
                    self._relay(client, server)
            except OSError:
                return

    def _admit(self, client: socket.socket, server: socket.socket) -> bool:
        """Answer 401 until a request carries the right answer, then pass that request on."""
        client.settimeout(5)
        request = b""
        while not self.closed.is_set():
            data = client.recv(65536)
            if not data:
                return False
            request += data
            if b"\r\n\r\n" not in request:
                continue
            if self._is_right(request.decode()):
                server.sendall(request)
                return True
            number = re.search(rb"CSeq: *(\d+)", request)
            challenge = f'Basic realm="{_REALM}"'
            if self._scheme == "digest":
                challenge = f'Digest realm="{_REALM}", nonce="{_NONCE}"'
            count = number[1].decode() if number else "0"
            client.sendall(
                f"RTSP/1.0 401 Unauthorized\r\nCSeq: {count}\r\n"
                f"WWW-Authenticate: {challenge}\r\n\r\n".encode()
            )
            request = b""
        return False

    def _is_right(self, request: str) -> bool:
        if self.locked.is_set():
            return False
        if self._scheme == "basic":
            token = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
            return f"Authorization: Basic {token}" in request
        uri = re.search(r'uri="([^"]*)"', request)
        answer = re.search(r'response="([0-9a-f]{32})"', request)
        if not uri or not answer:
            return False
        method = request.split(" ", 1)[0]
        who = _md5(f"{self._user}:{_REALM}:{self._password}")
        return answer[1] == _md5(f"{who}:{_NONCE}:{_md5(f'{method}:{uri[1]}')}")

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        other = {client: server, server: client}
        waiting = b""
        while not self.closed.is_set():
            ready, _, _ = select.select([client, server], [], [], 0.1)
            for side in ready:
                if self.silent.is_set():
                    self.closed.wait(0.1)
                    continue
                if self.cut.is_set() or self.locked.is_set():
                    return
                if self.dripping.is_set() and side is server:
                    self.closed.wait(1.0)
                    client.sendall(server.recv(1))
                    continue
                data = side.recv(65536)
                if not data:
                    return
                if side is server:
                    whole, waiting = _frames(waiting + data)
                    whole = [_with_clock(frame, self.clock_s) for frame in whole]
                    data = b"".join(f for f in whole if not (self.blind.is_set() and _first(f)))
                if self.garbage.is_set() and side is server:
                    data = bytes(byte ^ place % 251 for place, byte in enumerate(data))
                if self.stamp is not None and side is server:
                    data = self._stamped(side, data, self.stamp)
                other[side].sendall(data)

    def _stamped(self, side: socket.socket, data: bytes, stamp: Callable[[int], int]) -> bytes:
        """Return whole interleaved packets (RFC 2326, section 10.12) with other RTP timestamps."""
        done = bytearray()
        while data:
            if data[:1] != b"$":  # an answer in text
                at = data.find(b"$")
                at = len(data) if at < 0 else at
                done += data[:at]
                data = data[at:]
                continue
            while len(data) < 4 or len(data) < 4 + int.from_bytes(data[2:4], "big"):
                more = side.recv(65536)
                if not more:
                    return bytes(done)
                data += more
            size = 4 + int.from_bytes(data[2:4], "big")
            packet, data = data[:size], data[size:]
            if packet[1] % 2 == 0 and len(packet) >= 16:  # even channels carry RTP, odd ones RTCP
                self.stamped += 1
                stamped = stamp(int.from_bytes(packet[8:12], "big")) % (1 << 32)
                packet = packet[:8] + stamped.to_bytes(4, "big") + packet[12:]
            done += packet
        return bytes(done)


def _frames(data: bytes) -> tuple[list[bytes], bytes]:
    """Split what a server sends into answers and interleaved packets (RFC 2326 §10.12)."""
    found: list[bytes] = []
    while data:
        if data[:1] == b"$":
            end = 4 + int.from_bytes(data[2:4]) if len(data) >= 4 else len(data) + 1
        else:
            head = data.find(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", data[: max(0, head)])
            end = head + 4 + int(length[1] if length else 0) if head >= 0 else len(data) + 1
        if end > len(data):
            break
        found.append(data[:end])
        data = data[end:]
    return found, data


def _with_clock(frame: bytes, ahead_s: float) -> bytes:
    """Set the NTP time of a sender report (RFC 3550 §6.4.1) ahead; other frames stay."""
    if frame[:1] != b"$" or frame[1] % 2 == 0 or len(frame) < 28 or frame[5] != 200:
        return frame
    ntp = int.from_bytes(frame[12:20], "big") + int(ahead_s * 2**32)
    return frame[:12] + ntp.to_bytes(8, "big") + frame[20:]


def _first(frame: bytes) -> bool:
    """Return whether a frame is of the first track: FFmpeg gives it the channels 0 and 1."""
    return frame[:1] == b"$" and frame[1] <= 1


@contextmanager
def rtsp_server(
    folder: Path, *, user: str = "", password: str = "", scheme: str = "none"
) -> Iterator[Door]:
    """Serve the videos of a folder at `rtsp://127.0.0.1:{door.port}/{name}`."""
    if importlib.util.find_spec("aio_rtsp_toolkit") is None:
        pytest.skip("aio-rtsp-toolkit is not installed: no RTSP server to test against")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(folder), str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        door = Door(port, user=user, password=password, scheme=scheme)
        try:
            yield door
        finally:
            door.close()
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    pytest.skip("the RTSP server did not start")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
