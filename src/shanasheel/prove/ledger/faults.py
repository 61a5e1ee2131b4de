"""The ways a ledger can fail to prove what it should."""

from __future__ import annotations

from shanasheel.base.errors import IntegrityFault, Unavailable


class ProofMismatch(IntegrityFault):
    """An inclusion or consistency proof does not lead to the root it was made for."""


class SignatureMismatch(IntegrityFault):
    """A note carries no valid signature of a key we trust, or a forged one."""


class CommitmentMismatch(IntegrityFault):
    """A record and its salt do not open the commitment in the ledger."""


class LedgerDamaged(IntegrityFault):
    """Stored entries, tiles or checkpoints are missing or contradict each other."""


class SignerAway(Unavailable):
    """The process that holds the log's key does not answer; entries wait for their checkpoint."""


class TimestampMismatch(IntegrityFault):
    """A timestamp is not of the bytes, the nonce or the authority it should be of."""
