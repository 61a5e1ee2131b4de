"""Finishing files that were handed in, whose preparation was interrupted by a kill."""

from __future__ import annotations

from datetime import datetime, timedelta

from shanasheel.actions.cameras import camera_named
from shanasheel.actions.file_clocks import FileClock
from shanasheel.actions.ingest import absorb
from shanasheel.actions.intake_outcomes import IntakeState, begin_outcome, end_outcome, outcome_of
from shanasheel.actions.site import Site
from shanasheel.app.intake_work import IntakeWork, Progress, process
from shanasheel.base.clock import from_us
from shanasheel.domain.cameras import Camera, Stream
from shanasheel.domain.footage import Gap, GapCause
from shanasheel.domain.keeping import Intake
from shanasheel.domain.wire import to_line
from shanasheel.watch.recording import Recorder, recover
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import Detector

_HOLE = timedelta(seconds=1.5)  # as within a camera's session: a longer one is a gap


def interrupted_intakes(site: Site) -> tuple[str, ...]:
    """Return the ids of what can be finished: only of cameras that no worker records."""
    with site.store.read() as rows:
        retired = {camera.id for camera in rows.cameras.all() if camera.retired}
        taken = rows.keeping.intakes()
    return tuple(
        one.id
        for one in reversed(taken)
        if one.camera in retired and outcome_of(site, one.id).state is IntakeState.INTERRUPTED
    )


def finish_intake(site: Site, identifier: str, *, detector: Detector, progress: Progress) -> None:
    """Go on where the killed process stopped: what it stored stays, the rest is made.

    Raises:
        InvalidInput, NotFound: the original cannot be read.
    """
    with site.store.read() as rows:
        intake = next(one for one in rows.keeping.intakes() if one.id == identifier)
    begin_outcome(site, intake.id)
    camera = camera_named(site, intake.camera)
    ends = {stream: _rescued(site, intake, camera, stream) for stream in _STREAMS}
    clock = FileClock(stated=intake.stated, ahead_s=intake.ahead_s, drift_s_day=intake.drift_s_day)
    work = IntakeWork(
        site, intake, camera, detector, main_from=ends[Stream.MAIN],
        shielded_from=ends[Stream.SHIELDED],
    )  # fmt: skip
    try:
        footage = read_footage(
            site.data / intake.path, camera=camera.id, start=clock.corrected(), sound=camera.sound
        )
        process(work, footage, clock, progress)
        _tell_hole(site, intake, camera, ends[Stream.MAIN])
    except BaseException as fault:
        end_outcome(site, intake.id, failed=str(fault) or type(fault).__name__)
        raise
    end_outcome(
        site, intake.id, segments=work.segments, sightings=work.sightings, events=work.events,
        warning=footage.detail or work.warning,
    )  # fmt: skip


_STREAMS = (Stream.MAIN, Stream.SOUND, Stream.SHIELDED)


def _rescued(site: Site, intake: Intake, camera: Camera, stream: Stream) -> datetime:
    """Take in what lies open of a stream; return until when it is stored."""
    found = recover(site.data, camera.id, stream, site.clock, site.ids)
    if found.segments:
        absorb(site, f"intake-{intake.id}", [to_line(one) for one in found.segments], "0:0")
    keeper = Recorder(
        data=site.data, camera=camera.id, stream=stream, clock=site.clock, ids=site.ids
    )
    for segment in found.segments:
        keeper.acknowledge(segment)
    with site.store.read() as rows:
        spans = rows.footage.spans(camera.id, stream, intake.start, intake.end)
    return max((from_us(end) for _start, end in spans), default=intake.start)


def _tell_hole(site: Site, intake: Intake, camera: Camera, until: datetime) -> None:
    """Record the footage that the kill cost as a gap; the original has it."""
    with site.store.read() as rows:
        spans = rows.footage.spans(camera.id, Stream.MAIN, until, intake.end)
    after = min((from_us(start) for start, _end in spans), default=until)
    if until > intake.start and after - until > _HOLE:
        gap = Gap(
            id=site.ids.new(), camera=camera.id, start=until, end=after,
            cause=GapCause.WORKER_KILLED, detail="while a file was taken in",
        )  # fmt: skip
        absorb(site, f"intake-{intake.id}", [to_line(gap)], "0:0")
