"""Looking at footage: shielded for everyone, raw with a grant."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from shanasheel.actions.access import require_grant
from shanasheel.actions.cameras import camera_named
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import to_us
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.alerts import Alert, Event
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Gap, Segment, Shed
from shanasheel.domain.people import Person
from shanasheel.watch.recording import write_clip

_LONGEST_DAYS = 32
_SEAM = timedelta(milliseconds=10)  # within a session a segment ends where the next starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What is known of a span of one camera: happenings, and spans in microseconds.

    Args:
        deleted: spans that were recorded and are gone by rule.
        held: spans that must not expire.
        shed: spans that were recorded but not looked at.
    """

    recorded: tuple[tuple[int, int], ...]
    deleted: tuple[tuple[int, int], ...]
    held: tuple[tuple[int, int], ...]
    gaps: tuple[Gap, ...]
    shed: tuple[Shed, ...]
    events: tuple[Event, ...]
    alerts: tuple[Alert, ...]


def timeline(site: Site, camera: str, start: datetime, end: datetime) -> Timeline:
    """Return what is known of `[start, end)` of one camera.

    Raises:
        NotFound: there is no such camera.
        InvalidInput: the span is empty or longer than 32 days.
    """
    _check_span(start, end)
    known = camera_named(site, camera).id
    with site.store.read() as rows:
        return Timeline(
            recorded=tuple(_joined(rows.footage.spans(known, Stream.MAIN, start, end))),
            deleted=tuple(
                _joined(
                    [
                        (to_us(one.start), to_us(one.end))
                        for one in rows.keeping.deleted(known, Stream.MAIN, start, end)
                    ]
                )
            ),
            held=tuple(
                (to_us(hold.start), to_us(hold.end))
                for hold in rows.keeping.holds(active=True)
                if known in hold.cameras and hold.start < end and start < hold.end
            ),
            gaps=rows.footage.gaps(known, start, end),
            shed=rows.footage.sheds(known, start, end),
            events=rows.alerts.events(known, start, end),
            alerts=rows.alerts.between(known, start, end),
        )


def segments(  # noqa: PLR0913 - a query names what it narrows
    site: Site, who: Person, camera: str, *, stream: Stream, start: datetime, end: datetime,
    grant: str | None = None,
) -> tuple[Segment, ...]:  # fmt: skip
    """Return the segments of a stream that overlap `[start, end)`, oldest first.

    Raises:
        Denied: the stream is raw and `who` has no grant for the camera.
    """
    _check_span(start, end)
    known = camera_named(site, camera).id
    if stream is not Stream.SHIELDED:
        require_grant(site, who, grant, known)
    with site.store.read() as rows:
        return rows.footage.segments(known, stream, start, end)


def as_recorded(found: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return segments of a stream in the order in which they were recorded, for players.

    By start, that is also the order of the times, unless our clock was set back: then two runs
    would alternate file by file.
    """
    overlap = any(later.start < earlier.end - _SEAM for earlier, later in pairwise(found))
    return tuple(sorted(found, key=lambda one: one.id)) if overlap else tuple(found)


def segment_file(site: Site, who: Person, identifier: str, grant: str | None) -> tuple[Path, str]:
    """Return the file of a segment and its media type.

    Raises:
        NotFound: there is no such segment, or its file is gone.
        Denied: it is raw and `who` has no grant for its camera.
    """
    with site.store.read() as rows:
        segment = rows.footage.segment(identifier)
    if segment is None:
        raise NotFound(f"There is no segment {identifier!r}.", "Reload the timeline.")
    if segment.stream is not Stream.SHIELDED:
        require_grant(site, who, grant, segment.camera)
    path = file_of(site.data, segment.path)
    if not path.is_file():
        raise NotFound(f"The file of segment {identifier!r} is gone.", "Run `ledger check`.")
    return path, segment.mime


def may_watch(site: Site, who: Person, camera: str, stream: Stream, grant: str | None) -> CameraId:
    """Return the camera's id when `who` may watch that stream live.

    Raises:
        NotFound: there is no such camera.
        Denied: the stream is raw and there is no grant.
    """
    known = camera_named(site, camera).id
    if stream is not Stream.SHIELDED:
        require_grant(site, who, grant, known)
    return known


def alert_clip(site: Site, alert: Alert, camera: CameraId | None = None) -> Path:
    """Return a shielded MP4 that shows an alert, made when first asked for.

    A clip whose span is still being recorded is made again next time.

    Args:
        camera: one of the alert's; the one it is told by where none is named.

    Raises:
        NotFound: no shielded footage covers the alert (yet), or the camera saw nothing of it.
    """
    camera = camera or alert.camera
    if camera not in alert.cameras:
        raise NotFound(f"Alert {alert.code} is not about camera {camera!r}.")
    folder = site.data / "cache" / "clips"
    folder.mkdir(parents=True, exist_ok=True)
    with site.store.read() as rows:
        found = as_recorded(
            rows.footage.segments(camera, Stream.SHIELDED, alert.clip_start, alert.clip_end)
        )
    files = [
        (file_of(site.data, segment.path), segment.start)
        for segment in found
        if file_of(site.data, segment.path).is_file()
    ]
    if not files:
        raise NotFound(
            f"No footage of alert {alert.code} is stored yet.", "It appears within ten seconds."
        )
    newest = max(one.end for one in found).timestamp()
    path = folder / f"{alert.id}-{camera}-{len(files)}-{int(newest)}-{alert.version}.mp4"
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            part = Path(scratch) / "clip.mp4"
            write_clip(part, files, alert.clip_start, alert.clip_end)
            part.replace(path)
    return path


def _check_span(start: datetime, end: datetime) -> None:
    if not start < end:
        raise InvalidInput("The span is empty.", "Give `from` before `to`.")
    if (end - start).days > _LONGEST_DAYS:
        raise InvalidInput("The span is too long.", f"Ask for at most {_LONGEST_DAYS} days.")


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch within a tenth of a second, for drawing.

    >>> _joined([(0, 10), (10, 20), (500_000, 600_000)])
    [(0, 20), (500000, 600000)]
    """
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start - joined[-1][1] <= 100_000:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
