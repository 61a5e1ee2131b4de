"""Footage in files, analysed as fast as the machine can, with results as files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from shanasheel.app.offline_sound import FileListening
from shanasheel.app.report import Finding, ReportInput, write_report
from shanasheel.base.clock import Clock, iso
from shanasheel.base.errors import Exhausted, InvalidInput
from shanasheel.base.files import write_atomic
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import AnalysisDepth, Camera, CameraId
from shanasheel.domain.seen import Sighting
from shanasheel.domain.wire import plain
from shanasheel.find import in_words
from shanasheel.watch.pipeline import Analysis, AnalysisSettings, Findings
from shanasheel.watch.sources import Footage, read_footage
from shanasheel.watch.tracking import FinishedTrack, interpolate, rows_of, smooth, write_mot
from shanasheel.watch.vision import Describer, Detector, PlateReader, SecondLooks, still

Progress = Callable[[int, int], None]

_MOST_KEYS = 8  # pictures of the whole view in a report
_TIMES = ("start", "end", "at")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What was found in one file, and where it was written; `words` describe each sighting."""

    file: Path
    folder: Path
    frames: int
    tracks: int
    sightings: int
    events: int
    decoded_share: float
    warning: str
    words: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Collected:
    sightings: list[Sighting] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    tracks: list[FinishedTrack] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    views: list[tuple[datetime, bytes]] = field(default_factory=list)
    last_view: datetime | None = None
    begun: datetime
    played_s: float = 0.0


def out_folders(files: Sequence[Path], out: Path) -> list[Path]:
    """Return a folder of its own for each file: `out/<stem>`, numbered where stems repeat.

    >>> [folder.name for folder in out_folders([Path("a/x.mp4"), Path("b/x.avi")], Path("o"))]
    ['x', 'x-2']
    """
    taken: set[str] = set()
    folders = []
    for file in files:
        name, number = file.stem, 2
        while name in taken:
            name, number = f"{file.stem}-{number}", number + 1
        taken.add(name)
        folders.append(out / name)
    return folders


def analyze_file(  # noqa: PLR0913 - what to look at, how, with what, and who is told
    file: Path,
    folder: Path,
    *,
    detector: Detector,
    camera: Camera,
    start: datetime | None,
    full: bool,
    clock: Clock,
    plates: bool = False,
    second_looks: SecondLooks | None = None,
    progress: Progress = lambda _done, _total: None,
) -> FileResult:
    """Analyse one file and write `tracks.txt`, `sightings.jsonl`, `events.jsonl`, `report.html`.

    Args:
        camera: its id, zones and lines are used; its url is not.
        start: when the footage begins; without, the file's own time of change less its length.
        full: look at every picture, not at the analysis rate where something moves.
        plates: look for vehicles' number plates, and read them.
        second_looks: at people, for weapons; they are done at once.

    Raises:
        NotFound, InvalidInput: there is no such file, or no video in it.
        Exhausted: the results cannot be written.
    """
    begun = start or _begun(file)
    footage = read_footage(file, camera=camera.id, start=begun, sound=camera.sound)
    settings = AnalysisSettings(
        fps=None if full else camera.analysis_fps,
        gate=not full and camera.analysis is AnalysisDepth.GATED,
        live=False,
        shield=False,
    )
    collected = _Collected(begun=begun)

    def keep_picture(sighting: Sighting, picture: bytes) -> str:
        collected.pictures[sighting.id] = picture
        return ""

    ids = IdMaker(clock)
    analysis = Analysis(
        camera, detector, ids=ids, settings=settings, save_picture=keep_picture,
        describer=Describer(PlateReader()) if plates else None, second_looks=second_looks,
    )  # fmt: skip
    listening = FileListening(footage, camera, ids, begun)
    every_s = max(1.0, (footage.duration_s or 60.0) / _MOST_KEYS)
    total, frames = footage.frames or 0, 0
    for packet in footage:
        _collect(analysis.push(packet), collected, every_s)
        collected.events += listening.follow(packet)
        frames += 1
        collected.played_s = (packet.at - begun).total_seconds()
        progress(frames, max(total, frames))
    _collect(analysis.flush(), collected, every_s)
    collected.events += listening.finish()
    collected.events.sort(key=lambda event: event.at)
    if not analysis.counts.decoded or not analysis.counts.detected:
        raise InvalidInput(
            f"{file} holds no picture that can be decoded.",
            "Is the file damaged, or of a codec that FFmpeg lacks?",
        )
    _write(file, folder, footage, collected, analysis, full=full)
    return FileResult(
        file=file,
        folder=folder,
        frames=frames,
        tracks=len(collected.tracks),
        sightings=len(collected.sightings),
        events=len(collected.events),
        decoded_share=analysis.counts.decoded / max(1, frames),
        warning=footage.detail or (second_looks.fault if second_looks else ""),
        words=tuple(in_words(one) for one in collected.sightings),
    )


