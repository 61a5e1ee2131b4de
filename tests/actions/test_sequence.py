"""How often the log is signed: while nothing happens, while very much does, whatever clocks do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.sequence import Sequencer
from shanasheel.adapters.stores import Database, open_database
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.facts import FactKind
from shanasheel.prove.ledger import Ledger, load_or_create_key
from shanasheel.prove.ledger.checkpoints import Checkpoint

NAME = "city.example/evidence/1"


class SlowDisk(Ledger):
    """A ledger on a disk that takes 0.7 s for each batch; it remembers when it signed."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        key = load_or_create_key(folder / "keys" / "log.key", NAME)
        super().__init__(folder / "ledger", key=key, origin=NAME, clock=clock)
        self.fake, self.times = clock, list[float]()

    def append(self, entries: Sequence[bytes]) -> range:
        self.fake.advance(0.7)
        return super().append(entries)

    def checkpoint(self) -> Checkpoint:
        self.times.append(self.fake.monotonic_s())
        return super().checkpoint()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 12, 1, tzinfo=UTC))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "shanasheel.db")
    yield opened
    opened.close()


@pytest.fixture
def log(tmp_path: Path, clock: FakeClock) -> Iterator[SlowDisk]:
    with SlowDisk(tmp_path, clock) as opened:
        yield opened


def add_facts(database: Database, clock: FakeClock, count: int) -> None:
    ids = IdMaker(clock)
    with database.begin() as rows:
        rows.facts.add_all(
            [
                make_fact(ids.new(), FactKind.SETTING, clock.now(), {"what": "test"})
                for _ in range(count)
            ]
        )


def longest(times: Sequence[float]) -> float:
    return max(later - sooner for sooner, later in pairwise(times))


def test_an_idle_log_is_signed_at_least_every_minute(
    database: Database, log: SlowDisk, clock: FakeClock
) -> None:
    sequencer = Sequencer(database, log, clock)
    add_facts(database, clock, 1)

    for second in range(600):
        sequencer.catch_up()
        clock.advance(1)
        if second == 200:
            clock.step(datetime(2020, 1, 1, tzinfo=UTC))  # somebody sets the clock back

    assert longest(log.times) <= 60
    assert len(log.times) < 15


def test_a_log_of_nothing_is_not_signed(
    database: Database, log: SlowDisk, clock: FakeClock
) -> None:
    assert Sequencer(database, log, clock).catch_up() == 0
    assert not log.times


def test_while_very_much_is_logged_it_is_signed_at_least_every_5_s(
    database: Database, log: SlowDisk, clock: FakeClock
) -> None:
    add_facts(database, clock, 20_000)

    assert Sequencer(database, log, clock).catch_up() == 20_000

    assert clock.monotonic_s() > 10
    assert log.times[0] <= 5
    assert longest(log.times) <= 5
    assert log.signed is not None
    assert log.signed.size == 20_000
