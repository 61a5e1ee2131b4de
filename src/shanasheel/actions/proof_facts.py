"""What a check of the records notes by the way: facts that must fit files or each other."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from shanasheel.actions.authorities import trusts_of
from shanasheel.actions.ports import Store
from shanasheel.actions.sheets import LoggedSheet, logged_sheet
from shanasheel.actions.signs_of_life import Hole, SignsOfLife
from shanasheel.base.clock import from_us, iso
from shanasheel.base.text import printable
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.prove.ledger import LogStep, StampReport, check_timestamps, trust_of

_NAMED = 5
_NOTED = (FactKind.TIMESTAMP, FactKind.HEARTBEAT, FactKind.GAP, FactKind.SHEET)


@dataclass(slots=True)
class Noted:
    """What the records told so far.

    Args:
        stamps: SHA-256 of each timestamp that was logged, by its path.
        life: signs of life of every camera.
        sheets: signed sheets that were filed.
    """

    stamps: dict[str, str] = field(default_factory=dict)
    life: SignsOfLife = field(default_factory=SignsOfLife)
    sheets: list[LoggedSheet] = field(default_factory=list)

    def take(self, fact: StoredFact) -> None:
        """Note a record; one that cannot be read is another step's matter."""
        if fact.kind not in _NOTED:
            return
        try:
            body = json.loads(fact.body)
            if fact.kind == FactKind.TIMESTAMP:
                self.stamps[str(body["path"])] = str(body["sha256"])
            elif fact.kind == FactKind.SHEET:
                self.sheets.append(logged_sheet(body))
            self.life.take(fact.kind, body)
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


def check_life(store: Store, noted: Noted, *, number: int) -> tuple[LogStep, tuple[Hole, ...]]:
    """Say of which minutes of a camera nothing tells. Told, not judged: the step always holds.

    A site that lay still for a night has such holes, and nobody can mend them. What was taken out
    of the log or the records is found by other steps; these holes say what was never logged.
    """
    with store.read() as rows:
        holes = noted.life.holes(rows.cameras.ids())
    open_ones = [one for one in holes if not one.explained]
    detail = f"{noted.life.beats} signs of life"
    if not noted.life.beats:
        detail = "there are none yet"
    if holes:
        detail += f", {len(holes) - len(open_ones)} holes that a gap explains"
    if noted.life.uncounted():
        detail += f", and {noted.life.uncounted()} more holes"
    if open_ones:
        named = "; ".join(map(_hole, open_ones[:_NAMED]))
        detail += f", {len(open_ones)} HOLES of which nothing tells: {named}"
    return LogStep(number=number, name="signs_of_life", ok=True, detail=detail), holes


def _hole(one: Hole) -> str:
    start = iso(from_us(one.start_us)) if one.start_us else "the beginning"
    end = "now" if one.lasting else iso(from_us(one.end_us))
    return f"{printable(one.camera, 40)} from {start} to {end}"
