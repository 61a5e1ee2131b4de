"""Taking in footage that others hand in: the original first, then segments, then analysis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.actions import handing_in
from shanasheel.actions.file_clocks import FileClock
from shanasheel.actions.handing_in import Original
from shanasheel.actions.intake_outcomes import begin_outcome, end_outcome
from shanasheel.actions.site import Site
from shanasheel.app.intake_work import IntakeWork, Progress, process
from shanasheel.base.errors import ShanasheelError
from shanasheel.domain.cameras import Camera, Place
from shanasheel.domain.keeping import Intake
from shanasheel.domain.people import Person
from shanasheel.watch.sources import read_footage
from shanasheel.watch.sources.footage import Footage
from shanasheel.watch.vision import Detector


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
    work = IntakeWork(site, intake, camera, detector)
    try:
        process(work, footage, handed.clock, progress)
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
    footage = read_footage(
        site.data / original.path, camera=camera.id, start=clock.corrected(), sound=camera.sound
    )
    end = clock.corrected(timedelta(seconds=max(footage.duration_s, 0.04)))
    handing_in.check_span(site, camera.id, clock.corrected(), end)
    intake = handing_in.record_intake(
        site, who, identifier=identifier, camera=camera.id, original=original,
        name=handed.file.name, clock=clock, end=end, handed_by=handed.handed_by, note=handed.note,
        handed_at=handed.handed_at,
    )  # fmt: skip
    return footage, intake
