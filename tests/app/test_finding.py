"""A device that answers a search may name somebody else's address; we never log in there."""

from __future__ import annotations

from pathlib import Path

import pytest

from shanasheel.actions.access import LOCAL
from shanasheel.actions.finding import Findings, read_streams
from shanasheel.adapters.peers import Found
from shanasheel.app.finding import OnvifFinder, found_device
from shanasheel.base.errors import InvalidInput
from sites import make_place

HOST = "10.0.0.5"


def answer(*xaddrs: str) -> Found:
    return Found(
        endpoint="urn:uuid:1", xaddrs=xaddrs, hosts=(HOST,), name="Gate", hardware="", location="",
        scopes=(),
    )  # fmt: skip


def test_only_a_service_at_the_host_that_answered_is_used() -> None:
    both = found_device(answer("http://10.6.6.6/onvif", f"http://{HOST}/onvif"))

    assert both.service == f"http://{HOST}/onvif"
    assert found_device(answer("http://10.6.6.6/onvif")).service == ""
    assert found_device(answer(f"http://10.6.6.6/{HOST}")).service == ""


def test_a_device_that_names_a_stranger_is_not_asked(tmp_path: Path) -> None:
    place = make_place(tmp_path / "data")
    findings = Findings()
    findings.keep([found_device(answer("http://127.0.0.1:1/onvif"))])
    entries = place.wired.site.sequencer.catch_up()

    with pytest.raises(InvalidInput) as refused:
        read_streams(
            place.wired.site, LOCAL, OnvifFinder(), findings, device="urn:uuid:1", user="u",
            password="secret",
        )  # fmt: skip

    assert refused.value.key == "device_elsewhere"
    assert place.wired.site.sequencer.catch_up() == entries
    place.wired.close()
