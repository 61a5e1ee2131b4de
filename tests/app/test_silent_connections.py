"""Who opens connections to a cosigner and says nothing keeps nobody from having a log signed."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from cosigning import RunningCosigner, running_cosigner
from logs import SomeLog


@pytest.fixture(scope="module")
def cosigner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCosigner]:
    with running_cosigner(tmp_path_factory.mktemp("cosigner")) as one:
        yield one


def connect(cosigner: RunningCosigner) -> socket.socket:
    parts = urlsplit(cosigner.url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30)


@pytest.mark.parametrize("begun", [b"", b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n"])
def test_three_hundred_silent_connections_keep_nobody_waiting(
    cosigner: RunningCosigner, begun: bytes
) -> None:
    log = SomeLog(f"{len(begun)}.example/1").grow(3)
    cosigner.follow(log.vkey)
    with ExitStack() as stack:
        silent = [stack.enter_context(contextlib.closing(connect(cosigner))) for _ in range(300)]
        for one in silent:
            with contextlib.suppress(OSError):  # those of before are dropped already
                one.sendall(begun)

        status, _, _ = cosigner.ask(log.request(0, 3))

        assert status == 200


def test_a_connection_that_says_nothing_is_closed(cosigner: RunningCosigner) -> None:
    with connect(cosigner) as silent, connect(cosigner) as slow, connect(cosigner) as kept:
        slow.sendall(b"GET / HTTP/1.1\r\nHo")
        kept.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200" in kept.recv(65536)
        kept.sendall(b"GET / HT")

        for one in (silent, slow, kept):
            while one.recv(65536):
                pass


def test_requests_one_after_another_keep_their_connection(cosigner: RunningCosigner) -> None:
    with connect(cosigner) as one:
        for _ in range(5):
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = HTTPResponse(one)
            answer.begin()
            assert answer.status == 200
            assert answer.read()
