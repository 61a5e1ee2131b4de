"""Sightings are found by how things looked and by their plates, and who asked is recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from running import cli
from shanasheel.actions.access import LOCAL
from shanasheel.actions.ingest import absorb
from shanasheel.actions.search import SightingQuery, find_sightings
from shanasheel.app.wiring import Wired
from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import folded_plate, plate_pattern
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.domain.described import (
    Description,
    Movement,
    Towards,
    Windows,
    WindowsSeen,
)
from shanasheel.domain.facts import FactKind
from shanasheel.domain.seen import PlateSeen, PlateState, Sighting
from shanasheel.domain.wire import dumps, loads, to_line
from sites import Place, make_place

START = datetime(2026, 1, 1, tzinfo=UTC)
MOVES = Movement(towards=Towards.LEFT, picture_deg=270.0, bearing_deg=350.0, speed_kmh=32.0,
                 speed_low_kmh=28.0, speed_high_kmh=36.0)  # fmt: skip
DARK = WindowsSeen(state=Windows.DARK, dark=0.8, looks=3)
CLEAR = WindowsSeen(state=Windows.CLEAR, dark=0.0, looks=3)


def car(number: int, colour: str, chance: float = 0.9, *, plate: PlateSeen | None = None,
        windows: WindowsSeen | None = None) -> Sighting:  # fmt: skip
    start = START + timedelta(minutes=number)
    return Sighting(
        id=f"00000000-0000-7000-8000-00000000000{number}", camera=CameraId("cam-1"),
        kind=Kind.VEHICLE, track=number, start=start, end=start + timedelta(seconds=5),
        confidence=0.8, type="car", path=(), plate=plate,
        description=Description(
            types=(("car", 0.9),), colours=((colour, chance),), windows=windows, movement=MOVES
        ),
    )  # fmt: skip


def read(text: str) -> PlateSeen:
    return PlateSeen(state=PlateState.READ, probability=0.97, text=text, looks=3)


SEEN = [
    car(1, "white", plate=read("٤٨٢١٣أ"), windows=CLEAR),
    car(2, "white", 0.4, plate=read("48213B")),
    car(3, "red", plate=PlateSeen(state=PlateState.NONE, probability=0.9, looks=3), windows=DARK),
]
WALKER = Sighting(
    id="00000000-0000-7000-8000-000000000004", camera=CameraId("cam-1"), kind=Kind.PERSON, track=9,
    start=START, end=START + timedelta(seconds=9), confidence=0.7, type="person", path=(),
    description=Description(upper=(("red", 0.8),), lower=(("blue", 0.7), ("black", 0.3))),
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = make_place(tmp_path_factory.mktemp("site"))
    lines = [to_line(one) for one in (*SEEN, WALKER)]
    assert not absorb(place.wired.site, "seen", lines, "end").rejected
    yield place
    place.wired.close()


def tracks(wired: Wired, **wanted: object) -> list[int]:
    found = find_sightings(wired.site, LOCAL, SightingQuery(**wanted))  # type: ignore[arg-type]
    return [one.track for one in found.items]


def asked(wired: Wired) -> list[dict]:
    with wired.site.store.read() as rows:
        facts = rows.facts.after(-1, 1000)
    bodies = [json.loads(fact.body) for fact in facts if fact.kind is FactKind.ACCESS]
    return [body for body in bodies if body.get("what") == "search"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"colours": ("white",)}, [1]),  # the other one is not surely white
        ({"colours": ("unknown",)}, [2]),
        ({"colours": ("white", "red"), "types": ("car",)}, [3, 1]),
        ({"upper": ("red",), "lower": ("blue",)}, [9]),
        ({"upper": ("blue",)}, []),
        ({"towards": (Towards.LEFT,)}, [3, 2, 1]),
        ({"windows": (Windows.DARK,)}, [3]),
        ({"bearing_deg": 20.0}, [3, 2, 1]),  # across north
        ({"bearing_deg": 40.0}, []),
        ({"faster_kmh": 30.0}, [3, 2, 1]),
        ({"faster_kmh": 33.0}, []),
        ({"plate_states": (PlateState.NONE,)}, [3]),
        ({"plate": "48213"}, [2, 1]),  # as a part, in either script
        ({"plate": "٤٨٢ ١٣"}, [2, 1]),
        ({"plate": "48213ا"}, [1]),
        ({"plate": "4?213*"}, [2, 1]),
        ({"plate": "4؟213B"}, [2]),
        ({"plate": "*8213"}, []),  # the whole plate ends otherwise
        ({"plate": "4%b"}, []),
    ],
)
def test_sightings_are_found_by_their_words(
    place: Place, wanted: dict[str, object], found: list[int]
) -> None:
    before = len(asked(place.wired))

    assert tracks(place.wired, **wanted) == found
    (fact,) = asked(place.wired)[before:]
    assert fact["by"] == LOCAL.name
    for name, words in wanted.items():
        column = {"colours": "colour", "plate_states": "plate_state"}.get(name, name)
        told = fact if name == "types" else fact["asked"]
        words = [str(words)] if isinstance(words, float) else words
        assert told[column] == (words if name == "plate" else list(words))  # type: ignore[call-overload]
    assert place.wired.ledger is not None
    with place.wired.site.store.read() as rows:
        assert place.wired.ledger.size == rows.facts.count()  # it is in the ledger already


def test_looking_at_what_was_seen_last_leaves_no_fact(place: Place) -> None:
    before = len(asked(place.wired))

    assert tracks(place.wired, kinds=(Kind.VEHICLE,)) == [3, 2, 1]
    assert len(asked(place.wired)) == before


def test_further_pages_of_one_answer_are_one_search(place: Place) -> None:
    before = len(asked(place.wired))
    query = SightingQuery(towards=(Towards.LEFT,), limit=2)
    first = find_sightings(place.wired.site, LOCAL, query)
    rest = SightingQuery(towards=(Towards.LEFT,), limit=2, cursor=first.next)

    assert [one.track for one in find_sightings(place.wired.site, LOCAL, rest).items] == [1]
    assert len(asked(place.wired)) == before + 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"colours": ("beige",)},
        {"plate": "-"},
        {"plate": "1" * 99},
        {"bearing_deg": 360.0},
        {"faster_kmh": float("nan")},
    ],
)
def test_what_no_sighting_can_have_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        SightingQuery(**wrong)  # type: ignore[arg-type]


def test_the_command_line_finds_and_says_it_in_words(place: Place) -> None:
    found = cli("search", "--plate", "٤٨*", "--colour", "white", "--data", str(place.folder.root))
    as_json = cli("search", "--tinted", "--json", "--data", str(place.folder.root))

    assert "white car, heading left, 28 to 36 km/h, plate ٤٨٢١٣أ (97%)" in found.stdout
    assert json.loads(as_json.stdout)["description"]["windows"]["state"] == "dark"
    assert cli("search", "--colour", "beige", "--data", str(place.folder.root)).returncode == 2


def test_a_sighting_travels_whole_and_an_old_one_still_reads() -> None:
    whole = loads(dumps(SEEN[0]), Sighting)
    old = json.loads(dumps(SEEN[0]))
    del old["description"]

    assert whole == SEEN[0]
    assert loads(json.dumps(old), Sighting).description is None


@settings(deadline=None)
@given(st.text(max_size=30))
def test_folding_leaves_letters_and_latin_digits_and_is_done_once(text: str) -> None:
    folded = folded_plate(text)

    assert folded_plate(folded) == folded
    assert all(letter.isalpha() or letter in "0123456789" for letter in folded)


@settings(deadline=None)
@given(st.text("0123456789", min_size=1, max_size=8))
def test_digits_are_the_same_in_every_script(digits: str) -> None:
    arabic = digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    persian = digits.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

    assert folded_plate(arabic) == folded_plate(persian) == digits


@settings(deadline=None)
@given(st.text(max_size=30))
def test_a_pattern_holds_nothing_that_sql_reads_otherwise(text: str) -> None:
    pattern = plate_pattern(text)

    assert not set(pattern) & set("'\\[]%_") - set("%_")
    assert (pattern == "") == (not pattern.strip("%"))
