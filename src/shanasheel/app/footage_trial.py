"""Rules of a camera tried on its recorded footage, which is analysed again.

One span, one camera, one pass: pictures at the camera's rate where something moves, the camera's
detector, no shield, no plates, nothing stored. Segments that have expired are missing, and said.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shanasheel.actions.cameras import camera_named, require_technician
from shanasheel.actions.rule_trial import Found, Progress, RuleTrial, check_span, note_trial
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.app.offline import for_offline
from shanasheel.app.offline_models import detector_of
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import Camera, Stream
from shanasheel.domain.footage import Segment
from shanasheel.domain.people import Person
from shanasheel.domain.seen import Sighting
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.rules import OF_WEAPONS
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision.registry import Registry

LONGEST = timedelta(hours=24)  # some hours of work on one core; longer is another day's trial
_BREAK = timedelta(seconds=5)  # a hole so long ends a session, as live


def try_on_footage(
    site: Site, who: Person, camera: Camera, *, start: datetime, end: datetime,
    progress: Progress = lambda _done, _total: None,
) -> RuleTrial:  # fmt: skip
    """Return what a camera, as it is given, raises when its footage is analysed again.

    Args:
        progress: seconds of footage done, and of all.

    Raises:
        NotFound: there is no such camera, or no footage of the span any more.
        InvalidInput: the span is empty or longer than a day.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    check_span(start, end)
    if end - start > LONGEST:
        raise InvalidInput("So much footage is not analysed in one trial.", "Give a day at most.")
    camera_named(site, camera.id)
    note_trial(site, who, camera, start, end, footage=True)
    with site.store.read() as rows:
        segments = rows.footage.segments(camera.id, Stream.MAIN, start, end)
    if not segments:
        raise NotFound(f"There is no footage of {camera.id} in that span.", "Give another.")
    return _Again(site, for_offline(camera)).look(segments, (start, end), progress)


class _Again:
    """One camera's footage analysed again, session by session."""

    def __init__(self, site: Site, camera: Camera) -> None:
        self._site, self._camera = site, camera
        self._detector = detector_of(Registry(site.data), camera)
        self._events: list[Event] = []
        self._sightings: list[Sighting] = []
        self._analysis = self._begin()
        self._missing = 0

    def look(
        self, segments: tuple[Segment, ...], span: tuple[datetime, datetime], progress: Progress
    ) -> RuleTrial:
        """Analyse segments in order and return what was raised within the span."""
        total_s = sum((one.end - one.start).total_seconds() for one in segments)
        seen_s, before = 0.0, None
        for segment in segments:
            if before is not None and segment.start - before > _BREAK:
                self._end()
            before = segment.end
            if self._push(segment):
                seen_s += (segment.end - segment.start).total_seconds()
            progress(round(seen_s), max(1, round(total_s)))
        self._end()
        raised = {rule.rule.value for rule in self._camera.rules if rule.enabled}
        raised |= {rule.value for zone in self._camera.zones for rule in zone.rules}
        raised |= {"line_crossing"} if self._camera.lines else set()
        found = [one for one in self._events
                 if one.kind.value in raised and span[0] <= one.at < span[1]]  # fmt: skip
        return RuleTrial(
            camera=self._camera, start=span[0], end=span[1], sightings=len(self._sightings),
            found=tuple(Found(event=one, sightings=()) for one in found), too_fast=(),
            weapons=tuple(sorted({rule.rule for rule in self._camera.rules if rule.enabled}
                                 & OF_WEAPONS)),
            cut=self._missing > 0, seen_s=seen_s,
        )  # fmt: skip

    def _begin(self) -> Analysis:
        camera = self._camera
        settings = AnalysisSettings(fps=camera.analysis_fps, live=False, shield=False)
        return Analysis(
            camera, self._detector, ids=self._site.ids, settings=settings,
            save_picture=lambda _sighting, _jpeg: "",
        )  # fmt: skip

    def _push(self, segment: Segment) -> bool:
        """Analyse one segment; False when its file is gone."""
        try:
            path = file_of(self._site.data, segment.path)
            footage = read_footage(path, camera=self._camera.id, start=segment.start)
        except (NotFound, FileNotFoundError):
            self._missing += 1
            return False
        self._analysis.reset()  # each file begins with a key frame, and its own times
        for packet in footage:
            found = self._analysis.push(packet)
            self._events += found.events
            self._sightings += found.sightings
        return True

    def _end(self) -> None:
        found = self._analysis.flush()
        self._events += found.events
        self._sightings += found.sightings
        self._analysis = self._begin()
