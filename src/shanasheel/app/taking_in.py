"""Taking in footage that others hand in: the original first, then segments, then analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.actions import handing_in
from shanasheel.actions.handing_in import FileClock
from shanasheel.actions.ingest import absorb
from shanasheel.actions.site import Site
from shanasheel.app.hearing import SoundRecording
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
from shanasheel.watch.recording import Recorder, Shelf, read_volumes
from shanasheel.watch.sources import Footage, read_footage
from shanasheel.watch.vision import Detector

Progress = Callable[[int, int], None]

_BATCH = 64  # records stored together


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A file and what is said of it.

    Args:
        camera: id of where it was filmed; one we do not know is made, and never recorded.
        handed_by: who brought it.
    """

    file: Path
    camera: str
    clock: FileClock
    handed_by: str
    note: str = ""
    name: str = ""
    place: Place | None = None


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
    identifier = site.ids.new()
    camera, fresh = handing_in.intake_camera(
        site, handed.camera, name=handed.name, place=handed.place
    )
    original = handing_in.keep_original(site, handed.file, identifier)
    try:
        # From here on only the copy is read.
        footage = read_footage(
            site.data / original[0], camera=camera.id, start=handed.clock.corrected(),
            sound=camera.sound,
        )  # fmt: skip
        length = timedelta(seconds=max(footage.duration_s, 0.04))
        end = handed.clock.corrected(length)
        handing_in.check_span(site, camera.id, handed.clock.corrected(), end)
        intake = handing_in.record_intake(
            site, who, identifier=identifier, camera=camera.id, original=original,
            name=handed.file.name, clock=handed.clock, end=end, handed_by=handed.handed_by,
            note=handed.note,
        )  # fmt: skip
    except ShanasheelError:
        handing_in.drop_original(site, original[0])
        raise
    if fresh:
        handing_in.save_intake_camera(site, camera)
    work = _Work(site, intake, camera, detector, footage)
    total = footage.frames or 0
    for done, packet in enumerate(_corrected(footage, handed.clock), start=1):
        work.push(packet)
        if done % 50 == 0:
            progress(done, max(total, done))
    work.finish()
    warning = footage.detail or work.warning
    return TakenIn(
        intake=intake,
        segments=work.segments,
        sightings=work.sightings,
        events=work.events,
        warning=warning,
    )


def _corrected(footage: Iterable[Packet], clock: FileClock) -> Iterator[Packet]:
    begin: datetime | None = None
    for packet in footage:
        begin = begin or packet.at
        yield replace(packet, at=clock.corrected(packet.at - begin))


class _Work:
    """Makes segments, shielded footage, sightings and events of one file."""

    def __init__(
        self,
        site: Site,
        intake: Intake,
        camera: Camera,
        detector: Detector | None,
        footage: Footage,
    ) -> None:
        self.segments = self.sightings = self.events = 0
        self.warning = ""
        self._site, self._spool = site, f"intake-{intake.id}"
        self._camera = camera
        self._main: Recorder | None = self._recorder(Stream.MAIN)
        self._shielded = self._recorder(Stream.SHIELDED)
        self._footage = footage
        self._hearing = SoundRecording(
            site.data, camera.id, clock=site.clock, ids=site.ids, keep=self._keep,
            shelf=Shelf(read_volumes(site.data), site.clock),
        )  # fmt: skip
        self._hearing.begin(footage.sound)
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
                self._hearing.take(self._footage.heard(), self._main)
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
            self._hearing.take(self._footage.heard(), self._main)
            self._hearing.finish()
            self._keep(self._main, self._main.finish())
        self.warning = self.warning or self._hearing.note
        if self._analysis is not None:
            self._note(self._analysis.flush())
        self._keep(self._shielded, self._shielded.finish())
        self._store()

    def _recorder(self, stream: Stream) -> Recorder:
        site = self._site
        return Recorder(
            data=site.data, camera=self._camera.id, stream=stream, clock=site.clock, ids=site.ids,
            shelf=Shelf(read_volumes(site.data), site.clock),
        )  # fmt: skip

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
