"""Iraqi plate formats: what is one, what is none, and how Arabic ones are searched in Latin."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.domain.plates import (
    ARABIC_DIGITS,
    CATEGORIES,
    GOVERNORATES,
    LETTERS,
    fold,
    format_of,
    governorate_of,
)
from shanasheel.watch.vision.plate_arabic import number_of
from shanasheel.watch.vision.plate_lines import SIGNS, PlateLine

SIGN = st.sampled_from(SIGNS)
NUMBER = st.text(ARABIC_DIGITS, min_size=3, max_size=5)
LETTER = st.sampled_from(sorted(LETTERS))


@given(st.text())
def test_folded_text_is_latin_and_stays_as_it_is(text: str) -> None:
    folded = fold(text)

    assert re.fullmatch(r"[A-Z0-9]*", folded)
    assert fold(folded) == folded


@given(NUMBER, LETTER)
def test_folding_loses_no_digit_and_no_letter(number: str, letter: str) -> None:
    folded = fold(f"{letter} {number}")

    assert folded == LETTERS[letter] + "".join(str(ARABIC_DIGITS.index(one)) for one in number)
    assert fold(f"{letter} {folded[1:]}") == folded  # typed with Latin digits


@given(NUMBER, LETTER, st.booleans())
def test_a_bilingual_number_is_one_whichever_side_its_letter_stands(
    number: str, letter: str, left: bool
) -> None:
    signs = letter + number if left else number + letter

    assert format_of(signs) == "iq-bilingual"
    assert format_of(signs + letter) == ""


@pytest.mark.parametrize(
    ("signs", "name"),
    [
        ("14A70634", "iq-unified"), ("14A706", "iq-unified"), ("22H11111", "iq-unified"),
        ("22H111", ""),  # the Kurdistan Region writes five digits
        ("30A70634", ""), ("10A70634", ""), ("14AB7063", ""), ("14A706345", ""),
        ("٥٤٨٣٠٦", "iq-numbered"), ("٥٤٨٣٠٦٧", ""), ("١٢", ""), ("", ""), ("PP587AO", ""),
        ("1٢3", ""),
    ],
)  # fmt: skip
def test_formats_tell_plates_from_others(signs: str, name: str) -> None:
    assert format_of(signs) == name


def test_every_governorate_is_known_by_number_and_by_name() -> None:
    for place in GOVERNORATES:
        assert governorate_of(f"{place.code}A12345") == place
        assert governorate_of("٤٨٢١", ("خصوصي", place.arabic)) == place
    assert len({place.arabic for place in GOVERNORATES} | set(CATEGORIES)) == 19 + 7
    assert governorate_of("٤٨٢١") is None


@given(st.lists(SIGN, max_size=10), st.floats(0, 1), st.floats(1, 8))
def test_a_number_holds_only_signs_that_were_read(
    signs: list[str], sure: float, shape: float
) -> None:
    found = number_of(PlateLine(signs=tuple(signs), sure=sure), shape)

    if found:
        assert sorted(found.written.replace(" ", "")) == sorted(s for s in signs if len(s) == 1)
        assert 0 < found.certainty < 1
        assert not any(sign.isascii() for sign in signs if len(sign) == 1)


def test_what_fits_no_format_is_less_certain() -> None:
    fits = number_of(PlateLine(signs=tuple("٤٨٢١ب"), sure=0.95), 4)
    unlike = number_of(PlateLine(signs=tuple("٤٨ب٢١"), sure=0.95), 4)

    assert fits is not None
    assert unlike is not None
    assert unlike.certainty < fits.certainty * 0.6