def default_camera(identifier: str) -> Camera:
    """Return a camera without zones, for footage of an unknown place."""
    return Camera(id=CameraId(identifier), url="file")


def _begun(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    except OSError:
        return datetime(1970, 1, 1, tzinfo=UTC)  # read_footage says what is wrong with the file


def _collect(findings: Findings, collected: _Collected, every_s: float) -> None:
    collected.sightings += findings.sightings
    collected.events += findings.events
    collected.tracks += findings.finished
    for looked in findings.pictures:
        picture = looked.picture
        late = collected.last_view is None or (
            (picture.at - collected.last_view).total_seconds() >= every_s
        )
        if late and len(collected.views) < _MOST_KEYS:
            collected.views.append((picture.at, still(picture, looked.masks, width=480)))
            collected.last_view = picture.at


def _write(
    file: Path,
    folder: Path,
    footage: Footage,
    collected: _Collected,
    analysis: Analysis,
    *,
    full: bool,
) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rows = rows_of(collected.tracks)
        # Pictures between two looks were not analysed; straight lines fill them (one second most).
        rate = footage.format.frame_rate or 25.0
        filled = interpolate(rows, max_gap_frames=max(1, round(rate)))
        write_mot(folder / "tracks.txt", smooth(filled, rate))
        _write_lines(folder / "sightings.jsonl", [_readable(s) for s in collected.sightings])
        _write_lines(folder / "events.jsonl", [_readable(e) for e in collected.events])
        write_report(folder / "report.html", _report_input(file, footage, collected, full=full))
    except OSError as fault:
        raise Exhausted(
            f"Results cannot be written to {folder}: {fault.strerror}.",
            "Free space or give another --out folder.",
        ) from fault


def _report_input(
    file: Path, footage: Footage, collected: _Collected, *, full: bool
) -> ReportInput:
    return ReportInput(
        title=file.name,
        start=collected.begun,
        duration_s=collected.played_s,
        width_px=footage.format.width_px,
        height_px=footage.format.height_px,
        codec=footage.format.codec,
        full=full,
        warning=footage.detail,
        sightings=tuple(
            Finding(sighting=sighting, picture=collected.pictures.get(sighting.id, b""))
            for sighting in collected.sightings
        ),
        events=tuple(collected.events),
        views=tuple(collected.views),
    )


def _readable(record: Sighting | Event) -> dict[str, object]:
    """Return a record for people's tools: times as ISO 8601."""
    body = plain(record)
    for name in _TIMES:
        if hasattr(record, name):
            body[name] = iso(getattr(record, name))
    if isinstance(record, Sighting):
        body["path"] = [
            {"at": iso(point.at), "box": [round(edge, 4) for edge in point.box]}
            for point in record.path
        ]
        body["confidence"] = round(record.confidence, 3)
        body["words"] = in_words(record)
    else:
        body["numbers"] = dict(record.numbers)
    return body


def _write_lines(path: Path, bodies: Sequence[dict[str, object]]) -> None:
    lines = [json.dumps(body, ensure_ascii=False) for body in bodies]
    write_atomic(path, "".join(f"{line}\n" for line in lines).encode(), durable=False)


def for_offline(camera: Camera) -> Camera:
    """Return a configured camera as it is used for a file."""
    return replace(camera, loop=False, realtime=False, outages=())
