"""Asks a cosigner, or reads a log's files, over HTTP, with a bound on time and on size."""

from __future__ import annotations

from shanasheel.adapters.peers.web import Address, Deadline, get, post
from shanasheel.base.clock import Clock
from shanasheel.base.errors import NotFound, Unavailable

_TYPE = {"Content-Type": "text/plain; charset=utf-8"}


def ask_cosigner(url: str, body: bytes, *, timeout_s: float, clock: Clock) -> tuple[int, bytes]:
    """Post a request to `add-checkpoint`; return the status and the body answered.

    Args:
        url: the cosigner's submission prefix.
        timeout_s: bounds the whole exchange, except looking the name up.

    Raises:
        Unavailable: no connection, or no whole answer in time.
        InvalidInput: the address or the answer is not one of HTTP, or it is too large.
    """
    address = Address.of(f"{url}/add-checkpoint")
    answer = post(address, body, _TYPE, deadline=Deadline(clock, timeout_s))
    return answer.status, answer.body


def read_public(url: str, *, timeout_s: float, clock: Clock) -> bytes:
    """Return a file that anyone may read: a log's tile or checkpoint, at most 1 MiB.

    Raises:
        NotFound: there is none.
        Unavailable: no whole answer in time, or another status.
        InvalidInput: the address or the answer is not one of HTTP, or it is too large.
    """
    address = Address.of(url)
    answer = get(address, deadline=Deadline(clock, timeout_s))
    if answer.status in (404, 410):
        raise NotFound(f"{address} has no such file.", "")
    if answer.status != 200:
        raise Unavailable(f"{address} answered {answer.status}.", "Try again later.")
    return answer.body
