"""Keeping footage: rules, holds, freezing, and deleting what no rule keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.actions.factmaking import deletion_fact, make_fact
from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import to_us
from shanasheel.base.errors import Conflict, Denied, InvalidInput, NotFound
from shanasheel.base.files import sync_directory
from shanasheel.domain.alerts import AlertState
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.facts import FactKind
from shanasheel.domain.keeping import Deleted, Hold, KeepRule, Kept, Why
from shanasheel.domain.people import Person, Role
from shanasheel.watch.recording.retention import (
    NEVER_YOUNGER,
    Orders,
    choose_expired,
    choose_for_room,
)

_BATCH = 200  # segments one fact names; keeps a fact's body below 10 kB
_PAGE = 500
_LONGEST_HOLD = timedelta(days=366 * 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one round of keeping house did.

    Args:
        segments, size_bytes: deleted now.
        short_bytes: that are still wanted although nothing more may go.
    """

    segments: int
    size_bytes: int
    short_bytes: int = 0


def set_keep_rule(site: Site, rule: KeepRule) -> bool:
    """Make `rule` the site's; return whether it changed. A change leaves a fact."""
    with site.store.begin() as rows:
        if rows.keeping.rule() == rule:
            return False
        rows.keeping.set_rule(rule)
        body = {
            "what": "keep_rule",
            "days_x1000": round(rule.days * 1000),
            "alert_days_x1000": round(rule.alert_days * 1000),
            "most_mb": rule.most_bytes // 10**6 if rule.most_bytes is not None else None,
            "least_free_mb": (
                rule.least_free_bytes // 10**6 if rule.least_free_bytes is not None else None
            ),
        }
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
    return True


def hold_footage(
    site: Site, who: Person, *, cameras: Sequence[str], start: datetime, end: datetime, reason: str
) -> Hold:
    """Order that footage of cameras in `[start, end)` must not expire, with its fact.

    Raises:
        InvalidInput: the span is empty, no camera is named, or no reason is given.
        NotFound: a camera is not known.
        Denied: technicians do not order holds.
    """
    _check_reason(who, reason)
    if end - start > _LONGEST_HOLD:
        raise InvalidInput("The hold is longer than 30 years.", "Give a nearer end.")
    with site.store.begin() as rows:
        known = {camera.id for camera in rows.cameras.all()}
        missing = [camera for camera in cameras if camera not in known]
        if missing:
            raise NotFound(f"There is no camera {missing[0]!r}.", "See the list of cameras.")
        hold = Hold(
            id=site.ids.new(),
            at=site.clock.now(),
            by=who.name,
            reason=reason.strip(),
            cameras=tuple(CameraId(camera) for camera in dict.fromkeys(cameras)),
            start=start,
            end=end,
        )
        rows.keeping.save_hold(hold)
        body = {
            "what": "held",
            "by": hold.by,
            "reason": hold.reason,
            "cameras": list(hold.cameras),
            "start_us": to_us(start),
            "end_us": to_us(end),
        }
        rows.facts.add(make_fact(hold.id, FactKind.HOLD, hold.at, body))
    return hold


def freeze(  # noqa: PLR0913 - where, when, who and why
    site: Site,
    who: Person,
    *,
    lat_deg: float,
    lon_deg: float,
    radius_m: float,
    start: datetime,
    end: datetime,
    reason: str,
) -> Hold:
    """Hold every camera within a distance of a place, recorded already and still to come.

    Raises:
        NotFound: no camera stands there.
        InvalidInput, Denied: as for `hold_footage`.
    """
    with site.store.read() as rows:
        near = [
            camera.id
            for camera in rows.cameras.all()
            if camera.place is not None and camera.place.distance_m(lat_deg, lon_deg) <= radius_m
        ]
    if not near:
        raise NotFound(
            f"No camera stands within {radius_m:g} m of {lat_deg}, {lon_deg}.",
            "Widen the radius, or name cameras.",
        )
    return hold_footage(site, who, cameras=near, start=start, end=end, reason=reason)


def release_hold(site: Site, who: Person, identifier: str, reason: str) -> Hold:
    """Lift a hold; its record and both facts remain.

    Raises:
        NotFound: there is no such hold.
        Conflict: it is released already.
        InvalidInput, Denied: as for `hold_footage`.
    """
    _check_reason(who, reason)
    with site.store.begin() as rows:
        hold = rows.keeping.hold(identifier)
        if hold is None:
            raise NotFound(f"There is no hold {identifier!r}.", "See the list of holds.")
        if hold.released is not None:
            raise Conflict("The hold is released already.", "Read it again.")
        now = site.clock.now()
        released = replace(hold, released=now, released_by=who.name, release_reason=reason.strip())
        rows.keeping.save_hold(released)
        body = {"what": "released", "hold": hold.id, "by": who.name, "reason": reason.strip()}
        rows.facts.add(make_fact(site.ids.new(), FactKind.HOLD, now, body))
    return released


