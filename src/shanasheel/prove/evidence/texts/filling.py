"""Filling the texts of a bundle in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from string import Template

from shanasheel.base.clock import iso
from shanasheel.base.errors import Invariant
from shanasheel.base.text import printable
from shanasheel.domain.exhibits import Exhibit
from shanasheel.prove.evidence import standalone
from shanasheel.prove.evidence.report import words

_LANGUAGES = ("ar", "en")
_NO_WORDS = "WORDS: dict[str, dict[str, str]] = {}"
_LEFT_OUT = {"ar": "لم يُمكن إعداد ما يلي", "en": "These working copies could not be made"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the texts of a bundle mention.

    Args:
        site: what people call the place; may be empty.
        log: the log's public key as text.
        left_out: working copies that could not be made, with the reason.
    """

    exhibit: Exhibit
    site: str
    at: datetime
    version: str
    log: str
    left_out: tuple[str, ...]


def tag_files(told: Told) -> Iterator[tuple[str, bytes]]:
    """Yield the files for people, by name."""
    home = files(__package__)
    commands = Template((home / "commands.txt").read_text("utf-8")).substitute()
    indented = "".join(f"    {line}".rstrip() + "\n" for line in commands.splitlines())
    for language in _LANGUAGES:
        words = {**_words(told, language), "commands": indented}
        for name in (f"README-{language}.txt", f"VERIFY-{language}.txt"):
            text = Template((home / name).read_text("utf-8")).substitute(words)
            yield name, text.encode()
    yield "verify.py", verify_file()


def verify_file() -> bytes:
    """Return the verifier that is one Python file, with its words in every language."""
    source = (files(standalone) / "verify.py").read_text("utf-8")
    known = {language: words(language) for language in _LANGUAGES}
    # JSON of text alone is Python too.
    told = json.dumps(known, ensure_ascii=False, indent=1)
    filled = source.replace(_NO_WORDS, f"{_NO_WORDS[:-2]}{told}", 1)
    if filled == source:
        raise Invariant("verify.py has no place for its words.")
    return filled.encode()


def _words(told: Told, language: str) -> dict[str, str]:
    exhibit = told.exhibit
    missing = "".join(f"  {printable(one)}\n" for one in told.left_out)
    return {
        "code": exhibit.code,
        "case": printable(exhibit.case, 500),
        "reason": printable(exhibit.reason, 500),
        "cameras": printable(", ".join(exhibit.cameras), 2000),
        "start": iso(exhibit.start),
        "end": iso(exhibit.end),
        "made": iso(exhibit.at),
        "by": printable(exhibit.by),
        "at": iso(told.at),
        "software": f"shanasheel {told.version}",
        "log": told.log,
        "left_out": f"\n{_LEFT_OUT[language]}:\n{missing}" if missing else "",
    }
