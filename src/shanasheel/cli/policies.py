"""A verifier's own policy, from a file."""

from __future__ import annotations

from pathlib import Path

from shanasheel.base.errors import NotFound
from shanasheel.prove.ledger import POLICY_LIMIT_BYTES, Policy, parse_policy


def read_policy(path: Path) -> Policy:
    """Return a verifier's policy.

    Raises:
        NotFound: the file cannot be read.
        PolicyMistake: it breaks a rule; the message begins with the line's number.
    """
    try:
        with path.open("rb") as stream:
            return parse_policy(stream.read(POLICY_LIMIT_BYTES + 1))
    except OSError as fault:
        raise NotFound(
            f"{path} cannot be read: {fault.strerror}.", "Name the policy file."
        ) from fault
