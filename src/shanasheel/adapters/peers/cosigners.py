"""Asks one cosigner over HTTP, with a bound on time and on size."""

from __future__ import annotations

from shanasheel.adapters.peers.web import Address, Deadline, post
from shanasheel.base.clock import Clock

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
