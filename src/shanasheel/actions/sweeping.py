"""Deleting footage that no rule keeps, volume by volume; see docs/design/recording.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from shanasheel.actions.factmaking import deletion_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import to_us
from shanasheel.base.files import sync_directory
from shanasheel.domain.alerts import AlertState
from shanasheel.domain.cameras import Stream
from shanasheel.domain.keeping import Deleted, KeepRule, Kept, Why
from shanasheel.watch.recording import Look, Volume, VolumeState, volume_of
from shanasheel.watch.recording.retention import (
    NEVER_YOUNGER,
    Orders,
    choose_expired,
    choose_for_room,
)
from shanasheel.watch.recording.volumes import LINKS

_BATCH = 200  # segments one fact names; keeps a fact's body below 10 kB
_PAGE = 500
_MOST_PAGES = 20  # bounds how long one round keeps others from writing: well under a second

Mark = tuple[int, str]  # end (microseconds) and id of the segment looked at last


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one round of keeping house did.

    Args:
        segments, size_bytes: deleted now.
        short_bytes: that are still wanted although nothing more may go.
        marks: where the next round goes on; what lies before was kept for a reason.
        more: the next round may find something at once.
    """

    segments: int = 0
    size_bytes: int = 0
    short_bytes: int = 0
    marks: Mapping[str, Mark] = field(default_factory=dict)
    more: bool = False


@dataclass(slots=True, kw_only=True)
class _Round:
    """One round: what it goes by, and what it has chosen so far."""

    rows: Rows
    orders: Orders
    now: datetime
    without: tuple[str, ...]
    marks: dict[str, Mark]
    chosen: list[Kept] = field(default_factory=list)
    pages: int = 0

    def scan(
        self,
        purpose: str,
        before: datetime,
        choose: Callable[[Sequence[Kept], Orders], list[Kept]],
        enough: Callable[[], bool],
    ) -> bool:
        """Choose from the segments behind the mark until enough; return whether the end came."""
        while self.pages < _MOST_PAGES and not enough():
            page = self.rows.keeping.oldest(self.marks.get(purpose), before, _PAGE, self.without)
            if not page:
                return True
            self.pages += 1
            some = choose(page, _with_alerts(self.orders, self.rows, page))
            taken = some[: _BATCH - len(self.chosen)]
            self.chosen += taken
            last = taken[-1] if len(taken) < len(some) else page[-1]
            self.marks[purpose] = (to_us(last.end), last.id)
        return False


def sweep(site: Site, looks: Sequence[Look], marks: Mapping[str, Mark] | None = None) -> Swept:
    """Finish deletions that a kill interrupted, then delete one batch that no rule keeps.

    The steps are those of docs/design/recording.md, "To delete".

    Args:
        looks: how every volume is now. What lies on one that cannot be written stays in the index.
        marks: of the round before; without them a round begins at the oldest segment.
    """
    if not site.sequencer.logs:
        return Swept()  # a copy: no entry can come before the deed
    finish_deletions(site, looks)
    swept = _plan(site, looks, dict(marks or {}))
    if swept.segments:
        finish_deletions(site, looks)
    return swept


def finish_deletions(site: Site, looks: Sequence[Look]) -> int:
    """Remove the files of deletions whose fact is in the ledger; return how many there were."""
    done, without = 0, _without(looks)
    volumes = [one.volume for one in looks]
    while True:
        with site.store.read() as rows:
            waiting = rows.keeping.unfinished(_PAGE, without)
        if not waiting:
            return done
        # Step 3: the entry comes before the deed.
        site.sequencer.catch_up()
        for volume in volumes:
            mine = [one for one in waiting if volume_of(one.path, volumes) == volume]
            if not mine:
                continue
            if not _unlink_on(site.data, volume, [one.path for one in mine]):
                without = (*without, volume.prefix)
                continue
            with site.store.begin() as rows:
                rows.keeping.finish(mine)
            done += len(mine)


def _plan(site: Site, looks: Sequence[Look], marks: dict[str, Mark]) -> Swept:
    """Choose one batch and move it to the deletions, in one transaction with its fact."""
    now = site.clock.now()
    with site.store.begin() as rows:
        work = _Round(
            rows=rows, orders=_orders(rows), now=now, without=_without(looks), marks=marks
        )
        why, short = Why.EXPIRED, 0
        at_end = work.scan(
            "expired",
            work.orders.first_cutoff(now),
            lambda page, orders: choose_expired(page, orders, now),
            lambda: len(work.chosen) >= _BATCH,
        )
        if at_end:
            work.marks.pop("expired", None)
        if not work.chosen:
            why = Why.ROOM
            all_seen, short = _make_room(work, looks)
            at_end = at_end and all_seen
        pictures = _delete(site, rows, work.chosen, why, now)
    _unlink(site.data, pictures)
    return Swept(
        segments=len(work.chosen),
        size_bytes=sum(one.size_bytes for one in work.chosen),
        short_bytes=short,
        marks=work.marks,
        more=bool(work.chosen) or not at_end,
    )


