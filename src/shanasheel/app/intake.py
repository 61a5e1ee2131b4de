"""The hub's two threads: spools into rows, and facts into the ledger."""

from __future__ import annotations

import threading

import structlog

from shanasheel.actions.cameras import camera_ids
from shanasheel.actions.ingest import absorb
from shanasheel.actions.site import Site
from shanasheel.api import Updates
from shanasheel.api.present import alert as present_alert
from shanasheel.app.folder import DataFolder
from shanasheel.app.machine import Machine
from shanasheel.app.signing_watch import SigningWatch
from shanasheel.base.errors import IntegrityFault, Unavailable
from shanasheel.watch.recording import SpoolReader

_POLL_S = 0.1  # an alert must reach a page within 2 s of its frame
_SEQUENCE_S = 1.0  # research: a checkpoint at least every 5 s while anything happens
_LOG = structlog.get_logger()


class Intake:
    """Owns both threads from `start` to `stop`; `stop` takes in what is left first."""

    def __init__(self, site: Site, folder: DataFolder, updates: Updates, machine: Machine) -> None:
        self._site, self._folder = site, folder
        self._updates, self._machine = updates, machine
        self._stopping = threading.Event()
        self._down = False
        self._signing = SigningWatch(site, updates)
        self._threads = [
            threading.Thread(target=self._absorb_forever, name="absorb"),
            threading.Thread(target=self._sequence_forever, name="sequence"),
        ]

    def start(self) -> None:
        """Start both threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both threads, then absorb and log what is left."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._absorb_all()
        self._site.sequencer.catch_up()

    def _absorb_forever(self) -> None:
        beat = 0
        while not self._stopping.wait(_POLL_S):
            try:
                self._absorb_all()
                beat += 1
                if beat % 10 == 0:
                    self._publish_status()
                self._down = False
            except Unavailable as fault:
                if not self._down:
                    _LOG.error("store_unavailable", detail=str(fault))
                self._down = True
            except Exception:  # noqa: BLE001 - outermost loop of the thread: the spool keeps everything
                _LOG.exception("intake_failed")

    def _sequence_forever(self) -> None:
        while not self._stopping.wait(_SEQUENCE_S):
            try:
                self._site.sequencer.catch_up()
                self._signing.look()
            except IntegrityFault as fault:
                _LOG.critical("ledger_fault", detail=str(fault))
                self._tell_stopped()
                return  # nothing is signed any more: a person must look
            except Unavailable:
                continue  # said by the other thread
            except Exception:  # noqa: BLE001 - outermost loop of the thread: facts stay in the store
                _LOG.exception("sequencing_failed")

    def _tell_stopped(self) -> None:
        while True:
            try:
                return self._signing.look()
            except Exception:  # noqa: BLE001 - outermost loop of the thread: people must be told
                _LOG.exception("stopped_ledger_untold")
            if self._stopping.wait(_SEQUENCE_S):
                return None

    def _absorb_all(self) -> None:
        for spool in sorted(self._folder.spools.iterdir()):
            while self._absorb_some(spool.name):
                pass

    def _absorb_some(self, spool: str) -> bool:
        """Absorb one batch of one spool; return whether there may be more."""
        with self._site.store.read() as rows:
            cursor = rows.footage.cursor(spool)
        reader = SpoolReader(self._folder.spools / spool)
        lines, after = reader.read(cursor)
        if not lines:
            return False
        absorbed = absorb(self._site, spool, lines, after)
        for reason in absorbed.rejected:
            _LOG.error("spool_line_rejected", spool=spool, reason=reason)
        for alert in absorbed.alerts:
            self._updates.publish({"type": "alert", "alert": present_alert(alert)})
        reader.discard(after)
        return True

    def _publish_status(self) -> None:
        status = self._machine.cameras()
        cameras = [
            {"id": camera, "status": dict(status.get(camera, {"state": "starting"}))}
            for camera in camera_ids(self._site)
        ]
        self._updates.publish({"type": "status", "cameras": cameras})
