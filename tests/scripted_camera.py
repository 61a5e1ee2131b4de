"""An RTSP camera whose every answer a test may write itself: for what no honest server does."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shanasheel.app.rtp_film import RtpFilm, rtp_film
from videos import make_video


class ScriptedCamera:
    """Answers as a camera does; `answers` holds, by method, what to say instead.

    An entry is called with the request and returns the bytes to send, or None for the usual answer.
    `asked` holds the requests.
    """

    def __init__(self, film: RtpFilm) -> None:
        self.film = film
        self.sdp = film.sdp
        self.asked: list[str] = []
        self.answers: dict[str, Callable[[str], bytes | None]] = {}
        self.channels = (0, 1)
        self.before_picture: Callable[[int], bytes] = lambda _: b""
        self.timeout_s = 60
        self.pace_s = 0.02
        self.closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def methods(self) -> list[str]:
        return [request.split(" ", 1)[0] for request in self.asked]

    def url(self, who: str = "") -> str:
        return f"rtsp://{who}127.0.0.1:{self.port}/live"

    def close(self) -> None:
        self.closed.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            link, _ = self._listener.accept()
            if self.closed.is_set():
                link.close()
                return
            thread = threading.Thread(target=self._serve, args=(link,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, link: socket.socket) -> None:
        playing = threading.Event()
        player = threading.Thread(target=self._play, args=(link, playing))
        player.start()
        waiting = b""
        link.settimeout(0.1)
        with link:
            while not self.closed.is_set():
                try:
                    data = link.recv(65_536)
                except TimeoutError:
                    continue
                except OSError:
                    break
                if not data:
                    break
                *requests, waiting = (waiting + data).split(b"\r\n\r\n")
                try:
                    for request in requests:
                        self._answer(link, request.decode(), playing)
                except OSError:
                    break
            playing.set()
            link.close()
            player.join()

    def _answer(self, link: socket.socket, request: str, playing: threading.Event) -> None:
        self.asked.append(request)
        method = request.split(" ", 1)[0]
        own = self.answers.get(method)
        told = own(request) if own else None
        link.sendall(told if told is not None else self.usual(request))
        if method == "PLAY" and (told is None or b" 200 " in told[:20]):
            playing.set()

    def usual(self, request: str) -> bytes:
        method, headers, body = request.split(" ", 1)[0], "", ""
        if method == "OPTIONS":
            headers = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN\r\n"
        elif method == "DESCRIBE":
            body = f"{self.sdp}a=control:track1\r\n"
            headers = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif method == "SETUP":
            first, second = self.channels
            headers = (
                f"Transport: RTP/AVP/TCP;unicast;interleaved={first}-{second}\r\n"
                f"Session: S1;timeout={self.timeout_s}\r\n"
            )
        return said(request, 200, headers, body)

    def _play(self, link: socket.socket, playing: threading.Event) -> None:
        playing.wait()
        for number, picture in enumerate(self.film.pictures):
            if self.closed.wait(self.pace_s) or link.fileno() < 0:
                return
            try:
                link.sendall(self.before_picture(number) + self._on_channel(picture))
            except OSError:
                return

    def _on_channel(self, picture: bytes) -> bytes:
        if self.channels[0] == 0:
            return picture
        done, at = bytearray(picture), 0
        while at < len(done):
            done[at + 1] = self.channels[0]
            at += 4 + int.from_bytes(done[at + 2 : at + 4])
        return bytes(done)


def said(request: str, status: int, headers: str = "", body: str = "") -> bytes:
    """Return an answer to a request."""
    number = re.search(r"(?i)cseq: *(\d+)", request)
    head = f"RTSP/1.0 {status} Said\r\nCSeq: {number[1] if number else 0}\r\n"
    return f"{head}{headers}\r\n{body}".encode()


@contextmanager
def scripted_camera(folder: Path, *, frames: int = 400) -> Iterator[ScriptedCamera]:
    """Serve a small film on loopback."""
    raw = make_video(
        folder / "film.h264", frames=50, gop=25, container="h264",
        options={"x264-params": "aud=1:bframes=0:slices=2", "tune": "zerolatency"},
    )  # fmt: skip
    camera = ScriptedCamera(rtp_film(raw.read_bytes(), fps=25, count=frames))
    try:
        yield camera
    finally:
        camera.close()
