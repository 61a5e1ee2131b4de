"""Asks a timestamp authority over HTTP (RFC 3161, section 3.4), with a bound on time and size."""

from __future__ import annotations

from shanasheel.adapters.peers.web import Address, Deadline, post
from shanasheel.base.clock import Clock

# SPEC: Content-Type: application/timestamp-query
_TYPE = {"Content-Type": "application/timestamp-query"}


def ask_authority(url: str, query: bytes, *, timeout_s: float, clock: Clock) -> tuple[int, bytes]:
    """Post a query; return the status and the body answered.

    Args:
        timeout_s: bounds the whole exchange, except looking the name up.

    Raises:
        Unavailable: no connection, or no whole answer in time.
        InvalidInput: the address or the answer is not one of HTTP, or it is too large.
    """
    answer = post(Address.of(url), query, _TYPE, deadline=Deadline(clock, timeout_s))
    return answer.status, answer.body
