"""The benches of what is found in sightings tell scouts from bakers, and find what live did."""

from __future__ import annotations

from shanasheel.app.reconnaissance_bench import SCOUTS, STREETS, measure_reconnaissance
from shanasheel.app.stored_rules_bench import both
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.watch.scenarios import staged


def test_a_dead_end_finds_plates_that_stop_and_leaves_the_baker_alone() -> None:
    body = measure_reconnaissance(1, lambda _: None, streets=STREETS[:1])

    assert body["dead end: plate read, stops 3 days"] == "1/1"
    assert {f"dead end: {scout.name}" for scout in SCOUTS} <= set(body)
    assert "baker" not in body["dead end: of them"]  # type: ignore[operator]
    assert float(str(body["dead end: false alerts a day"])) < 1


def test_a_stop_that_was_raised_live_is_raised_again_over_stored_tracks() -> None:
    live, stored = both(staged(EventKind.STOPPED_VEHICLE, 3, happens=True))

    def stops(events: list[Event]) -> list[str]:
        return [one.subject for one in events if one.kind is EventKind.STOPPED_VEHICLE]

    assert stops(live) == ["kerb"]
    assert stops(stored) == ["kerb"]
