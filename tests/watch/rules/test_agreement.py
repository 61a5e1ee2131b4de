"""When looks agree: on numbers made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.seen import SecondLook
from shanasheel.watch.rules.agreement import Agreement, AgreementSettings, combined

START = datetime(2026, 1, 1, tzinfo=UTC)


def look(at_s: float, log_odds: float, track: int = 1) -> SecondLook:
    return SecondLook(track=track, at=START + timedelta(seconds=at_s), log_odds=log_odds)


def told(*looks: SecondLook) -> list[tuple[int, float]]:
    """Return track and seconds of every finding."""
    agreement = Agreement()
    found = [agreement.push(one) for one in looks]
    return [(one.track, (one.at - START).total_seconds()) for one in found if one]


def test_four_sure_looks_over_a_second_agree_once_until_the_track_ends() -> None:
    sure = [look(0.5 * number, 4.0) for number in range(20)]
    agreement = Agreement()
    found = [agreement.push(one) for one in sure]

    assert told(*sure) == [(1, 1.5)]
    (finding,) = [one for one in found if one]
    assert (finding.looks, finding.agreeing, finding.start) == (4, 4, START)
    # worth of four looks: 4 / (1 + 3 x 0.5) = 1.6; 1.6 x 4 + log(0.01 / 0.99) = 1.8
    assert finding.probability == pytest.approx(0.859, abs=0.001)
    agreement.forget(1)
    assert [bool(agreement.push(look(20 + 0.5 * n, 4.0))) for n in range(4)].count(True) == 1


@pytest.mark.parametrize(
    "looks",
    [
        [look(0.5 * n, 4.0) for n in range(3)],  # too few
        [look(0.1 * n, 4.0) for n in range(8)],  # too near in time
        [look(0.5 * n, 1.0) for n in range(40)],  # not sure enough, however many
        [look(0.5 * n, 4.0 if n % 2 else -4.0) for n in range(40)],  # they contradict each other
        [look(0.5 * n, 4.0, track=n) for n in range(20)],  # of twenty people
        [look(0.5 * n, 4.0 if n % 8 < 3 else -1.0) for n in range(40)],  # three of any eight
    ],
)  # fmt: skip
def test_looks_that_do_not_agree_tell_nothing(looks: list[SecondLook]) -> None:
    assert told(*looks) == []


def test_dependent_looks_are_worth_less_than_their_number() -> None:
    alone = AgreementSettings(dependence=0.001)
    alike = AgreementSettings(dependence=0.999)

    assert combined([2.0] * 8, alike) == pytest.approx(combined([2.0], alike), abs=0.001)
    assert combined([2.0] * 8, alone) > 0.999
    assert combined([0.0] * 8, AgreementSettings()) == pytest.approx(0.01)


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidInput):
        AgreementSettings(prior=0.0)
    with pytest.raises(InvalidInput):
        AgreementSettings(agreeing=9, window=8)
