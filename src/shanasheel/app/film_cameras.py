"""The process that plays a film as many RTSP cameras, as cheaply as it can be done.

It serves measurements only: RTSP over TCP on loopback, no passwords, one film for all. Lines on
standard input rule it: `mark` begins to count late pictures, `end` ends every stream after its
present picture. Before it ends it prints one line of JSON: pictures sent and late of each address.
A picture is late when the reader took it over a second after it was due: a camera, which has
little memory, would have thrown it away.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import json
import re
import selectors
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from shanasheel.app.processes import end_with_parent
from shanasheel.app.rtp_film import RtpFilm, rtp_film
from shanasheel.base.clock import SystemClock
from shanasheel.watch.vision.films import FILM_FPS

_LATE_S = 1.0
_AGAIN_S = 0.01  # how soon a reader that took only a part is tried again
_LINGER_S = 5.0  # how long readers may take for what the kernel still holds at the end


@dataclass(slots=True, eq=False)
class _Reader:
    """One connection: what it has been sent."""

    link: socket.socket
    address: str = ""
    start_s: float = 0.0
    sent: int = 0
    late: int = 0
    rest: memoryview | None = None


class FilmCameras:
    """Owns the listening socket and every connection until `run` returns."""

    def __init__(self, film: RtpFilm) -> None:
        self._film = film
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._listener.settimeout(0.0)
        self._clock = SystemClock()
        self._watch = selectors.DefaultSelector()
        self._watch.register(self._listener, selectors.EVENT_READ)
        self._watch.register(sys.stdin, selectors.EVENT_READ)
        self._due: list[tuple[float, int, _Reader]] = []
        self._order = itertools.count()
        self._readers: list[_Reader] = []
        self._marked = self._ending = False

    @property
    def port(self) -> int:
        """Return where readers connect."""
        return int(self._listener.getsockname()[1])

    def run(self) -> None:
        """Serve until told to end, then wait for the readers to take what was sent."""
        while not self._ending:
            wait_s = self._due[0][0] - self._clock.monotonic_s() if self._due else 1.0
            for key, _ in self._watch.select(max(0.0, wait_s)):
                self._hear(key.fileobj)
            now_s = self._clock.monotonic_s()
            while self._due and self._due[0][0] <= now_s:
                self._send(heapq.heappop(self._due)[2], now_s)
        self._finish()

    def counts(self) -> dict[str, dict[str, int]]:
        """Return pictures sent and late by address; the last session of each counts."""
        return {
            reader.address: {"sent": reader.sent, "late": reader.late}
            for reader in self._readers
            if reader.sent
        }

    def _hear(self, file: object) -> None:
        if file is self._listener:
            link, _ = self._listener.accept()
            link.settimeout(0.0)
            self._watch.register(link, selectors.EVENT_READ, _Reader(link=link))
        elif isinstance(file, socket.socket):
            if file.fileno() < 0:
                return  # let go a moment ago, while sending
            self._answer(file, self._watch.get_key(file).data)
        else:
            self._ending = sys.stdin.readline().strip() in ("end", "")
            self._mark()

    def _mark(self) -> None:
        if self._marked:
            return
        self._marked = True
        for reader in self._readers:
            reader.late = 0

    def _answer(self, link: socket.socket, reader: _Reader) -> None:
        try:
            request = link.recv(65_536)
        except OSError:
            request = b""
        if not request:
            self._let_go(reader)
            return
        try:
            for text in request.decode(errors="replace").split("\r\n\r\n")[:-1]:
                self._reply(reader, text)
        except OSError:  # gone before its answer
            self._let_go(reader)

    def _reply(self, reader: _Reader, text: str) -> None:
        method, target = [*text.split(" ", 2), "", ""][:2]
        number = re.search(r"(?i)cseq: *(\d+)", text)
        lines, body = ["Session: 1;timeout=600"], ""
        if method == "OPTIONS":
            lines.append("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif method == "DESCRIBE":
            body = f"{self._film.sdp}a=control:{target}\r\n"
            lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif method == "SETUP":
            lines.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
        head = [f"RTSP/1.0 200 OK\r\nCSeq: {number[1] if number else 0}", *lines]
        reader.link.sendall(("\r\n".join(head) + f"\r\n\r\n{body}").encode())
        if method == "PLAY" and not reader.start_s:
            self._play(reader, target)

    def _play(self, reader: _Reader, target: str) -> None:
        place = len(self._readers)
        # Spread over a picture's time, as the shutters of real cameras are.
        spread_s = (place * 0.618 % 1.0) / self._film.fps
        reader.address = target.rstrip("/").rsplit("/", 1)[-1]
        reader.start_s = self._clock.monotonic_s() + spread_s
        self._readers.append(reader)
        heapq.heappush(self._due, (reader.start_s, next(self._order), reader))

    def _send(self, reader: _Reader, now_s: float) -> None:
        """Send the reader's next picture, or the rest of the one it did not take whole."""
        if reader.link.fileno() < 0 or reader.sent >= len(self._film.pictures):
            return
        due_s = reader.start_s + reader.sent / self._film.fps
        content = reader.rest or memoryview(self._film.pictures[reader.sent])
        try:
            taken = reader.link.send(content)
        except BlockingIOError:
            taken = 0
        except OSError:
            self._let_go(reader)
            return
        if taken < len(content):
            reader.rest, next_s = content[taken:], now_s + _AGAIN_S
        else:
            reader.rest, reader.sent = None, reader.sent + 1
            reader.late += self._marked and now_s - due_s > _LATE_S
            next_s = reader.start_s + reader.sent / self._film.fps
        heapq.heappush(self._due, (next_s, next(self._order), reader))

    def _finish(self) -> None:
        """Take no more connections, send begun pictures to their end, wait for readers to close.

        Closing first, with something unread from the reader, would reset the connection and lose
        what the kernel still holds.
        """
        self._watch.unregister(self._listener)
        self._listener.close()
        until_s = self._clock.monotonic_s() + _LINGER_S
        for reader in self._readers:
            if reader.rest is not None:
                self._send_rest(reader, until_s)
        for reader in self._readers:
            self._see_off(reader.link, until_s)

    def _send_rest(self, reader: _Reader, until_s: float) -> None:
        try:
            reader.link.settimeout(max(0.01, until_s - self._clock.monotonic_s()))
            reader.link.sendall(reader.rest or b"")
            reader.sent += 1
        except OSError:
            return

    def _see_off(self, link: socket.socket, until_s: float) -> None:
        try:
            link.shutdown(socket.SHUT_WR)
            link.settimeout(max(0.01, until_s - self._clock.monotonic_s()))
            while link.recv(65_536):
                pass
        except OSError:
            pass
        link.close()

    def _let_go(self, reader: _Reader) -> None:
        if reader.link.fileno() >= 0:
            self._watch.unregister(reader.link)
            reader.link.close()


def main() -> None:
    """Print the port, serve, print the counts."""
    parser = argparse.ArgumentParser(prog="shanasheel-film-cameras")
    parser.add_argument("--film", type=Path, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    arguments = parser.parse_args()
    end_with_parent()
    film = rtp_film(arguments.film.read_bytes(), fps=FILM_FPS, count=FILM_FPS * arguments.seconds)
    cameras = FilmCameras(film)
    sys.stdout.write(json.dumps({"port": cameras.port}) + "\n")
    sys.stdout.flush()
    cameras.run()
    sys.stdout.write(json.dumps(cameras.counts()) + "\n")


if __name__ == "__main__":
    main()
