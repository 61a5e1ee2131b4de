import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shanasheel.watch.rules.geometry import (
    border_distance,
    inside,
    left_distance,
    segment_distance,
    segments_cross,
)

ratio = st.floats(0, 1).map(lambda value: round(value, 3))
point = st.tuples(ratio, ratio)


@given(at=point, one=point, other=point)
def test_inside_a_rectangle_is_between_its_edges(at, one, other):
    (x1, x2), (y1, y2) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    assume(border_distance(at, corners) > 1e-6)

    assert inside(at, corners) == (x1 < at[0] < x2 and y1 < at[1] < y2)


@given(at=point, corners=st.lists(point, min_size=3, max_size=8))
def test_the_order_of_going_round_does_not_matter(at, corners):
    assume(border_distance(at, corners) > 1e-6)

    assert inside(at, corners) == inside(at, corners[::-1])
    assert inside(at, corners) == inside(at, corners[1:] + corners[:1])


@given(first=st.tuples(point, point), second=st.tuples(point, point))
def test_crossing_is_mutual_and_blind_to_direction(first, second):
    for pair in (*first, *second):
        others = second if pair in first else first
        assume(segment_distance(pair, *others) > 1e-6)

    crosses = segments_cross(first, second)

    assert crosses == segments_cross(second, first) == segments_cross(first[::-1], second)


@given(first=st.tuples(point, point), second=st.tuples(point, point))
def test_crossing_segments_have_their_ends_on_both_sides(first, second):
    sides = [left_distance(end, *first) for end in second]
    more = [left_distance(end, *second) for end in first]
    assume(min(map(abs, sides + more)) > 1e-6)

    assert segments_cross(first, second) == (sides[0] * sides[1] < 0 and more[0] * more[1] < 0)


@given(at=point, start=point, end=point)
def test_a_line_turned_round_swaps_left_for_right(at, start, end):
    assert left_distance(at, start, end) == pytest.approx(-left_distance(at, end, start))


@given(at=point, start=point, end=point)
def test_a_segment_is_no_nearer_than_its_line_and_no_farther_than_its_ends(at, start, end):
    distance = segment_distance(at, start, end)

    assert distance >= abs(left_distance(at, start, end)) - 1e-9
    assert distance <= segment_distance(at, start, start) + 1e-9
