"""Taking in footage that others hand in: the original first, then segments, then analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.actions import handing_in
from shanasheel.actions.file_clocks import FileClock
from shanasheel.actions.handing_in import Original
from shanasheel.actions.ingest import absorb
from shanasheel.actions.intake_outcomes import begin_outcome, end_outcome
from shanasheel.actions.site import Site
from shanasheel.app.viewing import picture_path
from shanasheel.base.errors import InvalidInput, ShanasheelError
from shanasheel.base.files import write_atomic
from shanasheel.domain.cameras import Camera, Place, Stream
from shanasheel.domain.footage import Packet, Segment
from shanasheel.domain.keeping import Intake
from shanasheel.domain.people import Person
from shanasheel.domain.seen import Sighting
from shanasheel.domain.wire import Spooled, to_line
from shanasheel.watch.pipeline import Analysis, AnalysisSettings, Findings
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import read_footage
from shanasheel.watch.sources.footage import Footage
from shanasheel.watch.vision import Detector

Progress = Callable[[int, int], None]

_BATCH = 64  # records stored together


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A file and what is said of it.

    Args:
        file: to copy; or, with `original`, what it was called.
        camera: id of where it was filmed; one we do not know is made, and never recorded.
        handed_by: who brought it.
        handed_at: when, where that was before now.
        id: of the intake; empty for a new one.
        original: it is stored already.
    """

    file: Path
    camera: str
    clock: FileClock
    handed_by: str
    note: str = ""
    name: str = ""
    name_ar: str = ""
    place: Place | None = None
    handed_at: datetime | None = None
    id: str = ""
    original: Original | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of a file.

    Args:
        warning: why less of it is searchable than there is; empty when all is.
    """

    intake: Intake
    segments: int
    sightings: int
    events: int
    warning: str


def take_in(
    site: Site,
    who: Person,
    handed: Handed,
    *,
    detector: Detector | None,
    progress: Progress = lambda _done, _total: None,
) -> TakenIn:
    """Store the original bit for bit and record it; then make it searchable beside.

    Args:
        detector: looks at the footage; None leaves analysis out.

    Raises:
        NotFound, InvalidInput, Conflict, Denied, Exhausted: see `actions.handing_in`; then nothing
            of it is kept.
    """
    handing_in.check_handing(who, handed.handed_by, handed.clock)
    identifier = handed.id or site.ids.new()
    camera, fresh = handing_in.intake_camera(
        site, handed.camera, name=handed.name, name_ar=handed.name_ar, place=handed.place
    )
    original = handed.original or handing_in.keep_original(site, handed.file, identifier)
    try:
        footage, intake = _record(site, who, handed, camera, identifier, original)
    except ShanasheelError:
        if handed.original is None:
            handing_in.drop_original(site, original.path)
        raise
    if fresh:
        handing_in.save_intake_camera(site, camera)
    begin_outcome(site, intake.id)
    work = _Work(site, intake, camera, detector)
    try:
        _process(work, footage, handed.clock, progress)
    except BaseException as fault:
        end_outcome(site, intake.id, failed=str(fault) or type(fault).__name__)
        raise
    taken = TakenIn(
        intake=intake,
        segments=work.segments,
        sightings=work.sightings,
        events=work.events,
        warning=footage.detail or work.warning,
    )
    end_outcome(
        site, intake.id, segments=taken.segments, sightings=taken.sightings, events=taken.events,
        warning=taken.warning,
    )  # fmt: skip
    return taken


def _record(
    site: Site, who: Person, handed: Handed, camera: Camera, identifier: str, original: Original
) -> tuple[Footage, Intake]:
    """Open the copy, which alone is read from here on, and record that it was handed in."""
    clock = handed.clock
    footage = read_footage(site.data / original.path, camera=camera.id, start=clock.corrected())
    end = clock.corrected(timedelta(seconds=max(footage.duration_s, 0.04)))
    handing_in.check_span(site, camera.id, clock.corrected(), end)
    intake = handing_in.record_intake(
        site, who, identifier=identifier, camera=camera.id, original=original,
        name=handed.file.name, clock=clock, end=end, handed_by=handed.handed_by, note=handed.note,
        handed_at=handed.handed_at,
    )  # fmt: skip
    return footage, intake


def _process(work: _Work, footage: Footage, clock: FileClock, progress: Progress) -> None:
    total = footage.frames or 0
    for done, packet in enumerate(_corrected(footage, clock), start=1):
        work.push(packet)
        if done % 50 == 0:
            progress(done, max(total, done))
    work.finish()


def _corrected(footage: Iterable[Packet], clock: FileClock) -> Iterator[Packet]:
    begin: datetime | None = None
    for packet in footage:
        begin = begin or packet.at
        yield replace(packet, at=clock.corrected(packet.at - begin))


class _Work:
    """Makes segments, shielded footage, sightings and events of one file."""

    def __init__(
        self, site: Site, intake: Intake, camera: Camera, detector: Detector | None
    ) -> None:
        self.segments = self.sightings = self.events = 0
        self.warning = ""
        self._site, self._spool = site, f"intake-{intake.id}"
        self._camera = camera
        self._main: Recorder | None = self._recorder(Stream.MAIN)
        self._shielded = self._recorder(Stream.SHIELDED)
        self._analysis = (
            Analysis(
                camera, detector, ids=site.ids,
                settings=AnalysisSettings(fps=camera.analysis_fps, live=False),
                save_picture=self._save_picture,
            )
            if detector is not None
            else None
        )  # fmt: skip
        self._waiting: list[Spooled] = []
        self._stored = 0

    def push(self, packet: Packet) -> None:
        """Take one packet: recorded first, then looked at."""
        if self._main is not None:
            try:
                self._keep(self._main, self._main.push(packet))
            except InvalidInput as fault:
                self._main = None
                self.warning = f"{fault.message} The original is kept; it cannot be played here."
        if self._analysis is not None:
            self._note(self._analysis.push(packet))
        if len(self._waiting) >= _BATCH:
            self._store()

    def finish(self) -> None:
        """Close what is open and store the rest."""
        if self._main is not None:
            self._keep(self._main, self._main.finish())
        if self._analysis is not None:
            self._note(self._analysis.flush())
        self._keep(self._shielded, self._shielded.finish())
        self._store()

    def _recorder(self, stream: Stream) -> Recorder:
        site = self._site
        return Recorder(
            data=site.data, camera=self._camera.id, stream=stream, clock=site.clock, ids=site.ids
        )

    def _note(self, findings: Findings) -> None:
        for packet in findings.shielded:
            self._keep(self._shielded, self._shielded.push(packet))
        self._waiting += [*findings.events, *findings.sightings]
        self.events += len(findings.events)
        self.sightings += len(findings.sightings)

    def _keep(self, recorder: Recorder, done: Sequence[Segment]) -> None:
        for segment in done:
            self.segments += segment.stream is Stream.MAIN
            self._waiting.append(segment)
            self._store()
            recorder.acknowledge(segment)

    def _store(self) -> None:
        if self._waiting:
            self._stored += len(self._waiting)
            lines = [to_line(record) for record in self._waiting]
            absorb(self._site, self._spool, lines, f"1:{self._stored}")
            self._waiting.clear()

    def _save_picture(self, sighting: Sighting, picture: bytes) -> str:
        path = picture_path(sighting.camera, sighting)
        target = self._site.data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, picture, durable=False)
        return path
