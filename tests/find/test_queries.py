import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.base.errors import InvalidInput
from shanasheel.find import SightingQuery, decode_cursor, encode_cursor

IDENTIFIER = "01890a5d-ac96-774b-bcce-b302099a8057"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@given(start_us=st.integers(0, 10**17 - 1), identifier=st.uuids())
def test_a_cursor_comes_back_as_it_was(start_us: int, identifier: UUID):
    text = encode_cursor(start_us, str(identifier))

    assert decode_cursor(text) == (start_us, str(identifier))


@given(text=st.text(max_size=200) | st.binary(max_size=90).map(lambda raw: raw.hex()))
def test_a_made_up_cursor_is_refused(text: str):
    with pytest.raises(InvalidInput):
        decode_cursor(text)


@pytest.mark.parametrize(
    "plain",
    [
        f"-5|{IDENTIFIER}",
        f"{10**30}|{IDENTIFIER}",
        "5|' OR 1=1 --",
        f"5|{IDENTIFIER}\n",
        f"٥|{IDENTIFIER}",
        f"05|{IDENTIFIER}",
    ],
)
def test_a_forged_cursor_is_refused(plain: str):
    text = base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    with pytest.raises(InvalidInput):
        decode_cursor(text)


def test_a_flipped_spelling_of_a_cursor_is_refused():
    with pytest.raises(InvalidInput):
        decode_cursor(encode_cursor(5, IDENTIFIER) + "=")


def test_a_query_goes_on_after_its_cursor():
    assert SightingQuery().after() is None
    assert SightingQuery(cursor=encode_cursor(7, IDENTIFIER)).after() == (7, IDENTIFIER)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"min_confidence": 1.5}, "min_confidence"),
        ({"min_confidence": float("nan")}, "min_confidence"),
        ({"start": NOON, "end": NOON}, "start is not before end"),
        ({"start": NOON.replace(tzinfo=None)}, "start has no time zone"),
        ({"types": ("tank",)}, "types"),
        ({"cursor": "zzz"}, "cursor"),
    ],
)
def test_a_wrong_query_names_its_fault(wrong, named):
    with pytest.raises(InvalidInput, match=named):
        SightingQuery(**wrong)


def test_all_faults_are_named_at_once():
    with pytest.raises(InvalidInput, match=r"min_confidence.*limit"):
        SightingQuery(limit=0, min_confidence=-1)
