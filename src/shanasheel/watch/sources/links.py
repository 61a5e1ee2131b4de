"""The TCP connection that FFmpeg opens for a camera, found so that it can be cut from outside.

FFmpeg cannot be woken from a read. Its way out, a function it calls before every read, costs more
in Python than the reading itself (`bench recording`): one lock of the interpreter for each of some
thousand reads a second and camera. Cutting the connection ends the read at once and costs nothing
until it is done.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shanasheel.base.clock import Clock

_OPEN_FILES = Path("/proc/self/fd")  # proc(5); elsewhere than on Linux nothing is found
_TABLES = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))
_FIND_S = 1.0  # FFmpeg makes its socket within some milliseconds, on a busy machine later
_AGAIN_S = 0.002
_MAPPED = "::ffff:"

# One connection is opened and found at a time, or two to one address could be mistaken for each
# other. Whoever opens waits some milliseconds, not for the camera's answer.
_turn = threading.Lock()


class Link:
    """One connection to an address. `cut` may be called at any time, from any thread."""

    def __init__(self, host: str, port: int, clock: Clock) -> None:
        self._peers = _addresses(host, port)
        self._clock = clock
        self._socket: socket.socket | None = None
        self._opened = threading.Event()  # or refused: nothing more to find

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Find the connection that is opened inside; what is not found cannot be cut."""
        if self._peers and _OPEN_FILES.is_dir():
            _turn.acquire()  # released by the finder, long before FFmpeg returns
            finder = threading.Thread(target=self._find, args=(set(_sockets()),), daemon=True)
            finder.start()
            try:
                yield
            finally:
                self._opened.set()
                finder.join()
                self._forget_if_given_up()
        else:
            yield

    def cut(self) -> None:
        """End the connection for FFmpeg too."""
        held, self._socket = self._socket, None
        if held is not None:
            with contextlib.suppress(OSError):  # the camera was first
                held.shutdown(socket.SHUT_RDWR)
            held.close()

    def _find(self, known: set[int]) -> None:
        try:
            until_s = self._clock.monotonic_s() + _FIND_S
            while not self._take(known) and self._clock.monotonic_s() < until_s:
                if self._opened.wait(_AGAIN_S):
                    self._take(known)
                    break
        finally:
            _turn.release()

    def _take(self, known: set[int]) -> bool:
        new = {inode: file for inode, file in _sockets().items() if inode not in known}
        peers = _peers() if new else {}
        for inode, file in new.items():
            if peers.get(inode) in self._peers:
                self._socket = _duplicate(file, inode)
        return self._socket is not None

    def _forget_if_given_up(self) -> None:
        """Let go of a connection FFmpeg has closed itself, as when a name has two addresses."""
        held = self._socket
        if held is not None and _users(os.fstat(held.fileno()).st_ino) < 2:
            self.cut()


def _addresses(host: str, port: int) -> set[tuple[str, int]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return set()
    return {(str(address[0]), port) for *_, address in found}


def _sockets() -> dict[int, int]:
    """Return inode and descriptor of this process's sockets."""
    return {inode: file for file, inode in _socket_files()}


def _users(inode: int) -> int:
    return sum(found == inode for _, found in _socket_files())


def _socket_files() -> Iterator[tuple[int, int]]:
    for name in os.listdir(_OPEN_FILES):  # noqa: PTH208 - paths would cost ten times as much
        try:
            target = os.readlink(f"{_OPEN_FILES}/{name}")  # noqa: PTH115 - likewise
        except OSError:
            continue
        if target.startswith("socket:["):
            yield int(name), int(target[8:-1])


def _peers() -> dict[int, tuple[str, int]]:
    """Return the far end of every TCP socket by inode, connected or connecting."""
    found = {}
    for table in _TABLES:
        with contextlib.suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                words = line.split()
                found[int(words[9])] = _peer(words[2])
    return found


def _peer(text: str) -> tuple[str, int]:
    """Return address and port of the kernel's hexadecimal `address:port`, words of host order.

    >>> import sys; (_peer("0100007F:1F90") if sys.byteorder == "little" else ("127.0.0.1", 8080))
    ('127.0.0.1', 8080)
    """
    address, port = text.split(":")
    words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    return socket.inet_ntop(family, packed).removeprefix(_MAPPED), int(port, 16)


def _duplicate(file: int, inode: int) -> socket.socket | None:
    """Return our own handle of a socket; None when the descriptor is another's by now."""
    try:
        held = os.dup(file)
        if os.fstat(held).st_ino == inode:
            return socket.socket(fileno=held)
        os.close(held)
    except OSError:
        return None
    return None
