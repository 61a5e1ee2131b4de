"""Judging records that are not there: erased by rule, or taken out by somebody."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator

from shanasheel.actions.rows import Rows
from shanasheel.base.clock import EPOCH
from shanasheel.base.errors import ShanasheelError
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.prove.ledger import LedgerReader, parse_leaf

#: What a rule may erase; a record of any other kind that is empty was emptied by somebody.
ERASABLE = (FactKind.HEARTBEAT, FactKind.SEGMENT)


class Erasures:
    """Which entries the facts of erasing name; those facts are checked like every other."""

    def __init__(self, rows: Rows) -> None:
        runs: dict[str, list[tuple[int, int]]] = {kind: [] for kind in ERASABLE}
        for fact in rows.facts.of_kind(FactKind.ERASURE, EPOCH):
            for kind, first, count in _runs(fact):
                if kind in runs:
                    runs[kind].append((first, first + count))
        self._runs = {kind: sorted(found) for kind, found in runs.items()}

    def explain(self, reader: LedgerReader | None, fact: StoredFact) -> bool:
        """Return whether a record may be empty: of such a kind, by its entry too, and named."""
        found = self._runs.get(fact.kind, [])
        place = bisect_right(found, (fact.entry, 1 << 62)) - 1
        if place < 0 or not found[place][0] <= fact.entry < found[place][1]:
            return False
        try:
            return reader is not None and parse_leaf(reader.entry(fact.entry)).kind == fact.kind
        except (ShanasheelError, ValueError):
            return False


def _runs(fact: StoredFact) -> Iterator[tuple[str, int, int]]:
    try:
        body = json.loads(fact.body)
        for first, count in body["runs"]:
            yield str(body["of"]), int(first), int(count)
    except (ValueError, TypeError, KeyError, RecursionError):
        return
