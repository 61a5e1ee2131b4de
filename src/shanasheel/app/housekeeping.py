"""Keeping house in the hub: deleting what no rule keeps, in good time before space is needed."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import structlog

from shanasheel.actions.erasing import erase_records
from shanasheel.actions.forgetting import forget_messages
from shanasheel.actions.site import Site
from shanasheel.actions.sweeping import Mark, sweep
from shanasheel.base.errors import IntegrityFault
from shanasheel.watch.recording import Look, look, read_volumes

_LOG = structlog.get_logger()
_ANEW_S = 3600.0  # so late at most is noticed that a hold is released
_ROUND_S = 10.0  # at 100 cameras of 4 Mbit/s the disk loses half a gigabyte in this time


class Housekeeping:
    """One thread that sweeps until `stop`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping")
        self._short = self._forgotten = self._erased = False
        self._message_mark = ""
        self._marks: Mapping[str, Mark] = {}
        self._began_s = site.clock.monotonic_s()
        self._states: dict[str, str] = {}

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
        now_s = self._site.clock.monotonic_s()
        if now_s - self._began_s > _ANEW_S:
            self._marks, self._began_s = {}, now_s
            self._forgotten = self._erased = False
        if not self._forgotten:
            self._forget()
        if not self._erased:
            self._erase()
        looks = [look(volume) for volume in read_volumes(self._site.data)]
        self._tell(looks)
        swept = sweep(self._site, looks, self._marks)
        self._marks = swept.marks
        if swept.segments:
            _LOG.info("footage_deleted", segments=swept.segments, size_bytes=swept.size_bytes)
        short = swept.short_bytes > 0 and not swept.segments
        if short and not self._short:
            _LOG.error("disk_short", wanted_bytes=swept.short_bytes)
        self._short = short
        return swept.more

    def _forget(self) -> None:
        """Delete what receivers were told long ago; the rest of it in the next round."""
        gone = forget_messages(self._site, self._message_mark)
        self._message_mark, self._forgotten = gone.mark, not gone.mark
        if gone.messages:
            _LOG.info("messages_forgotten", messages=gone.messages, attempts=gone.attempts)

    def _erase(self) -> None:
        """Erase one batch of old records; the rest in the next rounds."""
        gone = erase_records(self._site)
        self._erased = not gone.more
        if gone.records:
            _LOG.info("records_erased", records=gone.records)

    def _tell(self, looks: list[Look]) -> None:
        """Log once when a volume is not what it was."""
        for one in looks:
            name, state = one.volume.name, one.state.value
            before = self._states.get(name, "ready")
            if state != before:
                level = _LOG.info if state == "ready" else _LOG.error
                level("volume_changed", volume=name, state=state, before=before)
            self._states[name] = state
