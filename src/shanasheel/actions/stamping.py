"""Asking a timestamp authority once, and keeping only what was verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from shanasheel.actions.authorities import trusts_of
from shanasheel.actions.collecting import newest_head
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput, ShanasheelError
from shanasheel.base.ids import id_of
from shanasheel.domain.facts import FactKind
from shanasheel.domain.stamping import Authority, StampFault
from shanasheel.prove.ledger import (
    KeptStamp,
    KeptStamps,
    Timestamp,
    TimestampMismatch,
    is_refusal,
    timestamp_query,
    verify_timestamp,
)

#: Posts a query and returns status and body, or raises `Unavailable` or `InvalidInput`.
Ask = Callable[[bytes], tuple[int, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StampOutcome:
    """What asking once came to: a fault, or the timestamp."""

    fault: StampFault | None = None
    stamp: Timestamp | None = None


def stamp_newest(
    site: Site, kept: KeptStamps, authority: Authority, ask: Ask
) -> StampOutcome | None:
    """Have the newest checkpoint stamped; keep the answer as a file, then as a fact.

    Args:
        kept: one for all threads of a process.

    Returns:
        None when nothing was logged yet.

    Raises:
        IntegrityFault: our own log is damaged.
        Exhausted, Unavailable: the disk or the database refused.
    """
    head = newest_head(site.data / "ledger")
    if head is None:
        return None
    stamped = kept.to_stamp(head)
    newest = kept.newest(authority.name)
    if newest is not None and kept.stamped(newest.size) == stamped:
        # An idle log: a file that others may have copied is never replaced.
        return StampOutcome(stamp=log_newest(site, authority))
    query, nonce = timestamp_query(stamped)
    try:
        status, answer = ask(query)
    except InvalidInput:
        return StampOutcome(fault=StampFault.REFUSED)
    except ShanasheelError:
        return StampOutcome(fault=StampFault.UNREACHABLE)
    if status != 200:
        fault = StampFault.REFUSED if 300 <= status < 500 else StampFault.UNREACHABLE
        return StampOutcome(fault=fault)
    try:
        trust = trusts_of([authority])[authority.name]
        stamp = verify_timestamp(answer, stamped, trust, nonce=nonce)
    except TimestampMismatch:
        return StampOutcome(fault=_meaning(answer))
    _log(site, kept.add(authority.name, stamped, answer), stamped, answer, stamp)
    return StampOutcome(stamp=stamp)


def log_newest(site: Site, authority: Authority) -> Timestamp | None:
    """Log an authority's newest timestamp where a kill came between file and fact; return it.

    Raises:
        IntegrityFault: it does not hold.
    """
    kept = KeptStamps(site.data / "ledger")
    newest = kept.newest(authority.name)
    stamped = kept.stamped(newest.size) if newest else None
    if newest is None or stamped is None:
        return None
    answer = kept.answer(newest)
    stamp = verify_timestamp(answer, stamped, trusts_of([authority])[authority.name])
    _log(site, newest, stamped, answer, stamp)
    return stamp


def _meaning(answer: bytes) -> StampFault:
    """Tell a web page or a refusal, which a poor line brings too, from a false timestamp."""
    # A TimeStampResp is a SEQUENCE that begins with one, its status (RFC 3161, 2.4.2).
    looks_like_one = answer[:1] == b"\x30" and b"\x30" in answer[2:6]
    return StampFault.FORGED if looks_like_one and not is_refusal(answer) else StampFault.REFUSED


def _log(site: Site, kept: KeptStamp, stamped: bytes, answer: bytes, stamp: Timestamp) -> None:
    digest = sha256(answer).digest()
    body = {
        "authority": kept.authority,
        "path": kept.path,
        "size": kept.size,
        "sha256": digest.hex(),
        "stamped_sha256": sha256(stamped).hexdigest(),
        "not_after_us": to_us(stamp.at),
        "serial": str(stamp.serial),
        "policy": stamp.policy,
    }
    identifier = id_of(stamp.at, digest)
    with site.store.read() as rows:
        if rows.facts.body_of(identifier) is not None:
            return
    with site.store.begin() as rows:
        fact = make_fact(identifier, FactKind.TIMESTAMP, site.clock.now(), body)
        rows.facts.add(fact)
