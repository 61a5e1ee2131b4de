"""Making a file that was handed in playable and searchable, at its corrected time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from shanasheel.actions.file_clocks import FileClock
from shanasheel.actions.ingest import absorb
from shanasheel.actions.site import Site
from shanasheel.app.detectors import site_weapon_model
from shanasheel.app.hearing import SoundRecording
from shanasheel.app.picture_paths import picture_path, still_path
from shanasheel.app.second_looking import WeaponModels
from shanasheel.app.signing import file_grouping
from shanasheel.base.clock import EPOCH
from shanasheel.base.errors import InvalidInput
from shanasheel.base.files import write_atomic
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import AnalysisDepth, Camera, Stream
from shanasheel.domain.footage import Packet, Segment
from shanasheel.domain.keeping import Intake
from shanasheel.domain.seen import Sighting
from shanasheel.domain.wire import Spooled, to_line
from shanasheel.watch.pipeline import Analysis, AnalysisSettings, Findings
from shanasheel.watch.recording import Grouping, Recorder, Shelf, read_volumes
from shanasheel.watch.sources.footage import Footage
from shanasheel.watch.vision import Describer, Detector, PlateReader
from shanasheel.watch.vision.registry import Registry

Progress = Callable[[int, int], None]

_BATCH = 64  # records stored together


def process(work: IntakeWork, footage: Footage, clock: FileClock, progress: Progress) -> None:
    """Read the whole file at its corrected time."""
    total = footage.frames or 0
    work.hear(footage)
    for done, packet in enumerate(_corrected(footage, clock), start=1):
        work.push(packet)
        if done % 50 == 0:
            progress(done, max(total, done))
    work.finish()


def _corrected(footage: Iterable[Packet], clock: FileClock) -> Iterator[Packet]:
    begin: datetime | None = None
    for packet in footage:
        begin = begin or packet.at
        yield packet._replace(at=clock.corrected(packet.at - begin))


class IntakeWork:
    """Makes segments, shielded footage, sightings and events of one file.

    Args:
        main_from, shielded_from: what is earlier is stored already.
    """

    def __init__(
        self,
        site: Site,
        intake: Intake,
        camera: Camera,
        detector: Detector | None,
        *,
        main_from: datetime = EPOCH,
        shielded_from: datetime = EPOCH,
    ) -> None:
        self.segments = self.sightings = self.events = 0
        self.warning = ""
        self._site, self._spool = site, f"intake-{intake.id}"
        self._camera = camera
        self._main: Recorder | None = self._recorder(
            Stream.MAIN, file_grouping(site.data, intake.start)
        )
        self._shielded = self._recorder(Stream.SHIELDED)
        self._footage: Footage | None = None
        self._hearing = SoundRecording(
            site.data, camera.id, clock=site.clock, ids=site.ids, keep=self._keep,
            shelf=Shelf(read_volumes(site.data), site.clock),
        )  # fmt: skip
        self._analysis = (
            Analysis(
                camera, detector, ids=site.ids,
                settings=AnalysisSettings(
                    fps=camera.analysis_fps, live=False,
                    gate=camera.analysis is AnalysisDepth.GATED,
                ),
                save_picture=self._save_picture, save_still=self._save_still,
                describer=Describer(PlateReader()) if camera.read_plates else None,
                second_looks=WeaponModels(Registry(site.data)).looks(
                    site_weapon_model(site, camera)
                ),
            )
            if detector is not None
            else None
        )  # fmt: skip
        self._main_from, self._shielded_from = main_from, shielded_from
        self._waiting: list[Spooled] = []
        self._stored = 0

    def hear(self, footage: Footage) -> None:
        """Record the sound of a file beside its pictures; call before the first is pushed."""
        self._footage = footage
        self._hearing.begin(footage.sound)

    def push(self, packet: Packet) -> None:
        """Take one packet: recorded first, then looked at."""
        if self._main is not None and packet.at >= self._main_from:
            try:
                self._keep(self._main, self._main.push(packet))
                self._take_sound(self._main)
            except InvalidInput as fault:
                self._main = None
                self.warning = f"{fault.message} The original is kept; it cannot be played here."
        if self._analysis is not None and packet.at >= self._shielded_from:
            self._note(self._analysis.push(packet))
        if len(self._waiting) >= _BATCH:
            self._store()

    def finish(self) -> None:
        """Close what is open and store the rest."""
        if self._main is not None:
            self._take_sound(self._main)
            self._hearing.finish()
            self._keep(self._main, self._main.finish())
        self.warning = self.warning or self._hearing.note
        if self._analysis is not None:
            self._note(self._analysis.flush())
        self._keep(self._shielded, self._shielded.finish())
        self._store()

    def _take_sound(self, pictures: Recorder) -> None:
        if self._footage is not None:
            self._hearing.take(self._footage.heard(), pictures)

    def _recorder(self, stream: Stream, grouping: Grouping | None = None) -> Recorder:
        site = self._site
        return Recorder(
            data=site.data, camera=self._camera.id, stream=stream, clock=site.clock, ids=site.ids,
            shelf=Shelf(read_volumes(site.data), site.clock), grouping=grouping,
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
        return self._save(picture_path(sighting.camera, sighting), picture)

    def _save_still(self, event: Event, which: str, picture: bytes) -> str:
        return self._save(still_path(event, which), picture)

    def _save(self, path: str, picture: bytes) -> str:
        target = self._site.data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, picture, durable=False)
        return path
