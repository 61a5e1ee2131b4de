"""A receiver that is changed while it keeps us waiting gets nothing out of order."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from running import wait_for
from shanasheel.actions.access import LOCAL
from shanasheel.actions.receivers import change_receiver
from shanasheel.app.delivering import Delivering
from sites import make_place
from told import confirmed, dismissed, outside, raised, receive

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120)]


def test_a_cancellation_never_overtakes_what_it_cancels(tmp_path: Path) -> None:
    place = make_place(tmp_path / "data")
    site, goes_on, asked = place.wired.site, threading.Event(), list[bytes]()
    with outside() as receiver, outside() as other, outside() as third:
        take = receiver.take

        def slowly(headers: dict[str, str], body: bytes) -> int:
            asked.append(body)
            goes_on.wait(60)
            return take(headers, body)

        receiver.take = slowly
        known, _ = receive(site, receiver.url)
        receive(site, other.url, name="Other")
        delivering = Delivering(site, site.data / "run")
        delivering.start()
        alert = confirmed(site, raised(site))
        wait_for(lambda: asked, "the request under way")
        dismissed(site, alert)
        change_receiver(site, LOCAL, replace(known, name="Renamed"), None)

        # Nobody else waits for the slow one, and it is asked nothing else meanwhile.
        wait_for(lambda: other.said(alert.code) == ["confirmed", "cancelled"], "the other")
        receive(site, third.url, name="Third")  # noticed together with the change, or later
        for _ in range(3):
            later = confirmed(site, raised(site))
            wait_for(lambda code=later.code: third.said(code) == ["confirmed"], "the third")
        assert len(asked) == 1
        goes_on.set()
        wait_for(lambda: receiver.said(later.code) == ["confirmed"], "all in order")
        assert receiver.said(alert.code) == ["confirmed", "cancelled"]
        delivering.stop()
    place.wired.close()
