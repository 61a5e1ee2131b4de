"""What one camera's packets become, top to bottom like the picture of the flow.

    packet ─> activity ─> decode ─> detect ─> track ─> rules ─> events
                             │         └────> shield ─> shielded stream
                             └─> tamper                └─> sightings

The only module that knows the stages. Recording is not here: it never waits for any of this.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Camera, ViewFrom
from shanasheel.domain.footage import Packet
from shanasheel.domain.seen import ActiveSpan, Detections, Sighting, Tracks
from shanasheel.watch.activity import ActiveSpans, PacketActivity
from shanasheel.watch.rules import Agreement, RuleSet, TamperFinding, view_event, weapon_event
from shanasheel.watch.tracking import FalseObjects, FinishedTrack, Tracker, sighting_of
from shanasheel.watch.vision import (
    Closeups,
    Describer,
    Detector,
    GoodStills,
    LeftThings,
    Masks,
    PacketDecoder,
    Picture,
    Planes,
    Searched,
    Searcher,
    SecondLooks,
    Shield,
    ShieldedEncoder,
    TamperChange,
    TamperWatch,
    still,
    whole_view,
)

_SAFETY_NET_S = 4.0  # a quiet camera's key frames are looked at this often (guess)
_REPEAT_S = 0.5  # a quiet camera's shielded picture is sent again this often, so live stays live
LATE_S = 0.8  # pictures older than this against the newest packet are not looked at
_STILL_S = 1.0  # looks alike for so long: the camera rests (guess; longer only costs)
_SETTLE = timedelta(seconds=0.5)  # sizes tell of movement this long after it (smoothing)
_MOST_PENDING = 1_200  # packets of one group of pictures kept undecoded; then wait for a key frame

SavePicture = Callable[[Sighting, bytes], str]
SaveStill = Callable[[Event, str, bytes], str]  # an event, a word for which of its pictures, JPEG


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSettings:
    """How thoroughly one camera is looked at.

    Args:
        fps: pictures a second looked at while something moves; None looks at every picture.
        gate: let activity decide what is decoded; off decodes everything.
        live: pictures that come late are skipped to stay near the present.
        shield: make the shielded stream.
        shielded_px: width of the shielded picture.
    """

    fps: float | None = 5.0
    gate: bool = True
    live: bool = True
    shield: bool = True
    shielded_px: int = 640


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A picture that was looked at, what was found or missed in it, and what of it is hidden."""

    picture: Picture
    detections: Detections
    missed: Tracks | None
    masks: Masks


@dataclass(slots=True, kw_only=True)
class Findings:
    """What one push brought to light; `late` are spans `[start, end)` skipped for being late."""

    finished: list[FinishedTrack] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    active: list[ActiveSpan] = field(default_factory=list)
    shielded: list[Packet] = field(default_factory=list)
    pictures: list[Looked] = field(default_factory=list)
    late: list[tuple[datetime, datetime]] = field(default_factory=list)


@dataclass(slots=True)
class Counts:
    """What was looked at so far; only the analysing thread writes."""

    packets: int = 0
    decoded: int = 0
    detected: int = 0
    tracks: int = 0
    sightings: int = 0
    events: int = 0
    active: bool = False
    moving: bool = False
    covered: bool = False
    tampering: tuple[EventKind, ...] = ()  # what holds now


