"""What comes to a place on several days is told where chance does not explain it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.protecting import Finding, Known, Protecting, Sign, Verdict, Visit
from shanasheel.warn import findings

TODAY = date(2026, 3, 30)
AT = datetime(2026, 3, 30, 22, tzinfo=UTC)
_NUMBERS = count(1)


def visit(
    ago: int, *, minute: int = 600, kind: Kind = Kind.VEHICLE, plate: str = "",
    look: str = "car white", stood_s: float = 0.0,
) -> Visit:  # fmt: skip
    number, day = next(_NUMBERS), TODAY - timedelta(days=ago)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    return Visit(
        sighting=str(number), camera=CameraId("A"), kind=kind, track=number, start=start,
        end=start + timedelta(seconds=stood_s + 5), day=day, minute=minute, stood_s=stood_s,
        plate=plate, look="" if kind is Kind.PERSON else look,
    )  # fmt: skip


def street() -> list[Visit]:
    """Four weeks in which 60 white cars a day pass by day, and 30 people, of whom two stop."""
    passing = [visit(ago, minute=400 + 13 * number) for ago in range(28) for number in range(60)]
    walking = [
        visit(ago, minute=400 + 25 * number, kind=Kind.PERSON,
              stood_s=90 if (number + 7 * ago) % 15 == 0 else 5)
        for ago in range(28) for number in range(30)
    ]  # fmt: skip
    return passing + walking


def found(extra: list[Visit], asked: Protecting | None = None) -> list[Finding]:
    return list(findings("Gate", street() + extra, asked or Protecting(), today=TODAY, at=AT))


def test_an_ordinary_street_tells_nothing() -> None:
    assert found([]) == []


def test_a_plate_that_stops_on_three_days_is_told_and_on_two_is_not() -> None:
    days = [visit(ago, plate="22A1", stood_s=40) for ago in (0, 4, 9)]
    (one,) = found(days)
    told = (one.sign, one.look, one.days, one.of_days, one.stopped, one.verdict)
    assert told == (Sign.PLATE, "22A1", 3, 14, True, Verdict.TOLD)
    assert {each.sighting for each in one.visits} == {each.sighting for each in days}
    assert found(days[:2]) == []
    assert [one.days for one in found(days[:2], Protecting(days=2, of_days=7))] == [2]


def test_a_plate_that_comes_round_again_counts_as_one_that_stops() -> None:
    days = [visit(ago, minute=600 + again, plate="22A1") for ago in (1, 2, 3) for again in (0, 12)]
    assert [one.stopped for one in found(days)] == [True]


def test_a_plate_that_only_passes_is_told_unless_it_is_a_through_road() -> None:
    passes = [visit(ago, plate="22A1") for ago in (0, 4, 9)]
    (one,) = found(passes)
    assert (one.stopped, one.others) == (False, 0)
    others = [visit(ago, plate=f"11B{number}") for number in range(5) for ago in (0, 3, 6)]
    assert found(passes + others) == []
    stops = [visit(ago, plate="22A1", stood_s=40) for ago in (0, 4, 9)]
    assert [one.look for one in found(stops + others)] == ["22A1"]


def test_a_regular_of_the_weeks_before_is_usual_until_it_begins_to_stop() -> None:
    regular = [visit(ago, plate="22A1") for ago in range(0, 28, 2)]
    assert [one.verdict for one in found(regular)] == [Verdict.USUAL]
    stopping = [visit(ago, minute=900, plate="22A1", stood_s=60) for ago in (0, 1, 2)]
    (one,) = found(regular + stopping)
    assert (one.verdict, one.stopped) == (Verdict.TOLD, True)


def test_a_white_car_is_no_evidence_and_a_rare_look_about_one_hour_is() -> None:
    white = [visit(ago, minute=1270) for ago in (0, 1, 2, 4)]
    assert all(one.look != "car white" or one.hour is not None for one in found(white))
    assert found([visit(ago, minute=700) for ago in range(14)]) == []
    (one,) = found([visit(ago, minute=1270 + ago, look="car red dark") for ago in (0, 1, 2, 4)])
    assert (one.sign, one.look, one.days, one.hour) == (Sign.LOOK, "car red dark", 4, 21)
    assert one.chance is not None
    assert one.chance < 0.001


def test_somebody_who_stops_about_one_hour_is_told_without_any_word_of_who() -> None:
    def stops(*days: int) -> list[Finding]:
        return found([visit(ago, minute=1300, kind=Kind.PERSON, stood_s=120) for ago in days])

    (one,) = stops(0, 1, 2, 4)
    assert (one.sign, one.look, one.days) == (Sign.STOPPED, "person 21", 4)
    assert stops(0, 1) == []
    spread = [visit(ago, minute=420 + 200 * ago, kind=Kind.PERSON, stood_s=90) for ago in range(4)]
    assert found(spread) == []


def test_what_is_known_is_found_still_and_told_again_when_its_time_is_over() -> None:
    days = [visit(ago, plate="22A1", stood_s=40) for ago in (0, 4, 9)]
    begun, ends = AT - timedelta(days=1), AT + timedelta(days=9)
    known = Known(place="Gate", look="22A1", at=begun, until=ends, by="zahra", reason="the baker")
    (one,) = found(days, Protecting(known=(known,)))
    assert (one.verdict, one.known) == (Verdict.KNOWN, known)
    over = Known(place="Gate", look="22A1", at=AT - timedelta(days=9), until=AT - timedelta(days=1),
                 by="zahra", reason="the baker")  # fmt: skip
    assert [one.verdict for one in found(days, Protecting(known=(over,)))] == [Verdict.TOLD]


def test_nothing_is_known_without_a_reason_nor_for_ever() -> None:
    with pytest.raises(InvalidInput, match="without a reason"):
        Known(place="Gate", look="x", at=AT, until=AT + timedelta(days=1), by="zahra", reason=" ")
    with pytest.raises(InvalidInput, match="So long"):
        Known(place="G", look="x", at=AT, until=AT + timedelta(days=900), by="zahra", reason="y")
    with pytest.raises(InvalidInput):
        Protecting(days=5, of_days=4)
