"""The words of the interface, by language and key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, get_args

from shanasheel.base.errors import Invariant

Language = Literal["ar", "en"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "ar"


@cache
def strings(lang: Language) -> Mapping[str, str]:
    """Return every string of a language by its key."""
    file = resources.files("shanasheel.ui") / "locales" / f"{lang}.json"
    loaded: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(loaded)


def text(lang: Language, key: str, **params: object) -> str:
    """Return the words for `key` with `{name}` replaced from `params`.

    Raises:
        Invariant: the language has no such key, or a placeholder was given no value.

    >>> text("en", "nav.map")
    'Map'
    >>> text("ar", "nav.map")
    'الخريطة'
    """
    found = strings(lang).get(key)
    if found is None:
        raise Invariant(f"No words for {key!r} in {lang!r}.", "Add the key to ui/locales/*.json.")
    try:
        return found.format(**params)
    except KeyError as fault:
        raise Invariant(f"{key!r} in {lang!r} needs {fault}.", "Pass it to text().") from fault


def preferred(cookie: str | None, accept_language: str | None) -> Language:
    """Return the language of a visitor: their choice, else their browser's, else Arabic.

    Args:
        cookie: value of the `lang` cookie; anything unknown counts as none.
        accept_language: the header (RFC 9110, section 12.5.4); may be hostile.

    >>> preferred("en", "ar"), preferred(None, "de, en-GB;q=0.7, ar;q=0.3"), preferred(None, "xx")
    ('en', 'en', 'ar')
    """
    for lang in LANGUAGES:
        if cookie == lang:
            return lang
    ranked: list[tuple[float, Language]] = []
    for part in (accept_language or "")[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        for lang in LANGUAGES:
            if tag.split("-")[0].lower() == lang:
                ranked.append((_weight(weight), lang))
    return max(ranked, key=lambda one: one[0])[1] if ranked else DEFAULT


def _weight(quality: str) -> float:
    try:
        return float(quality or 1)
    except ValueError:
        return 0.0
