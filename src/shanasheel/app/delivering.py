"""Telling receivers in the hub: looks what is due, and wakes the courier of each receiver."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from shanasheel.actions.delivering import due
from shanasheel.actions.site import Site
from shanasheel.app.courier import Courier
from shanasheel.app.senders import MakeSender, make_sender
from shanasheel.base.errors import Conflict, Unavailable
from shanasheel.domain.receivers import Delivery, Receiver, ReceiverKind

_LOG = structlog.get_logger()
_POLL_S = 0.05  # of the half second that an alert may take to a subscriber
_DUE_S = 0.5  # how soon it is noticed that a pause is over, or what another process queued
_LOOK_S = 2.0  # how soon a new or changed receiver is noticed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a courier was made of: when it changes, another one takes over."""

    receiver: Receiver
    secret: str
    cameras: str


class Delivering:
    """Owns a courier for every receiver from `start` to `stop`."""

    def __init__(
        self, site: Site, run: Path, told: Callable[[Delivery], None] = lambda _delivery: None,
        make: MakeSender = make_sender,
    ) -> None:  # fmt: skip
        self._site, self._run_folder, self._told, self._make = site, run, told, make
        self._couriers: dict[str, tuple[_Known, Courier]] = {}
        self._ending: dict[str, Courier] = {}
        self._stopping = threading.Event()
        self._down = False
        self._seen, self._rest_s = -1, 0.0
        self._thread = threading.Thread(target=self._run, name="delivering", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End every courier after its message in hand."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with delivering_alone(self._run_folder):
                    self._deliver_until_stopped()
            except Conflict:
                self._stopping.wait(_LOOK_S)  # a command sends its test; it is done soon

    def _deliver_until_stopped(self) -> None:
        beat_s = 0.0
        try:
            while not self._stopping.is_set():
                if beat_s <= 0:
                    self._guarded(self._look)
                    beat_s = _LOOK_S
                if self._couriers:
                    self._guarded(self._wake)
                rest_s = _POLL_S if self._couriers or self._ending else _LOOK_S
                beat_s -= rest_s
                self._stopping.wait(rest_s)
        finally:
            couriers = [*(one for _, one in self._couriers.values()), *self._ending.values()]
            for courier in couriers:
                courier.end()
            for courier in couriers:
                courier.stop()
            self._couriers.clear()

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
            self._down = False
        except Unavailable as fault:
            if not self._down:
                _LOG.error("store_unavailable", detail=str(fault))
            self._down = True
        except Exception:  # noqa: BLE001 - outermost loop of the thread: messages stay queued
            _LOG.exception("delivering_failed")

    def _wake(self) -> None:
        """Wake who has something due; asks the database only when it changed, or now and then."""
        changes = self._site.store.changes
        self._rest_s -= _POLL_S
        if changes == self._seen and self._rest_s > 0:
            return
        self._seen, self._rest_s = changes, _DUE_S
        for receiver in due(self._site):
            if receiver in self._couriers:
                self._couriers[receiver][1].wake()

    def _look(self) -> None:
        """Make a courier for every receiver that is new or changed; end those of the gone."""
        known = self._receivers()
        for identifier, (before, courier) in list(self._couriers.items()):
            if known.get(identifier) != before:
                courier.end(retired=identifier not in known)
                self._ending[identifier] = courier
                del self._couriers[identifier]
        self._ending = {key: one for key, one in self._ending.items() if not one.ended}
        for identifier, one in known.items():
            # Two at once could let a cancellation overtake what it cancels.
            if identifier not in self._couriers and identifier not in self._ending:
                courier = Courier(self._site, one.receiver, one.secret, self._make, self._told)
                self._couriers[identifier] = one, courier
                courier.start()

    def _receivers(self) -> dict[str, _Known]:
        with self._site.store.read() as rows:
            cameras = rows.cameras.revision()
            return {
                one.id: _Known(
                    receiver=one,
                    secret=rows.receivers.secret(one.id),
                    # A broker is told which cameras there are.
                    cameras=cameras if one.kind is ReceiverKind.MQTT else "",
                )
                for one in rows.receivers.all()
            }


@contextmanager
def delivering_alone(run: Path) -> Iterator[None]:
    """Keep any other process of this data folder from delivering meanwhile.

    Raises:
        Conflict: another one delivers.
    """
    descriptor = os.open(run / "delivering.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise Conflict("Another process tells the receivers.", "Wait until it ends.") from fault
        yield
    finally:
        os.close(descriptor)
