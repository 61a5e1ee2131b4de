"""The hub's thread that sees what has become due: alerts to ask louder, steps to call overdue."""

from __future__ import annotations

import threading

import structlog

from shanasheel.actions.escalating import see_what_is_due
from shanasheel.actions.site import Site
from shanasheel.api import Updates
from shanasheel.api.present import alert as present_alert
from shanasheel.base.errors import Unavailable

_LOG = structlog.get_logger()
_POLL_S = 0.5  # a reminder may come half a second late; nobody answers faster


class Timers:
    """One thread until `stop`. It keeps no time itself: what is due stands in the database."""

    def __init__(self, site: Site, updates: Updates) -> None:
        self._site, self._updates = site, updates
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="timers")
        self._down = False

    def start(self) -> None:
        """Start the thread; what became due while nothing ran is seen at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the look in hand."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_POLL_S):
            try:
                self._look()
                self._down = False
            except Unavailable as fault:
                if not self._down:
                    _LOG.error("timers_wait", detail=str(fault))
                self._down = True
            except Exception:  # noqa: BLE001 - outermost loop of the thread: looked again next time
                _LOG.exception("timers_failed")

    def _look(self) -> None:
        louder = see_what_is_due(self._site)
        for alert in louder.alerts:
            _LOG.warning("alert_unanswered", alert=alert.code, escalation=alert.escalation.value)
            self._updates.publish({"type": "alert", "alert": present_alert(alert)})
        for response in louder.responses:
            self._updates.publish({"type": "response", "alert": response.alert})
