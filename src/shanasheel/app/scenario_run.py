"""One made-up happening through the real tracker and rules, with and without calibrated ground.

What a weapon model says is made up too, with error rates: looks at armed people have log odds
around 3.2, at others around -2.5. What the describer of vehicles says: `made_up_describer`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from shanasheel.app.made_up_describer import made_up
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Kind
from shanasheel.domain.seen import Detections, LeftThing, SecondLook, Sighting, Tracks
from shanasheel.warn import joined
from shanasheel.watch.rules import Agreement, RuleSet, weapon_event
from shanasheel.watch.scenarios import Scenario, Truth, warm_up
from shanasheel.watch.scenarios.actors import Actor
from shanasheel.watch.scenarios.painting import Grey
from shanasheel.watch.tracking import FalseObjects, FinishedTrack, Tracker, sighting_of
from shanasheel.watch.vision import LeftThings, cover_of

_EARLY_S, _LATE_S = 1.0, 3.0  # an event so far outside its truth's span still finds it
_LOOK_EVERY = 3  # pictures between two looks at one person
_ARMED, _UNARMED = (3.2, 1.5), (-2.5, 1.2)  # mean and spread of log odds
_IDS = IdMaker(SystemClock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Truths that were found, and events that no truth is behind."""

    found: tuple[EventKind, ...]
    false: tuple[EventKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one scenario raised: kinds and seconds from its first picture."""

    truths: tuple[Truth, ...]
    with_ground: tuple[tuple[EventKind, float], ...]
    without: tuple[tuple[EventKind, float], ...]

    def judged(self, *, measured: bool) -> Judged:
        """Return how what was raised stands to the truth."""
        raised = self.with_ground if measured else self.without
        return Judged(
            found=tuple(
                truth.kind for truth in self.truths if any(_explains(truth, one) for one in raised)
            ),
            false=tuple(
                one[0] for one in raised if not any(_explains(truth, one) for truth in self.truths)
            ),
        )


def _explains(truth: Truth, raised: tuple[EventKind, float]) -> bool:
    kind, at_s = raised
    return kind is truth.kind and truth.start_s - _EARLY_S <= at_s <= truth.end_s + _LATE_S


def run_scenario(scenario: Scenario) -> Outcome:
    """Return what a scenario raises."""
    run = _Run(scenario)
    run.warm_up()
    for filmed in scenario.film():
        run.push(filmed.detections, filmed.actors, filmed.grey)
    run.finish()
    return Outcome(
        truths=tuple(scenario.script.truths),
        with_ground=run.told(run.events[0]),
        without=run.told(run.events[1]),
    )


@dataclass(slots=True)
class _Run:
    scenario: Scenario
    events: tuple[list[Event], list[Event]] = field(default_factory=lambda: ([], []))
    tracker: Tracker = field(init=False)
    false_objects: FalseObjects = field(default_factory=FalseObjects)
    rules: tuple[RuleSet, RuleSet] = field(init=False)
    agreement: Agreement = field(default_factory=Agreement)
    random: np.random.Generator = field(init=False)
    votes: dict[int, Counter[int]] = field(default_factory=dict)
    now: dict[int, int] = field(default_factory=dict)  # whom each track is on in this picture
    frames: int = 0
    left_things: LeftThings = field(default_factory=LeftThings)

    def __post_init__(self) -> None:
        camera = self.scenario.camera
        self.tracker = Tracker(camera.id)
        self.rules = (RuleSet(camera, _IDS), RuleSet(camera, _IDS))
        self.random = np.random.default_rng([self.scenario.seed, 11])

    def warm_up(self) -> None:
        """Let the rules without a calibrated ground learn the view first, as in any street."""
        tracker = Tracker(self.scenario.camera.id)
        for filmed in warm_up(self.scenario).film():
            self.rules[1].push(tracker.push(filmed.detections))

    def push(
        self, detections: Detections, actors: np.ndarray[tuple[int, ...], np.dtype[np.int32]],
        grey: Grey | None = None,
    ) -> None:  # fmt: skip
        self.frames += 1
        tracks = self.false_objects.without(self.tracker.push(detections), detections)
        self.now.clear()
        for row, track in enumerate(tracks.ids.tolist()):
            apart = np.abs(detections.boxes - tracks.boxes[row]).sum(axis=1)
            self.now[track] = int(actors[int(apart.argmin())])
            self.votes.setdefault(track, Counter())[self.now[track]] += 1
        left: tuple[LeftThing, ...] = ()
        if grey is not None:
            cover = cover_of(detections, self.tracker.missed())
            left = self.left_things.look(grey, detections.at, cover)
        self.events[0].extend(self.rules[0].push(tracks, self.scenario.ground, left))
        self.events[1].extend(self.rules[1].push(tracks, None, left))
        self._look(tracks)
        self._finish(self.tracker.finished())

    def finish(self) -> None:
        self.tracker.flush()
        self._finish(self.tracker.finished())
        for events in self.events:
            self._join(events)

    def told(self, events: list[Event]) -> tuple[tuple[EventKind, float], ...]:
        start = self.scenario.start
        return tuple((event.kind, (event.at - start).total_seconds()) for event in events)

    def _actor(self, track: int) -> Actor | None:
        number = self.votes[track].most_common(1)[0][0]
        return None if number < 0 else self.scenario.script.actors[number]

    def _look(self, tracks: Tracks) -> None:
        """Look a second time at people now and then, as a weapon model would."""
        for row, (track, kind) in enumerate(zip(tracks.ids.tolist(), tracks.kinds, strict=True)):
            if kind != 1 or (self.frames + track) % _LOOK_EVERY:
                continue
            number = self.now[track]  # a model sees who is there, not whom the track began with
            actor = None if number < 0 else self.scenario.script.actors[number]
            mean, spread = _ARMED if actor is not None and actor.armed else _UNARMED
            x1, y1, x2, y2 = (float(edge) for edge in tracks.boxes[row])
            size = (tracks.width_px, tracks.height_px)
            look = SecondLook(
                track=track, at=tracks.at, log_odds=float(self.random.normal(mean, spread)),
                box=(x1 / size[0], y1 / size[1], x2 / size[0], y2 / size[1]),
            )  # fmt: skip
            for rules in self.rules:
                rules.looked(look)
            finding = self.agreement.push(look)
            if finding is None:
                continue
            event = weapon_event(self.scenario.camera, finding, ids=_IDS)
            for events, rules in zip(self.events, self.rules, strict=True):
                events += [event, *rules.weapon(event)]

    def _finish(self, finished: list[FinishedTrack]) -> None:
        for track in finished:
            self.agreement.forget(track.id)
            if self.false_objects.is_false(track) or track.id not in self.votes:
                continue
            sighting = sighting_of(track, camera=self.scenario.camera.id, ids=_IDS)
            if sighting is None:
                continue
            described = self._described(sighting, self._actor(track.id))
            for events, rules in zip(self.events, self.rules, strict=True):
                events += rules.seen([described])

    def _described(self, sighting: Sighting, actor: Actor | None) -> Sighting:
        if sighting.kind is not Kind.VEHICLE or actor is None:
            return sighting
        return made_up(sighting, self.random, bare=actor.bare, dark=actor.dark)

    def _join(self, events: list[Event]) -> None:
        """Hear the script's shots, and join them with what was seen."""
        for shot_s in self.scenario.script.shots_s:
            at = self.scenario.start + timedelta(seconds=shot_s)
            shot = Event(
                id=_IDS.new(), camera=self.scenario.camera.id, kind=EventKind.SHOT_HEARD, at=at,
                start=at, confidence=0.9, detail="shot",
            )  # fmt: skip
            both = joined(shot, events, _IDS)
            events += [both] if both else []


__all__ = ["Judged", "Outcome", "run_scenario"]
