"""What a verification found: numbered steps, in words of the reader's language."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files

LANGUAGES = ("ar", "en")
_TOLD = 12  # findings of one kind that are told in words; the rest is counted


class State(StrEnum):
    """How a step ended."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"  # not looked at, and not asked for
    TOLD = "told"  # nothing to hold or fail: read it


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: a key of the words, and what they mention."""

    key: str
    given: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleStep:
    """One numbered step of a verification."""

    number: int
    name: str
    state: State
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReport:
    """Every step of a verification.

    Args:
        log, exhibit: whose it is, as its proven records say; empty where none is proven.
    """

    steps: tuple[BundleStep, ...]
    exhibit: str
    log: str

    @property
    def holds(self) -> bool:
        """Return whether everything that was asked for holds."""
        return all(step.state is not State.FAILS for step in self.steps)

    def as_json(self, language: str = "en") -> dict[str, object]:
        """Return plain values, with words."""
        return {
            "holds": self.holds,
            "exhibit": self.exhibit,
            "log": self.log,
            "steps": [
                {
                    "number": step.number,
                    "name": step.name,
                    "state": step.state.value,
                    "findings": [{"key": one.key, **one.given} for one in step.findings],
                    "words": [say(language, one) for one in step.findings[:200]],
                }
                for step in self.steps
            ],
        }

    def lines(self, language: str) -> list[str]:
        """Return the report in words."""
        told = []
        for step in self.steps:
            state = word(language, f"state.{step.state}")
            told.append(f"{step.number}. {state}  {word(language, f'step.{step.name}')}")
            told += [f"   {line}" for line in _bounded(language, step.findings)]
            if step.state is State.FAILS:
                told.append(f"   {word(language, f'means.{step.name}')}")
        told.append(word(language, "verdict.holds" if self.holds else "verdict.fails"))
        return told


def say(language: str, finding: Finding) -> str:
    """Return a finding in words."""
    text = word(language, f"say.{finding.key}")
    for name, value in finding.given.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@cache
def words(language: str) -> dict[str, str]:
    """Return every word of a language, by key."""
    found: dict[str, str] = json.loads(
        (files(__package__) / "words" / f"{language}.json").read_text("utf-8")
    )
    return found


def word(language: str, key: str) -> str:
    """Return the words of a key."""
    return words(language)[key]


def _bounded(language: str, findings: tuple[Finding, ...]) -> list[str]:
    lines: list[str] = []
    counts: dict[str, int] = {}
    for one in findings:
        counts[one.key] = counts.get(one.key, 0) + 1
        if counts[one.key] <= _TOLD:
            lines.append(say(language, one))
    more = sum(count - _TOLD for count in counts.values() if count > _TOLD)
    if more:
        lines.append(say(language, Finding("more", {"count": str(more)})))
    return lines
