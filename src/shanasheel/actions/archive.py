"""Checking the archive against its index: the invariants of docs/design/recording.md."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from shanasheel.actions.rows import Rows
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import EPOCH, iso
from shanasheel.domain.cameras import Stream
from shanasheel.domain.footage import GapCause, Segment
from shanasheel.watch.recording import Look, VolumeState, is_away, look, read_volumes

_TOUCH = timedelta(seconds=2)  # the longest pause between two pictures of a camera in one session
_FARTHEST_BACK = timedelta(days=1)  # a clock set back further leaves overlaps to be looked at
_YOUNG_S = 60.0  # a file this new may be on its way into the index


class Breach(StrEnum):
    """How files and index may disagree."""

    FILE_MISSING = "file_missing"
    VOLUME_AWAY = "volume_away"  # missing for now: mount it and look again
    SIZE_DIFFERS = "size_differs"
    OVERLAP = "overlap"
    SILENT_HOLE = "silent_hole"
    NOT_INDEXED = "not_indexed"
    LEFT_OVER = "left_over"  # a picture whose sighting is gone, or half a write
    SUMMARY_DIFFERS = "summary_differs"  # a day of the timeline says something else than the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFault:
    """One breach: which file, relative to the data folder, and what about it.

    Of `SUMMARY_DIFFERS` the path is a camera's id, the detail a day.
    """

    breach: Breach
    path: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReport:
    """What was looked at and found."""

    segments: int
    files: int
    faults: tuple[ArchiveFault, ...]


def examine_archive(site: Site) -> ArchiveReport:
    """Compare every row with its file and every file with its row; nothing is changed.

    May run beside a working recorder: what is newer than a minute is given time to settle.
    """
    faults: list[ArchiveFault] = []
    segments = files = 0
    looks = [look(volume) for volume in read_volumes(site.data)]
    away = Counter[str]()
    with site.store.read() as rows:
        for stream in Stream:
            before: dict[str, Segment] = {}
            for segment in rows.footage.every_segment(stream):
                segments += 1
                if is_away(segment.path, looks):
                    away["/".join(segment.path.split("/")[:2])] += 1
                else:
                    faults += _of_row(site.data, segment)
                faults += _of_neighbours(rows, before.get(segment.camera), segment)
                before[segment.camera] = segment
        for folder, names in _folders(site.data, looks):
            files += len(names)
            faults += _of_folder(site, rows, folder, names)
    faults += _of_summary(site)
    faults += [
        ArchiveFault(breach=Breach.VOLUME_AWAY, path=path, detail=f"{count} segments lie there")
        for path, count in sorted(away.items())
    ]
    return ArchiveReport(segments=segments, files=files, faults=tuple(faults))


def sum_up_again(site: Site, camera: str) -> None:
    """Make a camera's summary anew from the rows it follows from; nothing else is changed."""
    with site.store.begin() as rows:
        rows.summary.rebuild(camera)


def _of_summary(site: Site) -> Iterator[ArchiveFault]:
    """Compare in a transaction for each camera, so that none holds up what others delete."""
    with site.store.read() as rows:
        cameras = rows.summary.cameras()
    for camera in cameras:
        with site.store.read() as rows:
            for day in rows.summary.differing(camera):
                detail = f"{EPOCH.date() + timedelta(days=day)}, UTC"
                yield ArchiveFault(breach=Breach.SUMMARY_DIFFERS, path=camera, detail=detail)


def _of_row(data: Path, segment: Segment) -> Iterator[ArchiveFault]:
    try:
        size_bytes = file_of(data, segment.path).stat().st_size
    except OSError as fault:
        detail = f"{fault.strerror}; run `shanasheel ledger check`"
        yield ArchiveFault(breach=Breach.FILE_MISSING, path=segment.path, detail=detail)
        return
    if size_bytes != segment.size_bytes:
        detail = f"{size_bytes} bytes, {segment.size_bytes} were recorded"
        yield ArchiveFault(breach=Breach.SIZE_DIFFERS, path=segment.path, detail=detail)


def _of_neighbours(rows: Rows, before: Segment | None, segment: Segment) -> Iterator[ArchiveFault]:
    if before is None:
        return
    if segment.start < before.end - _TOUCH:
        if _clock_was_set_back(rows, segment):
            return
        detail = f"begins {iso(segment.start)}, before {before.path} ends"
        yield ArchiveFault(breach=Breach.OVERLAP, path=segment.path, detail=detail)
    elif segment.stream is Stream.MAIN and segment.start - before.end > _TOUCH:
        camera, start, end = segment.camera, before.end, segment.start
        told = rows.footage.gaps(camera, start, end) or rows.keeping.deleted(
            camera, Stream.MAIN, start, end
        )
        if not told:
            detail = f"{iso(start)} to {iso(end)}"
            yield ArchiveFault(breach=Breach.SILENT_HOLE, path=segment.path, detail=detail)


def _clock_was_set_back(rows: Rows, segment: Segment) -> bool:
    """Return whether a gap without length tells why footage of this time exists twice."""
    gaps = rows.footage.gaps(segment.camera, segment.start - _FARTHEST_BACK, segment.end)
    return any(gap.cause is GapCause.CLOCK_STEPPED and gap.start == gap.end for gap in gaps)


def _folders(data: Path, looks: Sequence[Look]) -> Iterator[tuple[Path, list[str]]]:
    missing = (VolumeState.AWAY, VolumeState.FAILING)
    prefixes = [one.volume.prefix for one in looks if one.state not in missing]
    for home in (f"{prefix}{name}" for prefix in prefixes for name in ("archive", "shielded")):
        for folder, _below, names in os.walk(data / home):
            if names:
                yield Path(folder), sorted(names)


def _of_folder(site: Site, rows: Rows, folder: Path, names: list[str]) -> Iterator[ArchiveFault]:
    place, now_s = folder.relative_to(site.data).as_posix(), site.clock.now().timestamp()
    known = rows.footage.paths_in(place)
    marked = {name.removesuffix(".open") for name in names if name.endswith(".open")}
    for name in names:
        path = f"{place}/{name}"
        if path in known or name in marked or name.endswith(".open"):
            continue
        if _young(folder / name, now_s):
            continue
        if name.endswith(".mp4"):
            yield ArchiveFault(breach=Breach.NOT_INDEXED, path=path)
        elif not (name.endswith(".jpg") and rows.sightings.one(name.removesuffix(".jpg"))):
            yield ArchiveFault(breach=Breach.LEFT_OVER, path=path)


def _young(file: Path, now_s: float) -> bool:
    try:
        return now_s - file.stat().st_mtime < _YOUNG_S
    except FileNotFoundError:
        return True  # gone meanwhile
