"""Outside timestamp authorities: who they are, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StampFault(StrEnum):
    """Why an authority has not stamped; beside `CosignerFault`, as people are told alike."""

    UNREACHABLE = "stamp_unreachable"
    REFUSED = "stamp_refused"  # it answers, but not with a timestamp
    FORGED = "stamp_forged"  # its timestamp is not of its certificates, or not of what was asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A timestamp authority (RFC 3161) that is asked to stamp this site's checkpoints.

    Args:
        name: a word of ours, part of file names.
        url: where it takes queries.
        roots: certificates (PEM) of which one must stand at the end of the chain.
        chain: certificates (PEM) between, for authorities that do not send them.
        certificates: those (PEM) of which one must have signed; empty takes any with a chain.
        policy: the policy (dotted OID) that it must name; empty takes any.
        every_min: how long a timestamp stands before the next is asked for.
        asked: False once removed: what it stamped is still verified.
    """

    name: str
    url: str
    roots: tuple[str, ...]
    chain: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    policy: str = ""
    every_min: int = 60
    asked: bool = True