def list_holds(site: Site, *, active: bool = False) -> tuple[Hold, ...]:
    """Return holds, newest first."""
    with site.store.read() as rows:
        return rows.keeping.holds(active=active)


def sweep(site: Site, *, free_bytes: int, disk_bytes: int) -> Swept:
    """Finish deletions that a kill interrupted, then delete one batch that no rule keeps.

    The steps are those of docs/design/recording.md, "To delete".

    Args:
        free_bytes: on the archive's disk now.
        disk_bytes: its size.
    """
    if not site.sequencer.logs:
        return Swept(segments=0, size_bytes=0)  # a copy: no entry can come before the deed
    finish_deletions(site)
    chosen, short = _plan(site, free_bytes=free_bytes, disk_bytes=disk_bytes)
    if chosen:
        finish_deletions(site)
    return Swept(
        segments=len(chosen),
        size_bytes=sum(one.size_bytes for one in chosen),
        short_bytes=short,
    )


def finish_deletions(site: Site) -> int:
    """Remove the files of deletions whose fact is in the ledger; return how many there were."""
    done = 0
    while True:
        with site.store.read() as rows:
            waiting = rows.keeping.unfinished(_PAGE)
        if not waiting:
            return done
        # Step 3: the entry comes before the deed.
        site.sequencer.catch_up()
        _unlink(site.data, [one.path for one in waiting])
        with site.store.begin() as rows:
            rows.keeping.finish(waiting)
        done += len(waiting)


def _plan(site: Site, *, free_bytes: int, disk_bytes: int) -> tuple[list[Kept], int]:
    """Choose one batch and move it to the deletions, in one transaction with its fact."""
    now = site.clock.now()
    with site.store.begin() as rows:
        orders = _orders(rows, now)
        why, short = Why.EXPIRED, 0
        chosen: list[Kept] = []
        for page in _pages(rows, orders.first_cutoff(now)):
            chosen += choose_expired(page, _with_alerts(orders, rows, page), now)
            if len(chosen) >= _BATCH:
                break
        if not chosen:
            wanted = _wanted_bytes(orders.rule, rows, free_bytes, disk_bytes)
            if wanted > 0:
                why = Why.ROOM
                chosen = _room(rows, orders, now, wanted)
                short = max(0, wanted - sum(one.size_bytes for one in chosen))
        chosen = chosen[:_BATCH]
        pictures = _delete(site, rows, chosen, why, now)
    _unlink(site.data, pictures)
    return chosen, short


def _room(rows: Rows, orders: Orders, now: datetime, wanted: int) -> list[Kept]:
    chosen: list[Kept] = []
    freed = 0
    for page in _pages(rows, now - NEVER_YOUNGER):
        some = choose_for_room(page, _with_alerts(orders, rows, page), now, wanted - freed)
        chosen += some
        freed += sum(one.size_bytes for one in some)
        if freed >= wanted or len(chosen) >= _BATCH:
            break
    return chosen


def _delete(site: Site, rows: Rows, chosen: Sequence[Kept], why: Why, now: datetime) -> list[str]:
    """Move segments to the deletions with one fact; return pictures that go with them."""
    if not chosen:
        return []
    fact = deletion_fact(site.ids.new(), now, chosen, why)
    rows.facts.add(fact)
    rows.keeping.delete(
        [
            Deleted(
                segment=one.id,
                camera=one.camera,
                stream=one.stream,
                start=one.start,
                end=one.end,
                size_bytes=one.size_bytes,
                path=one.path,
                why=why,
                fact=fact.id,
            )
            for one in chosen
        ]
    )
    gone = [
        sighting
        for one in chosen
        if one.stream is Stream.MAIN
        for sighting in rows.sightings.forget(one.camera, one.start, one.end)
    ]
    return [sighting.picture for sighting in gone if sighting.picture]


def _orders(rows: Rows, now: datetime) -> Orders:
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


def _pages(rows: Rows, before: datetime) -> Iterator[tuple[Kept, ...]]:
    after: tuple[int, str] | None = None
    while page := rows.keeping.oldest(after, before, _PAGE):
        yield page
        after = (to_us(page[-1].end), page[-1].id)


def _wanted_bytes(rule: KeepRule, rows: Rows, free_bytes: int, disk_bytes: int) -> int:
    least = rule.least_free_bytes
    if least is None:
        least = min(5 * 10**9, disk_bytes // 20)
    wanted = least - free_bytes
    if rule.most_bytes is not None:
        wanted = max(wanted, rows.keeping.stored_bytes() - rule.most_bytes)
    return wanted


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
    while len(folder.relative_to(data).parts) > 2:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _check_reason(who: Person, reason: str) -> None:
    if who.role is Role.TECHNICIAN:
        raise Denied("A technician does not hold or release footage.", "Ask an investigator.")
    if not 3 <= len(reason.strip()) <= 1000:
        raise InvalidInput("A hold needs a reason.", "Say why in 3 to 1,000 characters.")
