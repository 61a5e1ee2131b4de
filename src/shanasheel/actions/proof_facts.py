"""What a check of the records notes by the way: facts that must fit files or each other."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from shanasheel.actions.authorities import trusts_of
from shanasheel.actions.ports import Store
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.prove.ledger import StampReport, check_timestamps, trust_of


@dataclass(slots=True)
class Noted:
    """What the records told so far.

    Args:
        stamps: SHA-256 of each timestamp that was logged, by its path.
    """

    stamps: dict[str, str] = field(default_factory=dict)

    def take(self, fact: StoredFact) -> None:
        """Note a record; one that cannot be read is another step's matter."""
        if fact.kind != FactKind.TIMESTAMP:
            return
        try:
            body = json.loads(fact.body)
            self.stamps[str(body["path"])] = str(body["sha256"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return


def check_stamps(
    data: Path,
    store: Store,
    verifier_key: str,
    noted: Noted,
    *,
    number: int,
    roots: tuple[str, ...] = (),
) -> StampReport:
    """Verify every timestamp kept beside the log, by the certificates this site was given.

    Args:
        noted: after every record was seen.
        number: of the step.
        roots: certificates (PEM) that an outsider trusts instead, of whatever authority.
    """
    with store.read() as rows:
        known = rows.authorities.all()
    trusts = dict(trusts_of(known))
    if roots:
        trusts = {
            one.name: trust_of(roots, one.chain, one.certificates, one.policy) for one in known
        }
    return check_timestamps(data / "ledger", verifier_key, trusts, noted.stamps, number)
