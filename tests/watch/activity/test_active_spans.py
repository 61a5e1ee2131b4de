"""Spans of movement: no second twice, none lost, and nothing claimed for a time without packets."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shanasheel.base.clock import EPOCH
from shanasheel.domain.cameras import CameraId
from shanasheel.watch.activity import ActiveSpans


@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=60))
def test_spans_cover_just_the_moving_pictures(pictures: list[tuple[int, bool]]) -> None:
    spans = ActiveSpans(CameraId("C1"))
    found, at, told = [], EPOCH, []
    for step_s, moving in pictures:
        at += timedelta(seconds=step_s)
        told.append((at, moving))
        found.append(spans.push(at, moving=moving))
    found.append(spans.end())

    covered = [span for span in found if span is not None]
    for (one, moving), (other, _) in pairwise(told):
        known = other - one <= timedelta(seconds=5)
        inside = [s for s in covered if s.start <= one and other <= s.end]
        touched = [s for s in covered if s.start < other and one < s.end]
        assert len(inside) == len(touched) == (1 if moving and known else 0)
    assert all(span.end - span.start < timedelta(seconds=36) for span in covered)
