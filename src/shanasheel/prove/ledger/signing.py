"""Having a log's heads signed: by whoever holds the key, here or in another process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.prove.ledger.checkpoints import Checkpoint, sign_checkpoint, verify_checkpoint
from shanasheel.prove.ledger.faults import LedgerDamaged, SignerAway
from shanasheel.prove.ledger.judging import Reply
from shanasheel.prove.ledger.log_signer import NEWEST
from shanasheel.prove.ledger.notes import Signer, Verifier
from shanasheel.prove.ledger.submissions import pack_submission, parse_size

#: Returns the proof from an older size, above zero, to the head that is to be signed.
Prove = Callable[[int], tuple[bytes, ...]]
_ROUNDS = 2  # one writer: after one correction the size is right
_BEHIND = (
    "An older copy of the ledger, or of the whole machine, was put back. Stop, keep this folder as "
    "it is, and restore the ledger and the database from their newest copy; if there is none, "
    "start a new log under a new origin."
)


class HeadSigner(Protocol):
    """Who signs the heads of one log."""

    @property
    def verifier(self) -> Verifier:
        """The log's public key."""

    def last(self) -> Checkpoint | None:
        """Return what was signed last; None before the first, or where nobody remembers.

        Raises:
            SignerAway: it does not answer.
        """

    def sign(self, head: Checkpoint, prove: Prove) -> bytes:
        """Return the head as a signed note.

        Raises:
            SignerAway: it does not answer, or cannot write what it would have to remember.
            LedgerDamaged: it has signed what the head does not continue.
        """

    def close(self) -> None:
        """Let the key go. May be called twice."""


class KeyInHand:
    """Signs with a key that lies in this process, remembering nothing: the writer must."""

    def __init__(self, key: Signer) -> None:
        self._key, self.verifier = key, key.verifier

    def last(self) -> Checkpoint | None:
        """Return None."""
        return None

    def sign(self, head: Checkpoint, prove: Prove) -> bytes:
        """Sign; see `HeadSigner`."""
        del prove
        return sign_checkpoint(head, self._key)

    def close(self) -> None:
        """Do nothing."""


class AskedSigner:
    """Asks one who remembers what was signed last, and believes no answer unverified.

    Args:
        verifier: the log's public key.
        ask: brings a request to a `LogSigner` and returns its answer, or raises `SignerAway`.
        close: called when the log is closed.
    """

    def __init__(
        self,
        verifier: Verifier,
        ask: Callable[[bytes], Reply],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.verifier, self._ask, self.close = verifier, ask, close
        self._old = 0  # size that was signed last, as far as is known

    def last(self) -> Checkpoint | None:
        """Return what was signed last; see `HeadSigner`."""
        reply = self._ask(NEWEST)
        if reply.status != 200:
            raise _refusal(reply)
        if not reply.body:
            return None
        head = self._verified(reply.body)
        self._old = head.size
        return head

    def sign(self, head: Checkpoint, prove: Prove) -> bytes:
        """Have the head signed; see `HeadSigner`."""
        reply = Reply(status=0)
        for _ in range(_ROUNDS):
            if self._old > head.size:
                raise behind(self._old, head.size)
            proof = prove(self._old) if self._old else ()
            reply = self._ask(pack_submission(self._old, proof, head.text().encode()))
            if reply.status != 409:
                break
            try:
                self._old = parse_size(reply.body)
            except InvalidInput as fault:
                raise LedgerDamaged(f"The log's signer tells no size: {fault.message}") from fault
        if reply.status != 200:
            raise _refusal(reply)
        if self._verified(reply.body) != head:
            raise LedgerDamaged("The log's signer has signed another head than it was asked to.")
        self._old = head.size
        return reply.body

    def _verified(self, note: bytes) -> Checkpoint:
        try:
            return verify_checkpoint(note, self.verifier)
        except (InvalidInput, IntegrityFault) as fault:
            raise LedgerDamaged(
                f"The log's signer does not answer with the log's key: {fault.message}",
                "Give back the key that the ledger was signed with, or its log.vkey.",
            ) from fault


def behind(signed: int, stored: int) -> LedgerDamaged:
    """Return the fault that the key has signed more than is stored."""
    return LedgerDamaged(
        f"The log's key has signed {signed} entries, but the ledger has only {stored}.", _BEHIND
    )


def _refusal(reply: Reply) -> LedgerDamaged | SignerAway:
    why = reply.body.decode(errors="replace").strip()[:200]
    if reply.status == 500:
        return LedgerDamaged(f"The log's signer signs nothing any more: {why}", "")
    if reply.status in (409, 422):
        return LedgerDamaged(
            f"The log's key has signed another history than the ledger now holds: {why}", _BEHIND
        )
    return SignerAway(
        f"The log's signer cannot sign ({reply.status}): {why}", "See logs/signer.log."
    )
