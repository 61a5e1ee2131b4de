"""Keeping house in the hub: deleting what no rule keeps, in good time before space is needed."""

from __future__ import annotations

import shutil
import threading

import structlog

from shanasheel.actions.keeping import sweep
from shanasheel.actions.site import Site
from shanasheel.base.errors import IntegrityFault

_LOG = structlog.get_logger()
_ROUND_S = 10.0  # at 100 cameras of 4 Mbit/s the disk loses half a gigabyte in this time


class Housekeeping:
    """One thread that sweeps until `stop`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping")
        self._short = False

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the batch in hand."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_ROUND_S):
            try:
                while self._sweep() and not self._stopping.is_set():
                    pass
            except IntegrityFault as fault:
                _LOG.critical("housekeeping_ended", detail=str(fault))
                return  # the ledger takes no entries: nothing may be deleted
            except Exception:  # noqa: BLE001 - outermost loop of the thread: tried again next round
                _LOG.exception("housekeeping_failed")

    def _sweep(self) -> bool:
        disk = shutil.disk_usage(self._site.data)
        swept = sweep(self._site, free_bytes=disk.free, disk_bytes=disk.total)
        if swept.segments:
            _LOG.info("footage_deleted", segments=swept.segments, size_bytes=swept.size_bytes)
        short = swept.short_bytes > 0 and not swept.segments
        if short and not self._short:
            _LOG.error("disk_short", wanted_bytes=swept.short_bytes)
        self._short = short
        return swept.segments > 0