class Analysis:
    """Looks at one session of one camera. Not shared between threads; the detector may be."""

    def __init__(  # noqa: PLR0913 - what is looked at, with what, and where results go
        self,
        camera: Camera,
        detector: Detector,
        *,
        ids: IdMaker,
        settings: AnalysisSettings,
        save_picture: SavePicture,
        describer: Describer | None = None,
        save_still: SaveStill = lambda _event, _which, _jpeg: "",
        second_looks: SecondLooks | None = None,
    ) -> None:
        self.counts = Counts()
        self.ground = camera.ground  # may be changed at any time
        self._side = camera.view is ViewFrom.SIDE
        self._camera, self._ids = camera, ids
        self._settings, self._save_picture = settings, save_picture
        self._activity = PacketActivity(camera.id)
        self._spans = ActiveSpans(camera.id)
        self._tracker, self._false_objects = Tracker(camera.id), FalseObjects()
        self._rules, self._left_things = RuleSet(camera, ids), LeftThings()
        self._tamper = TamperWatch(loops="://" in camera.url or not camera.loop)
        self._good, self._save_still = GoodStills(), save_still
        self._shield = Shield(camera.shielding, width_px=settings.shielded_px)
        self._searcher = Searcher(detector, spare=settings.gate)
        self._changed_at: datetime | None = None
        self._stills: dict[int, tuple[float, bytes]] = {}
        self._describer = describer or Describer()
        self._closeups = Closeups(plates=self._describer.plates)
        self._second_looks, self._agreement = second_looks, Agreement()
        self._decoder: PacketDecoder | None = None
        self._encoder: ShieldedEncoder | None = None
        self._pending: deque[Packet] = deque()
        self._next_due: datetime | None = None
        self._late_since: datetime | None = None
        self._last_at: datetime | None = None
        self._last_key: datetime | None = None
        self._last_shielded: datetime | None = None

    def push(self, packet: Packet, newest: datetime | None = None) -> Findings:
        """Take the next packet in decoding order; return what came to light.

        `newest` is when the newest packet waiting arrived: pictures far behind it are not looked
        at, so that a machine under load stays near the present.

        After `reset`, packets before the next key frame are passed over.
        """
        findings = Findings()
        self.counts.packets += 1
        self._last_at = packet.at
        self._tamper.note_packet(packet)
        if self._tamper.wants_closer(packet.at):
            self._activity.hold(packet.at)
        activity = self._activity.push(packet)
        self.counts.active = activity.active or not self._settings.gate
        self.counts.moving = activity.moving
        if not self.counts.active:
            self._end_late(packet.at, findings)  # nothing is due any more
        ended = self._spans.push(packet.at, moving=activity.moving)
        findings.active += [ended] if ended else []
        for picture in self._decode(packet, active=self.counts.active):
            self._tamper.note(picture)
            if self._due(picture, newest=newest or packet.at):
                self._look(picture, findings)
        self._repeat_when_quiet(packet.at, findings)
        self._judge_weapons(findings)
        self._finish_tracks(self._tracker.finished(), findings)
        self._tell(self._describer.ready(), findings)
        return findings

    def hint(self, at: datetime) -> None:
        """Look closely from `at` on for the hold time: the camera itself noticed something.

        Call before the packet of that time is pushed.
        """
        self._activity.hold(at)

    def flush(self) -> Findings:
        """End the session: decode what is held back, finish every track."""
        findings = Findings()
        if self._decoder is not None:
            for picture in self._decoder.flush():
                if self._due(picture, newest=picture.at):
                    self._look(picture, findings)
        if self._last_at is not None:
            self._end_late(self._last_at, findings)
        ended = self._spans.end()
        findings.active += [ended] if ended else []
        self._judge_weapons(findings, end=True)
        self._tracker.flush()
        self._finish_tracks(self._tracker.finished(), findings)
        self._tell(self._describer.ready(end=True), findings)
        if self._encoder is not None:
            findings.shielded += self._encoder.flush()
        return findings

    def watch_for(self, camera: Camera) -> None:
        """Judge by the camera's ground, zones, lines and rules as they are from now on.

        What had begun by other ones is forgotten; tracks go on.
        """
        if camera is self._camera:
            return
        if camera.watched != self._camera.watched:
            self._rules = RuleSet(camera, self._ids)
        self._camera, self.ground = camera, camera.ground

    def reset(self) -> None:
        """Forget undecoded packets after some were shed; the next key frame starts anew."""
        self._pending.clear()
        self._decoder = None

    def _decode(self, packet: Packet, *, active: bool) -> list[Picture]:
        """Decode this packet, and those of its group held back, when it is worth it."""
        if packet.is_key:
            self._pending.clear()
        elif self._decoder is None and not self._pending:
            return []  # no key frame yet
        self._pending.append(packet)
        if len(self._pending) > _MOST_PENDING:
            self.reset()
            return []
        net = packet.is_key and (
            self._last_key is None or (packet.at - self._last_key).total_seconds() >= _SAFETY_NET_S
        )
        if not (active or net):
            return []
        if packet.is_key:
            self._last_key = packet.at
        if self._decoder is None:
            rate, fps = packet.format.frame_rate or 0.0, self._settings.fps
            # Patterns leave at least every third picture to refer to: enough for the rate.
            thinned = self._settings.gate and fps is not None and rate >= 3 * fps
            self._decoder = PacketDecoder(
                packet.format, rough=self._settings.gate, skip_disposable=thinned
            )
        pictures: list[Picture] = []
        while self._pending:
            pictures += self._decoder.push(self._pending.popleft())
            self.counts.decoded += 1
        return pictures

    def _due(self, picture: Picture, *, newest: datetime) -> bool:
        if self._settings.fps is None:
            return True
        if self._next_due is not None and picture.at < self._next_due:
            return False
        if self._settings.live and (newest - picture.at).total_seconds() > LATE_S:
            self._late_since = self._late_since or picture.at
            return False
        # A tenth of a period early is on time: 10 fps cameras would else alternate 0.2 s, 0.3 s.
        period_s = 1.0 / self._settings.fps
        self._next_due = picture.at + timedelta(seconds=0.9 * period_s)
        return True

    def _end_late(self, at: datetime, findings: Findings) -> None:
        since, self._late_since = self._late_since, None
        if since is not None and since < at:
            findings.late.append((since, at))

    def _look(self, picture: Picture, findings: Findings) -> None:
        """Detect, track, judge and shield one picture."""
        self._end_late(picture.at, findings)
        found = self._search(picture)
        detections, searched = found.detections, found.asked
        tracks = self._false_objects.without(
            self._tracker.push(detections), detections, parts=found.parts
        )
        missed = self._tracker.missed()
        seen = (picture, detections, missed)
        left = self._left_things.push(*seen) if self._rules.wants_left else ()
        events = self._rules.push(tracks, self.ground, left)
        self._closeups.keep(picture, tracks)
        masks = self._shield.cover(picture, detections, missed)
        events += self._judge_view(picture, masks)
        self._keep_stills(picture, masks, tracks)
        if self._second_looks is not None and searched:  # an unchanged picture says nothing new
            self._second_looks.offer(picture, tracks, masks)
        if self._settings.shield and (searched or not self._settings.live):
            self._send_shielded(self._shield.render(picture, masks), picture.at, findings)
        self.counts.tracks = max(self.counts.tracks, int(tracks.ids.max(initial=0)))
        self.counts.events += len(events)
        findings.events += events
        findings.pictures.append(
            Looked(picture=picture, detections=detections, missed=missed, masks=masks)
        )

    def _search(self, picture: Picture) -> Searched:
        """Return what is in the picture; what has changed in it opens or closes the gate."""
        found = self._searcher.search(picture)
        self.counts.detected += found.asked
        if not self._settings.gate:
            return found
        if found.changed is not False:
            self._changed_at = picture.at
            if found.changed:  # the first picture of a session says nothing
                self._activity.hold(picture.at)
        elif self._changed_at and (picture.at - self._changed_at).total_seconds() >= _STILL_S:
            self._activity.rest(self._changed_at + _SETTLE, picture.at)
        return found

    def _judge_view(self, picture: Picture, masks: Masks) -> list[Event]:
        """Return what tampering begins here; look closer while there is a doubt."""
        changes = self._tamper.push(picture)
        self.counts.tampering = self._tamper.states
        self.counts.covered = EventKind.CAMERA_COVERED in self.counts.tampering
        if self._tamper.good:
            self._good.keep(picture, masks)
        return [self._view_event(one, picture, masks) for one in changes if one.on]

    def _view_event(self, change: TamperChange, picture: Picture, masks: Masks) -> Event:
        finding = TamperFinding(
            kind=change.kind, at=change.at, start=change.start, score=change.score,
            loop_s=change.loop_s,
        )  # fmt: skip
        event = view_event(self._camera, finding, ids=self._ids)
        good = self._good.before(change.start)
        return replace(
            event,
            good_picture=self._save_still(event, "good", good) if good else "",
            picture=self._save_still(event, "now", whole_view(picture, masks)),
        )

    def _judge_weapons(self, findings: Findings, *, end: bool = False) -> None:
        """Tell where second looks at one person agree."""
        looks = self._second_looks.ready(end=end) if self._second_looks else []
        for look in looks:
            self._rules.looked(look)
            found = self._agreement.push(look)
            if found is None:
                continue
            event = weapon_event(self._camera, found, ids=self._ids)
            marked = self._save_still(event, "now", found.best.picture)
            event = replace(event, picture=marked)
            raised = [event, *self._rules.weapon(event)]
            findings.events += raised
            self.counts.events += len(raised)

    def _send_shielded(self, shown: Planes, at: datetime, findings: Findings) -> None:
        if self._encoder is None:
            self._encoder = ShieldedEncoder(self._camera.id, shown)
        findings.shielded += self._encoder.push(shown, at)
        self._last_shielded = at

    def _repeat_when_quiet(self, now: datetime, findings: Findings) -> None:
        """Send the last shielded picture again, so that a quiet camera's view stays live."""
        if self._encoder is None or self._last_shielded is None or not self._settings.live:
            return
        if (now - self._last_shielded).total_seconds() >= _REPEAT_S:
            findings.shielded += self._encoder.repeat(now)
            self._last_shielded = now

    def _keep_stills(self, picture: Picture, masks: Masks, tracks: Tracks) -> None:
        """Keep the clearest shielded picture of each track while it lasts."""
        for track, box, score in zip(tracks.ids, tracks.boxes, tracks.scores, strict=True):
            best = self._stills.get(int(track))
            if best is None or score > best[0] + 0.08:
                cut = still(picture, masks, box=tuple(float(edge) for edge in box))
                self._stills[int(track)] = (float(score), cut)

    def _finish_tracks(self, finished: Sequence[FinishedTrack], findings: Findings) -> None:
        for track in finished:
            self._agreement.forget(track.id)
            if self._second_looks is not None:
                self._second_looks.forget(track.id)
            kept = self._stills.pop(track.id, None)
            views = self._closeups.take(track.id)
            if self._false_objects.is_false(track):
                continue
            findings.finished.append(track)
            sighting = sighting_of(track, camera=self._camera.id, ids=self._ids, ground=self.ground)
            if sighting is None:
                continue
            if kept is not None:
                sighting = replace(sighting, picture=self._save_picture(sighting, kept[1]))
            self.counts.sightings += 1
            self._tell(self._describer.put(sighting, views, side=self._side), findings)

    def _tell(self, sightings: Sequence[Sighting], findings: Findings) -> None:
        events = self._rules.seen(sightings)
        findings.sightings += sightings
        findings.events += events
        self.counts.events += len(events)
