"""What is to be copied next: held first, then, where everything goes, the rest.

Rows that were copied stay rows, so that each look would begin at the oldest again: floors remember
how far this process has looked. What comes late below a floor is found by the next full look.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shanasheel.actions.rows import Rows
from shanasheel.base.clock import EPOCH, Clock
from shanasheel.domain.copying import CopyTotals, Item, Scope

_FULL_LOOK_S = 6 * 3600.0  # how often late footage with an old time is looked for
_LATE = timedelta(hours=2)  # how late footage comes as a rule: spools of workers that were down
_AGAIN_S = 600.0  # how often a file that is wrong here or there is tried again
_COUNT_SHARE = 20  # counting takes a twentieth of the time at most


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wrong:
    words: str
    again_s: float


@dataclass(slots=True)
class CopyQueue:
    """The queue of one copying; all in memory, all made again from rows after a kill."""

    scope: Scope
    clock: Clock
    vault: str = ""
    _under: dict[str, datetime] = field(default_factory=dict)
    _late: datetime = EPOCH
    _late_after: datetime = EPOCH
    _seen: datetime = EPOCH
    _seen_after: datetime = EPOCH
    _full_from_s: float | None = None
    _wrong: dict[str, _Wrong] = field(default_factory=dict)
    _totals: CopyTotals | None = None
    _count_from_s: float = 0.0

    @property
    def faults(self) -> tuple[str, ...]:
        """Return what is wrong with files that wait, in words."""
        return tuple(wrong.words for wrong in self._wrong.values() if wrong.words)

    def begin(self, vault: str) -> None:
        """Begin a run: look at every hold from its start; at all the rest when it is time."""
        now_s = self.clock.monotonic_s()
        if vault != self.vault or (self._full_from_s is not None and now_s >= self._full_from_s):
            self._late, self._seen, self._full_from_s = EPOCH, EPOCH, None
        self.vault, self._late_after, self._seen_after = vault, EPOCH, EPOCH
        self._under = {}
        self._wrong = {one: wrong for one, wrong in self._wrong.items() if wrong.again_s > now_s}

    def take(self, rows: Rows, limit: int) -> list[Item]:
        """Return what to copy next; empty when nothing waits.

        What was taken before must have been copied or put aside.
        """
        self._late = max(self._late, self._late_after)
        self._seen = max(self._seen, self._seen_after)
        for choose in (self._held, self._originals, self._rest, self._pictures):
            if batch := choose(rows, limit):
                return batch
        return []

    def finish(self) -> None:
        """End a run in which nothing waited any more."""
        now_s = self.clock.monotonic_s()
        again_s = _AGAIN_S if self._wrong else _FULL_LOOK_S
        if self._full_from_s is None or self._wrong:
            self._full_from_s = min(self._full_from_s or now_s + again_s, now_s + again_s)
        self._late = self._seen = self.clock.now() - _LATE
        self._late_after = self._seen_after = EPOCH

    def put_aside(self, item: str, words: str) -> None:
        """Leave a file alone for a while, saying why; without words it is no fault."""
        self._wrong[item] = _Wrong(words=words, again_s=self.clock.monotonic_s() + _AGAIN_S)

    def copied(self, items: list[Item]) -> None:
        """Count files that have arrived."""
        if self._totals is not None:
            size_bytes = sum(item.size_bytes for item in items)
            self._totals = replace(
                self._totals,
                copied=self._totals.copied + len(items),
                copied_bytes=self._totals.copied_bytes + size_bytes,
                waiting=max(0, self._totals.waiting - len(items)),
                waiting_bytes=max(0, self._totals.waiting_bytes - size_bytes),
            )

    def totals(self, rows: Rows) -> CopyTotals:
        """Return how much is there and how much waits, counted anew when that costs little."""
        begun_s = self.clock.monotonic_s()
        if self._totals is None or begun_s >= self._count_from_s:
            self._totals = rows.copies.totals(self.vault, self.scope, since=self._late)
            took_s = self.clock.monotonic_s() - begun_s
            self._count_from_s = begun_s + took_s * _COUNT_SHARE
        return self._totals

    def _held(self, rows: Rows, limit: int) -> list[Item]:
        if self.scope is Scope.NOTHING:
            return []
        for hold in rows.keeping.holds(active=True):
            since = self._under.get(hold.id, EPOCH)
            # With so many more than are wrong, an empty batch means that nothing else waits.
            found = rows.copies.waiting_under(
                self.vault, hold, since=since, limit=limit + len(self._wrong)
            )
            if batch := self._sound(found):
                self._under[hold.id] = found[-1].start
                return batch
        return []

    def _originals(self, rows: Rows, limit: int) -> list[Item]:
        return self._sound(rows.copies.waiting_originals(self.vault, self.scope))[:limit]

    def _rest(self, rows: Rows, limit: int) -> list[Item]:
        if self.scope is not Scope.EVERYTHING:
            return []
        found = rows.copies.waiting_late(
            self.vault, since=self._late, limit=limit + len(self._wrong)
        )
        if found:
            self._late_after = found[-1].end
        return self._sound(found)

    def _pictures(self, rows: Rows, limit: int) -> list[Item]:
        if self.scope is Scope.EVERYTHING:
            found = rows.copies.waiting_pictures(
                self.vault, None, since=self._seen, limit=limit + len(self._wrong)
            )
            if found:
                self._seen_after = found[-1].start
            return self._sound(found)
        for hold in rows.keeping.holds(active=True) if self.scope is Scope.HELD else ():
            name = f"pictures {hold.id}"
            found = rows.copies.waiting_pictures(
                self.vault, hold, since=self._under.get(name, EPOCH),
                limit=limit + len(self._wrong),
            )  # fmt: skip
            if batch := self._sound(found):
                self._under[name] = found[-1].start
                return batch
        return []

    def _sound(self, items: tuple[Item, ...]) -> list[Item]:
        return [item for item in items if item.id not in self._wrong]
