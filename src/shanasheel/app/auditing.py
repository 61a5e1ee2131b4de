"""Auditing another site's log: fetches what it and its cosigners show, remembers what was seen."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shanasheel.adapters.peers import read_public
from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput, NotFound, ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.prove.ledger import AuditReport, Policy, audit_log, origin_hash
from shanasheel.prove.ledger.checkpoints import Checkpoint

_TIMEOUT_S = 20.0
_AT_ONCE = 8
_ROUNDS = 3  # a log that grows may take away a tile while it is read
_STATE_LIMIT_BYTES = 64 * 1024


def audit_from_outside(
    place: str, policy: Policy, memory: Path | None, *, clock: Clock, fresh_s: int
) -> AuditReport:
    """Audit the log at an address or in a folder, and remember its head where all is well.

    Args:
        place: `https://...` below which the log's files lie, or a folder of them.
        policy: names one log, and the addresses of its witnesses.
        memory: file that keeps what was seen; None remembers nothing.
        fresh_s: how old the quorum's cosignatures may be.

    Raises:
        InvalidInput: the policy names no log, or several; the memory is damaged.
    """
    if len(policy.logs) != 1:
        raise InvalidInput("The policy must name one log.", "Leave the other `log` lines out.")
    origin = policy.logs[0].name
    last = _remembered(memory, origin) if memory else None
    for _ in range(_ROUNDS):
        # First the cosigners, then the log: whoever is asked later may know more.
        shown = _ask_all(policy, origin, clock)
        report = audit_log(
            lambda path: _read(place, path, clock), policy, shown,
            last=last, now_s=int(clock.now().timestamp()), fresh_s=fresh_s,
        )  # fmt: skip
        if not report.torn:
            break
    if memory and report.head is not None:
        _remember(memory, report.head)
    return report


def _ask_all(policy: Policy, origin: str, clock: Clock) -> dict[str, bytes | None]:
    def ask(url: str) -> bytes | None:
        try:
            place = f"{url}/{origin_hash(origin)}/checkpoint"
            return read_public(place, timeout_s=_TIMEOUT_S, clock=clock)
        except ShanasheelError:
            return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(policy.urls, pool.map(ask, policy.urls.values()), strict=True))


def _read(place: str, path: str, clock: Clock) -> bytes:
    if place.startswith(("http://", "https://")):
        return read_public(f"{place.rstrip('/')}/{path}", timeout_s=_TIMEOUT_S, clock=clock)
    try:
        return (Path(place) / path).read_bytes()
    except OSError as fault:
        raise NotFound(f"{path} cannot be read: {fault.strerror}.", "") from fault


def _remembered(memory: Path, origin: str) -> Checkpoint | None:
    try:
        with memory.open("rb") as stream:
            said = json.loads(stream.read(_STATE_LIMIT_BYTES))
        root = base64.b64decode(said["root"], validate=True)
        head = Checkpoint(origin=str(said["origin"]), size=int(said["size"]), root=root)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise InvalidInput(
            f"{memory} does not hold what was seen before.",
            "Find out who changed it; without it rewriting cannot be seen.",
        ) from fault
    if head.origin != origin:
        raise InvalidInput(f"{memory} is of another log, {head.origin}.", "Name another file.")
    return head


def _remember(memory: Path, head: Checkpoint) -> None:
    said = {
        "origin": head.origin,
        "size": head.size,
        "root": base64.b64encode(head.root).decode(),
    }
    write_atomic(memory, json.dumps(said).encode())