def _make_room(work: _Round, looks: Sequence[Look]) -> tuple[bool, int]:
    """Choose what makes room where it is wanted.

    Returns:
        Whether everything was looked at, and how many bytes are still wanted then.
    """
    short, without = 0, work.without
    for wanted, home in _wishes(work, looks):
        # Index and spool need room on the data folder's own disk.
        work.without = (f"{LINKS}/",) if home else without
        at_end, left = _choose_for(work, wanted, "home " if home else "")
        if work.chosen or not at_end:
            return at_end, 0
        short = max(short, left)
    if short:  # whatever was kept may have been released meanwhile
        for purpose in [name for name in work.marks if name != "expired"]:
            del work.marks[purpose]
    return True, short


def _choose_for(work: _Round, wanted: int, place: str) -> tuple[bool, int]:
    """Choose oldest first, routine footage before footage of alerts."""

    def left() -> int:
        return wanted - sum(one.size_bytes for one in work.chosen)

    for of_alerts, purpose in ((False, f"{place}routine"), (True, f"{place}alerts")):
        choose = partial(_room_of_page, now=work.now, left=left, of_alerts=of_alerts)
        work.pages = 0
        at_end = work.scan(
            purpose,
            work.now - NEVER_YOUNGER,
            choose,
            lambda: len(work.chosen) >= _BATCH or left() <= 0,
        )
        if not at_end:
            return False, 0
    return True, max(0, left())


def _room_of_page(
    page: Sequence[Kept],
    orders: Orders,
    *,
    now: datetime,
    left: Callable[[], int],
    of_alerts: bool,
) -> list[Kept]:
    return choose_for_room(page, orders, now, left(), of_alerts=of_alerts)


def _wishes(work: _Round, looks: Sequence[Look]) -> Iterator[tuple[int, bool]]:
    """Yield how many bytes must go, and whether from the data folder's own disk."""
    home, rule = looks[0], work.orders.rule
    if home.state is VolumeState.FULL:
        yield home.reserve_bytes * 3 // 2 - home.free_bytes, True
    written = [one for one in looks if one.volume.used and one.writable]
    wanted = _least_bytes(rule, written) - sum(one.free_bytes for one in written)
    if rule.most_bytes is not None:
        wanted = max(wanted, work.rows.keeping.stored_bytes() - rule.most_bytes)
    if wanted > 0:
        yield wanted, False


def _least_bytes(rule: KeepRule, written: Sequence[Look]) -> int:
    least = rule.least_free_bytes
    if least is None:
        least = sum(one.preferred_bytes for one in written)
    return max(least, 2 * sum(one.reserve_bytes for one in written))


def _delete(site: Site, rows: Rows, chosen: Sequence[Kept], why: Why, now: datetime) -> list[str]:
    """Move segments to the deletions with one fact; return pictures that go with them."""
    if not chosen:
        return []
    fact = deletion_fact(site.ids.new(), now, chosen, why)
    rows.facts.add(fact)
    rows.keeping.delete([Deleted.of(one, why=why, fact=fact.id) for one in chosen])
    gone = [
        sighting
        for one in chosen
        if one.stream is Stream.MAIN
        for sighting in rows.sightings.forget(one.camera, one.start, one.end)
    ]
    return [sighting.picture for sighting in gone if sighting.picture]


def _orders(rows: Rows) -> Orders:
    return Orders(
        rule=rows.keeping.rule(),
        own_days={
            camera.id: camera.keep_days
            for camera in rows.cameras.all()
            if camera.keep_days is not None
        },
        holds=rows.keeping.holds(active=True),
        alerts={},
    )


def _with_alerts(orders: Orders, rows: Rows, page: Sequence[Kept]) -> Orders:
    """Return the orders with the alerts that touch a page of segments."""
    start, end = min(one.start for one in page), max(one.end for one in page)
    cameras = {one.camera for one in page}
    alerts = {
        camera: [
            (alert.clip_start, alert.clip_end)
            for alert in rows.alerts.touching(camera, start, end)
            if alert.state is not AlertState.DISMISSED
        ]
        for camera in cameras
    }
    return replace(orders, alerts=alerts)


def _without(looks: Sequence[Look]) -> tuple[str, ...]:
    """Return what paths begin with that cannot be removed now."""
    return tuple(one.volume.prefix for one in looks if one.volume.prefix and not one.writable)


def _unlink_on(data: Path, volume: Volume, paths: Sequence[str]) -> bool:
    """Remove files of one volume; return whether they are gone for certain."""
    try:
        _unlink(data, paths)
        # Files that are missing because the disk is, are not gone.
        return volume.says_who_it_is()
    except OSError:
        if not volume.prefix:
            raise
        return False


def _unlink(data: Path, paths: Sequence[str]) -> None:
    folders = set()
    for path in paths:
        file = file_of(data, path)
        file.unlink(missing_ok=True)
        folders.add(file.parent)
    for folder in folders:
        if folder.is_dir():
            sync_directory(folder)
            _prune(data, folder)


def _prune(data: Path, folder: Path) -> None:
    """Remove folders of days that are over and empty, up to the camera's own."""
    parts = folder.relative_to(data).parts
    top = 4 if parts[0] == LINKS else 2
    while len(folder.relative_to(data).parts) > top:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
