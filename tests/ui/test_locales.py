"""Every word the pages show stands in both languages, and none stands there in vain."""

from __future__ import annotations

import re
from pathlib import Path

import shanasheel.ui
from shanasheel.ui.locales import strings

FOLDER = Path(shanasheel.ui.__file__).parent
SOURCES = "\n".join(
    path.read_text()
    for pattern in ("*.py", "components/*.js", "scripts/*.js")
    for path in FOLDER.glob(pattern)
)
USED = set(re.findall(r"""\bt(?:ext)?\((?:lang, )?['"]([a-z_]+(?:\.[a-z0-9_]+)+)['"]""", SOURCES))
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def test_both_languages_have_the_same_keys() -> None:
    assert set(strings("en")) == set(strings("ar"))


def test_every_key_that_a_page_uses_is_there() -> None:
    assert len(USED) > 50
    assert set(strings("en")) >= USED


def test_both_languages_have_the_same_placeholders_and_no_empty_text() -> None:
    for key, english in strings("en").items():
        arabic = strings("ar")[key]
        assert english.strip(), key
        assert arabic.strip(), key
        assert set(PLACEHOLDER.findall(english)) == set(PLACEHOLDER.findall(arabic)), key


def test_no_words_stand_there_in_vain() -> None:
    families = {f"{family}." for family in re.findall(r"""\btk\(['"]([a-z_]+)['"]""", SOURCES)}
    unused = [
        key
        for key in strings("en")
        if key not in SOURCES and not any(key.startswith(family) for family in families)
    ]

    assert unused == []


def test_arabic_is_in_arabic_letters() -> None:
    latin_only = [
        key
        for key, arabic in strings("ar").items()
        if re.search("[A-Za-z]{4,}", PLACEHOLDER.sub("", arabic))
        and not re.search("[\u0600-\u06ff]", arabic)
    ]

    assert len(latin_only) <= 3, latin_only
