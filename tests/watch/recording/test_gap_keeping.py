"""Gaps are told once, when they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import GapCause
from shanasheel.watch.recording import GapKeeper

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=30)


def keeper() -> GapKeeper:
    return GapKeeper(CameraId("C1"), IdMaker(FakeClock(NOON)))


def test_a_gap_keeps_its_first_start_and_cause() -> None:
    gaps = keeper()
    gaps.lost(NOON, GapCause.SIGNAL_LOST, "cable")
    gaps.lost(NOON + timedelta(seconds=5), GapCause.UNREACHABLE)
    opened = gaps.open_gap

    gap = gaps.resumed(LATER)

    assert gap is not None
    assert (gap.start, gap.end, gap.cause) == (NOON, LATER, GapCause.SIGNAL_LOST)
    assert gap.detail == "cable"
    assert opened is not None
    assert opened.id == gap.id
    assert gaps.open_gap is None
    assert gaps.resumed(LATER) is None


def test_footage_without_a_hole_is_no_gap() -> None:
    gaps = keeper()
    gaps.lost(NOON, GapCause.FORMAT_CHANGED)

    assert gaps.resumed(NOON) is None


def test_a_clock_set_back_makes_a_gap_without_length() -> None:
    gaps = keeper()
    gaps.lost(LATER, GapCause.CLOCK_STEPPED)

    gap = gaps.resumed(NOON)

    assert gap is not None
    assert gap.start == gap.end == LATER
