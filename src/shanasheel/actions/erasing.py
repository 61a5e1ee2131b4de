"""Erasing records that nobody needs any more; the tree above them stays as it is.

An entry of the log is a salted commitment. With body and salt gone it says nothing but its kind,
and every proof that leads through it holds. What may go: signs of life, and records of segments
whose footage a rule deleted, both once they are older than the keeping rule says. Each batch leaves
a fact that names the entries, in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.base.clock import to_us
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.domain.keeping import Why
from shanasheel.prove.ledger import LedgerReader

_BEATS = 5_000  # looked at in one transaction
_DELETIONS = 25  # each names up to 200 segments
_RUNS = 500  # spans of entries one fact names; keeps its body below 20 kB
_BY_RULE = (Why.EXPIRED, Why.ROOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How many records went, and whether more may follow at once."""

    records: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """What one look chose: entries of one kind, and where the next look goes on."""

    kind: FactKind
    entries: Sequence[int]
    looked_at: FactKind
    mark: int


def erase_records(site: Site) -> Erased:
    """Erase one batch of each sort that the keeping rule keeps no longer, with its fact.

    Nothing that is not under a signed head, or not in the vault where there is one.

    Raises:
        IntegrityFault: the ledger is damaged.
    """
    if not site.sequencer.logs:
        return Erased()  # a copy
    below = LedgerReader(site.data / "ledger").size
    records, more = 0, False
    for choose in (_beats, _segments):
        chosen = _look(site, choose, below)
        if chosen is None:
            continue
        more = True
        records += len(chosen.entries)
    return Erased(records=records, more=more)


def _look(
    site: Site, choose: Callable[[Rows, int, int], _Chosen | None], below: int
) -> _Chosen | None:
    with site.store.read() as rows:  # most often there is nothing: writers need not wait
        before_us = to_us(site.clock.now() - timedelta(days=rows.keeping.rule().record_days))
        if rows.copies.plan() or rows.copies.vault():  # also one that was never reached yet
            below = min(below, rows.copies.proven())
        if choose(rows, before_us, below) is None:
            return None
    with site.store.begin() as rows:
        chosen = choose(rows, before_us, below)
        if chosen is None:
            return None
        rows.keeping.set_erased_up_to(chosen.looked_at, chosen.mark)
        if chosen.entries:
            body = {"of": chosen.kind.value, "runs": runs_of(chosen.entries),
                    "before_us": before_us}  # fmt: skip
            now = site.clock.now()
            rows.facts.add(make_fact(site.ids.new(), FactKind.ERASURE, now, body))
            rows.facts.erase(chosen.entries)
    return chosen


def runs_of(entries: Iterable[int]) -> list[list[int]]:
    """Return `[first, count]` of each unbroken run of entries."""
    runs: list[list[int]] = []
    for entry in sorted(entries):
        if runs and entry == sum(runs[-1]):
            runs[-1][1] += 1
        else:
            runs.append([entry, 1])
    return runs


def _beats(rows: Rows, before_us: int, below: int) -> _Chosen | None:
    """Choose the oldest signs of life. They come in the order of time."""
    first = rows.keeping.erased_up_to(FactKind.HEARTBEAT)
    entries: list[int] = []
    runs = 0
    for fact in rows.facts.page(FactKind.HEARTBEAT, first, _BEATS):
        if fact.entry >= below or _at_us(fact, fallback_us=0) >= before_us:
            break
        runs += not entries or fact.entry != entries[-1] + 1
        if runs > _RUNS:
            break
        entries.append(fact.entry)
    if not entries:
        return None
    return _Chosen(kind=FactKind.HEARTBEAT, entries=entries, looked_at=FactKind.HEARTBEAT,
                   mark=entries[-1] + 1)  # fmt: skip


def _segments(rows: Rows, before_us: int, below: int) -> _Chosen | None:
    """Choose records of segments that the oldest deletions name."""
    first = rows.keeping.erased_up_to(FactKind.DELETION)
    entries: list[int] = []
    mark = first
    for fact in rows.facts.page(FactKind.DELETION, first, _DELETIONS):
        if fact.entry >= below or _at_us(fact, fallback_us=before_us) >= before_us:
            break
        named = rows.facts.stored(_named(fact))
        mine = [one.entry for one in named if one.kind == FactKind.SEGMENT and not one.erased]
        if len(runs_of([*entries, *mine])) > _RUNS and entries:
            break
        entries += mine
        mark = fact.entry + 1
    if mark == first:
        return None
    return _Chosen(kind=FactKind.SEGMENT, entries=entries, looked_at=FactKind.DELETION, mark=mark)


def _at_us(fact: StoredFact, *, fallback_us: int) -> int:
    try:
        return int(json.loads(fact.body)["at_us"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return fallback_us  # erased, or changed: then the check names it


def _named(fact: StoredFact) -> list[str]:
    """Return the segments a deletion by rule names; none of any other."""
    try:
        body = json.loads(fact.body)
        return list(map(str, body["segments"])) if body["why"] in _BY_RULE else []
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
