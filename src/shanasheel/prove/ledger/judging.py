"""Judging whether a log only grew: the one rule of those who sign for logs, ours and others'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shanasheel.base.errors import IntegrityFault
from shanasheel.prove.ledger.checkpoints import Checkpoint
from shanasheel.prove.ledger.merkle import verify_consistency
from shanasheel.prove.ledger.submissions import SIZE_TYPE

_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one who signs answers: an HTTP status with its body."""

    status: int
    body: bytes = b""
    kind: str = _TEXT


class Refused(Exception):
    """Nothing is signed; `reply` says why."""

    def __init__(self, status: int, why: str, kind: str = _TEXT) -> None:
        super().__init__(why)
        self.reply = Reply(status=status, body=f"{why}\n".encode(), kind=kind)


def check_grown(
    old: int, proof: Sequence[bytes], head: Checkpoint, last: Checkpoint | None
) -> None:
    """Check that a head continues the one signed last, as C2SP tlog-witness has it.

    Args:
        old: size that the asker believes was signed last.
        proof: from that size to the head's.
        last: signed last in truth; None before the first.

    Raises:
        Refused: 409 with the true size; 422 where the head is of another history.
    """
    size = last.size if last else 0
    if old != size:
        # SPEC: If it doesn't match, the witness MUST respond with a "409 Conflict"; the body is
        # the size of the latest cosigned checkpoint, the type `text/x.tlog.size`.
        raise Refused(409, str(size), SIZE_TYPE)
    try:
        if size and last:
            verify_consistency(size, head.size, last.root, head.root, proof)
        elif proof:
            # SPEC: If the old size is zero, the consistency proof MUST be empty.
            raise Refused(422, "A proof from an empty tree must be empty.")
    except IntegrityFault as fault:
        raise Refused(422, fault.message) from fault
