"""One camera's own notices, pulled beside recording: hints to look closely, and tampering."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit, urlunsplit

import structlog

from shanasheel.adapters.peers import (
    Account,
    Meaning,
    Notice,
    meaning_of,
    pull_batches,
)
from shanasheel.app.outbox import Outbox
from shanasheel.base.clock import Clock
from shanasheel.base.errors import Denied, InvalidInput, ShanasheelError
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, Tampering
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.watch.rules import tampered_event

_LOG = structlog.get_logger()
_BACKOFF_S = (2.0, 5.0, 15.0, 60.0)  # guessed: a camera restarts within a minute
_REFUSED_S = 300.0  # guessed: a login refused again and again locks accounts
_MOTION = timedelta(seconds=120)  # guessed: a device that forgets to say it is over costs so much
_MOMENT = timedelta(seconds=1)
_AGAIN = timedelta(seconds=60)  # the same finding within an alert's minute of merging says no more
_OFF = timedelta(seconds=30)  # a device's time farther from the arrival is not believed
_MOST_SOURCES = 32  # rules and sensors of one device that are told apart

Key = tuple[str, tuple[tuple[str, str], ...]]
Hint = Callable[[CameraId, datetime], None]


def device_of(camera: Camera) -> tuple[str, Account]:
    """Return the address of a camera's device service without user, and who logs in there.

    The user of the stream logs in where none is named, at the stream's own host alone: nobody who
    sets an address may have a password that is hidden from him tried elsewhere.

    Raises:
        InvalidInput: the address cannot be taken apart, or the user name cannot be one.
    """
    try:
        parts, stream = urlsplit(camera.onvif), urlsplit(camera.url)
    except ValueError:  # and no word of the address: it may hold a password
        raise InvalidInput(
            f"An address of camera {camera.id} cannot be taken apart.",
            "Write signs of its password as %XX, and an IPv6 address in brackets.",
        ) from None
    who = stream if not parts.username and stream.hostname == parts.hostname else parts
    account = Account(user=unquote(who.username or ""), password=unquote(who.password or ""))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, parts.query, "")), account


class Judgement:
    """Turns notices into a time until which something moves, and events of tampering.

    Pure: no thread, no network. Bounded: a device that names ever new sources is heard no more.
    """

    def __init__(self, camera: Camera, ids: IdMaker) -> None:
        self._camera, self._ids = camera, ids
        self._moving: dict[Key, datetime] = {}
        self._tampered: set[Key] = set()
        self._told: dict[Tampering, datetime] = {}

    def push(self, notices: Sequence[Notice], now: datetime) -> tuple[datetime | None, list[Event]]:
        """Return until when something moves, None when the notices say nothing of it, and events.

        Args:
            now: when the notices came, by our clock.
        """
        until: datetime | None = None
        events: list[Event] = []
        for notice in notices:
            meaning = meaning_of(notice.topic, notice.data)
            key = (notice.topic, notice.source)
            if meaning is None:
                continue
            if meaning.tampering is None:
                self._move(key, meaning, now)
                until = max(self._moving.values(), default=now)
            elif self._begins(key, meaning) and self._is_news(meaning.tampering, now):
                at = notice.at if abs(notice.at - now) <= _OFF else now
                events.append(
                    tampered_event(self._camera, at=at, what=meaning.tampering, ids=self._ids)
                )
        return until, events

    def start_over(self) -> None:
        """Forget what moves: a new subscription begins with what holds now."""
        self._moving.clear()

    def _move(self, key: Key, meaning: Meaning, now: datetime) -> None:
        self._moving = {one: until for one, until in self._moving.items() if until > now}
        self._moving.pop(key, None)
        if meaning.on is False or len(self._moving) >= _MOST_SOURCES:
            return
        self._moving[key] = now + (_MOMENT if meaning.on is None else _MOTION)

    def _begins(self, key: Key, meaning: Meaning) -> bool:
        """Return whether tampering begins here: a state that holds on is told once."""
        if meaning.on is None:
            return True
        if not meaning.on:
            self._tampered.discard(key)
            return False
        if key in self._tampered or len(self._tampered) >= _MOST_SOURCES:
            return False
        self._tampered.add(key)
        return True

    def _is_news(self, what: Tampering, now: datetime) -> bool:
        told = self._told.get(what)
        if told is not None and now - told < _AGAIN:
            return False
        self._told[what] = now
        return True


class CameraNotices:
    """Follows what a camera notices until `stop`. `run` is the body of its own thread.

    `state` is `starting`, `live`, `lost` or `refused`; for the status, one writer, many readers.
    Recording knows nothing of it.
    """

    def __init__(
        self, camera: Camera, *, clock: Clock, ids: IdMaker, outbox: Outbox, hint: Hint
    ) -> None:
        self.state = "starting"
        self._camera, self._clock, self._outbox, self._hint = camera, clock, outbox, hint
        self._judgement = Judgement(camera, ids)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Pull notices, and after each loss subscribe again, until `stop`."""
        attempt = 0
        while not self._stopping.is_set():
            try:
                self._follow()
            except ShanasheelError as fault:
                attempt = 0 if self.state == "live" else attempt
                self._lose("refused" if isinstance(fault, Denied) else "lost", fault)
            except Exception:  # noqa: BLE001 - outermost loop of the thread: recording goes on
                _LOG.exception("notices_failed", camera=self._camera.id)
                self.state = "lost"
            attempt += 1
            wait_s = _BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)]
            self._stopping.wait(_REFUSED_S if self.state == "refused" else wait_s)

    def stop(self) -> None:
        """Ask the thread to end; it does with the device's next answer, 15 s at most."""
        self._stopping.set()

    def _follow(self) -> None:
        xaddr, account = device_of(self._camera)
        self._judgement.start_over()
        batches = pull_batches(xaddr, account, closing=self._stopping, clock=self._clock)
        with contextlib.closing(batches):
            for notices in batches:
                if self._stopping.is_set():
                    return
                if self.state != "live":
                    _LOG.info("notices_followed", camera=self._camera.id)
                    self.state = "live"
                self._take(notices)

    def _take(self, notices: Sequence[Notice]) -> None:
        until, events = self._judgement.push(notices, self._clock.now())
        if until is not None:
            self._hint(self._camera.id, until)
        self._outbox.put(events)

    def _lose(self, state: str, fault: ShanasheelError) -> None:
        """Say it once; nothing moves any more by what was heard."""
        if self._stopping.is_set():
            return
        if self.state != state:
            _LOG.warning("notices_lost", camera=self._camera.id, reason=str(fault))
        self.state = state
        self._hint(self._camera.id, self._clock.now())
