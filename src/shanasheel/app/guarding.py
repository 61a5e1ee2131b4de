"""The hub's thread that looks for who spies protected places out."""

from __future__ import annotations

import threading

import structlog

from shanasheel.actions.protecting import tell_reconnaissance
from shanasheel.actions.site import Site
from shanasheel.actions.visiting import Recent
from shanasheel.api import Updates
from shanasheel.api.present import alert as present_alert
from shanasheel.base.errors import Unavailable

_LOG = structlog.get_logger()
_FIRST_S, _ROUND_S = 10.0, 60.0  # it is about days; a vehicle that stands there now still counts


class Guarding:
    """One thread until `stop`."""

    def __init__(self, site: Site, updates: Updates) -> None:
        self._site, self._updates = site, updates
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="guarding")
        self._recent = Recent()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the look in hand."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        wait_s = _FIRST_S
        while not self._stopping.wait(wait_s):
            wait_s = _ROUND_S
            try:
                for alert in tell_reconnaissance(self._site, self._recent):
                    self._updates.publish({"type": "alert", "alert": present_alert(alert)})
            except Unavailable as fault:
                _LOG.error("guarding_waits", detail=str(fault))
            except Exception:  # noqa: BLE001 - outermost loop of the thread: looked again next time
                _LOG.exception("guarding_failed")
