"""Footage is tried in a process of its own, one span at a time, and can be stopped."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from shanasheel.app.trial_desk import TrialDesk
from shanasheel.base.errors import Conflict
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.trying import TrialOrder, TrialWork
from sites import Place, make_place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = make_place(tmp_path)
    with made.wired.site.store.begin() as rows:
        rows.cameras.replace([Camera(id=CameraId("A"), url="rtsp://camera/")], revision="1")
    return made


def order_of(place: Place) -> TrialOrder:
    site = place.wired.site
    now = site.clock.now()
    return TrialOrder(
        id=site.ids.new(), camera=Camera(id=CameraId("A"), url="footage"), end=now,
        start=now - timedelta(hours=1), by="zahra", role="technician",
    )  # fmt: skip


def settled(desk: TrialDesk) -> TrialWork:
    waiting = threading.Event()
    for _ in range(600):
        work = desk.work()
        assert work is not None
        if work.state != "working":
            return work
        waiting.wait(0.1)
    raise AssertionError("it never ended")


@pytest.mark.timeout(120)
def test_a_trial_without_footage_is_refused_in_words(place: Place) -> None:
    desk = TrialDesk(place.folder)
    desk.submit(order_of(place))
    with pytest.raises(Conflict):
        desk.submit(order_of(place))
    work = settled(desk)
    assert (work.state, "no footage of A" in work.detail) == ("refused", True)
    desk.stop()


@pytest.mark.timeout(120)
def test_a_trial_is_stopped_and_another_may_begin(place: Place) -> None:
    desk = TrialDesk(place.folder)
    first = desk.submit(order_of(place))
    desk.end()
    assert settled(desk).state == "stopped"
    second = desk.submit(order_of(place))
    assert second.order.id != first.order.id
    assert settled(desk).state == "refused"
    desk.stop()
