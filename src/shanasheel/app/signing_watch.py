"""Telling people when the log is not signed any more."""

from __future__ import annotations

import structlog

from shanasheel.actions.collecting import raise_not_signed
from shanasheel.actions.site import Site
from shanasheel.api import Updates
from shanasheel.api.present import alert as present_alert
from shanasheel.base.clock import iso
from shanasheel.domain.cosigning import SigningFault

_LOG = structlog.get_logger()
_AWAY_S = 60.0  # an idle log is signed that often; its process is restarted within 10 s


class SigningWatch:
    """Looks at what the sequencer says of its signer; used by the one thread that feeds it."""

    def __init__(self, site: Site, updates: Updates, *, away_s: float = _AWAY_S) -> None:
        self._site, self._updates, self._away_s = site, updates, away_s
        self._began_s: float | None = None
        self._told = False

    def look(self) -> None:
        """Call people once nobody has signed for a minute; at once where the log has stopped."""
        unsigned = self._site.sequencer.unsigned
        if unsigned is None:
            if self._began_s is not None:
                _LOG.info("log_signed_again")
            self._began_s, self._told = None, False
            return
        now_s = self._site.clock.monotonic_s()
        if self._began_s is None:
            self._began_s = now_s
            _LOG.error("log_not_signed", since=iso(unsigned.since), detail=unsigned.detail)
        waiting = unsigned.fault is SigningFault.AWAY and now_s - self._began_s < self._away_s
        if self._told or waiting:
            return
        for alert in raise_not_signed(self._site, unsigned.fault, unsigned.since):
            self._updates.publish({"type": "alert", "alert": present_alert(alert)})
        self._told = True
