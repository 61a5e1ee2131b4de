"""Listening to a worker's cameras in turn, beside recording, which never waits for it.

Each camera's sound waits in a queue of its own. What is too much to keep is passed over at once and
told as a span, as pictures that were shed are.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from shanasheel.app.outbox import Outbox
from shanasheel.app.sound_clock import SoundClock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.footage import Packet, Shed, ShedCause
from shanasheel.domain.heard import HeardClock
from shanasheel.watch.rules import heard_event
from shanasheel.watch.sound import Impulse, ImpulseClassifier, Listener

_LOG = structlog.get_logger()
_NICENESS = 5  # as looking: recording goes first
_MOST_WAITING = 1_000  # packets of one camera, 20 s of G.711 in 20 ms, 64 s of AAC
_AT_ONCE = 50  # packets of one camera before it is another's turn

#: Takes packets of one camera's sound with our time; None ends a session. Never waits.
Listen = Callable[[Sequence[Packet] | None], None]


@dataclass(slots=True)
class _Ear:
    """One camera's queue, which is shared, and listener, which is the thread's own."""

    camera: Camera
    clock: SoundClock | None = None
    waiting: deque[Packet | None] = field(default_factory=deque)
    listener: Listener | None = None
    deaf: bool = False  # to the rest of this session: there is no decoder for it


class Listening:
    """Takes sound from every recording thread and listens to it in one thread of its own.

    Args:
        most_waiting: packets one camera's sound may wait; then what waits is passed over.
    """

    def __init__(self, *, ids: IdMaker, outbox: Outbox, most_waiting: int = _MOST_WAITING) -> None:
        self._ids, self._outbox, self._most = ids, outbox, most_waiting
        self._ears: dict[CameraId, _Ear] = {}
        self._unheard: list[Shed] = []
        self._news = threading.Condition()
        self._stopping = False

    def add(self, camera: Camera, clock: SoundClock | None = None) -> Listen:
        """Take a camera in, whose time `clock` knows; return where its sound goes."""
        ear = _Ear(camera, clock)
        with self._news:
            self._ears[camera.id] = ear
        return lambda packets: self._offer(ear, packets)

    def remove(self, identifier: CameraId) -> None:
        """Let a camera go, after its last sound was offered."""
        with self._news:
            self._ears.pop(identifier, None)

    def stop(self) -> None:
        """Ask the thread to end when it has heard what waits."""
        with self._news:
            self._stopping = True
            self._news.notify()

    def run(self, load: Callable[[], ImpulseClassifier]) -> None:
        """Listen until `stop`; the body of the thread. The classifier is loaded on need."""
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        classifier: ImpulseClassifier | None = None
        while True:
            with self._news:
                while not (self._stopping or self._unheard or self._waiting()):
                    self._news.wait()
                if self._stopping and not self._waiting():
                    break
                turns = [(ear, _taken(ear)) for ear in self._ears.values() if ear.waiting]
                unheard, self._unheard = self._unheard, []
            self._outbox.put(unheard)
            if classifier is None and turns:
                classifier = load()
            for ear, packets in turns:
                if classifier is not None:
                    self._outbox.put(self._heard(ear, packets, classifier))
        self._outbox.put(self._unheard)

    def _waiting(self) -> bool:
        return any(ear.waiting for ear in self._ears.values())

    def _offer(self, ear: _Ear, packets: Sequence[Packet] | None) -> None:
        with self._news:
            if packets is None:
                ear.waiting.append(None)
            elif packets:
                ear.waiting.extend(packets)
            if len(ear.waiting) > self._most:
                self._pass_over(ear)
            self._news.notify()

    def _pass_over(self, ear: _Ear) -> None:
        """Drop what waits; the listener begins anew after it."""
        lost = [packet for packet in ear.waiting if packet is not None]
        ear.waiting.clear()
        ear.waiting.append(None)
        start, end = _span_of(lost)
        if end > start:
            self._unheard.append(
                Shed(
                    id=self._ids.new(), camera=ear.camera.id, start=start, end=end,
                    cause=ShedCause.UNHEARD,
                )
            )  # fmt: skip
        _LOG.warning("sound_unheard", camera=ear.camera.id, packets=len(lost))

    def _heard(
        self, ear: _Ear, packets: Sequence[Packet | None], classifier: ImpulseClassifier
    ) -> list[Event]:
        found: list[Event] = []
        for packet in packets:
            try:
                impulses = _listen(ear, packet, classifier)
            except InvalidInput as fault:
                ear.deaf = True
                _LOG.warning("sound_not_heard", camera=ear.camera.id, detail=fault.message)
                continue
            except Exception:  # noqa: BLE001 - outermost loop of the thread: one camera must not deafen the others
                _LOG.exception("listening_failed", camera=ear.camera.id)
                ear.listener = None
                continue
            clock = ear.clock.read() if ear.clock and impulses else None
            found += events_of(impulses, ear.camera, self._ids, clock)
        return found


def events_of(
    impulses: Sequence[Impulse], camera: Camera, ids: IdMaker, clock: HeardClock | None = None
) -> list[Event]:
    """Return the events of those impulses that are probable enough."""
    events = [
        heard_event(camera, at=one.at, shot=one.shot, blast=one.blast, ids=ids, clock=clock)
        for one in impulses
    ]
    return [event for event in events if event is not None]


def _listen(ear: _Ear, packet: Packet | None, classifier: ImpulseClassifier) -> list[Impulse]:
    if packet is None:
        listener, ear.listener, ear.deaf = ear.listener, None, False
        return listener.flush() if listener else []
    if ear.deaf:
        return []
    if ear.listener is None:
        ear.listener = Listener(classifier)
    return ear.listener.push(packet)


def _taken(ear: _Ear) -> list[Packet | None]:
    return [ear.waiting.popleft() for _ in range(min(_AT_ONCE, len(ear.waiting)))]


def _span_of(packets: Sequence[Packet]) -> tuple[datetime, datetime]:
    times = [packet.at for packet in packets]
    return min(times), max(times)
