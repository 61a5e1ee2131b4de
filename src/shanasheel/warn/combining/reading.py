"""The words a combination is written in.

shot_heard and scattering within 30 s near 200 m
loitering followed by drive_by within 10 min on BSR-001, BSR-002
signal_lost on 3 cameras within 1 min near 400 m quiet for 1 h
any of (weapon_seen, shot_heard) followed by 2 zone_entry within 5 min at one camera
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, VisitError

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import OF_THE_LOG, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.combining import Conditions, Step, check_hours
from shanasheel.domain.rules import Hours

_GRAMMAR = r"""
start: (alone | together | sequence) condition*
alone: step
together: step ("and" step)+
sequence: step ("followed" "by" step)+
step: [COUNT] kinds ["on" COUNT "cameras"]
kinds: WORD                                      -> one_kind
     | "any" "of" "(" WORD ("," WORD)* ")"       -> any_kind
condition: "within" span                         -> within
         | "near" NUMBER DISTANCE                -> near
         | "at" "one" "camera"                   -> one_camera
         | "at" WORD ("," WORD)*                 -> cameras
         | "quiet" "for" span                    -> quiet
span: NUMBER TIME
TIME.2: /(ms|s|min|h|d)\b/
DISTANCE.2: /(km|m)\b/
COUNT.1: /\d+(?![\w.-])/
NUMBER: /\d+(\.\d+)?/
WORD: /[A-Za-z0-9][A-Za-z0-9._-]*/
COMMENT: /#[^\n]*/
%import common.WS
%ignore WS
%ignore COMMENT
"""
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_METRES = {"m": 1.0, "km": 1000.0}
_LONGEST = timedelta(days=14)
_LONGEST_TEXT = 1000
_MOST_EVENTS = 12  # matching tries combinations of events: more would take long and say little
#: Events of combinations themselves would feed each other; those of the log have no camera.
_NOT_COMBINED = OF_THE_LOG | {EventKind.COMBINED}


@lru_cache(256)
def conditions_of(when: str) -> Conditions:
    """Return what a combination's words ask.

    Raises:
        InvalidInput: they cannot be read; says the line and column, and what could stand there.
    """
    if len(when) > _LONGEST_TEXT:
        raise _bad("The combination is too long.", f"Use {_LONGEST_TEXT} characters at most.")
    try:
        found: Conditions = _Reader().transform(_parser().parse(when))
    except UnexpectedInput as fault:
        raise _unexpected(fault, when) from fault
    except VisitError as fault:
        if isinstance(fault.orig_exc, InvalidInput):
            raise fault.orig_exc from fault
        raise
    return found


def asked_of(when: str, hours: Sequence[str]) -> Conditions:
    """Return what a combination's words ask at such hours.

    Raises:
        InvalidInput: as `conditions_of`, or a text is no hours.
    """
    check_hours(tuple(hours))
    return replace(conditions_of(when), hours=tuple(map(Hours.of, hours)))


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True)


class _Reader(Transformer[Token, Any]):
    """Builds the conditions from the tree, bottom up."""

    def one_kind(self, words: list[Token]) -> frozenset[EventKind]:
        return frozenset({_kind(words[0])})

    def any_kind(self, words: list[Token]) -> frozenset[EventKind]:
        return frozenset(_kind(word) for word in words)

    def step(self, parts: list[Any]) -> Step:
        times, kinds, cameras = parts
        count, places = int(times or 1), int(cameras or 1)
        for number in (count, places):
            if not 1 <= number <= _MOST_EVENTS:
                raise _bad(f"{number} is no number of events.", f"Give 1 to {_MOST_EVENTS}.")
        return Step(kinds=kinds, times=max(count, places), cameras=places)

    def alone(self, steps: list[Step]) -> tuple[bool, list[Step]]:
        return False, steps

    together = alone

    def sequence(self, steps: list[Step]) -> tuple[bool, list[Step]]:
        return True, steps

    def span(self, parts: list[Token]) -> timedelta:
        span = timedelta(seconds=float(parts[0]) * _SECONDS[parts[1]])
        if not timedelta() < span <= _LONGEST:
            raise _bad(
                f"{_where(parts[0])}: {parts[0]} {parts[1]} is out of range.",
                f"Give more than nothing and at most {_LONGEST.days} d.",
            )
        return span

    def within(self, parts: list[timedelta]) -> tuple[str, Any]:
        return "within", parts[0]

    def quiet(self, parts: list[timedelta]) -> tuple[str, Any]:
        return "quiet", parts[0]

    def near(self, parts: list[Token]) -> tuple[str, Any]:
        return "near_m", float(parts[0]) * _METRES[parts[1]]

    def one_camera(self, _parts: list[Token]) -> tuple[str, Any]:
        return "one_camera", True

    def cameras(self, words: list[Token]) -> tuple[str, Any]:
        return "cameras", tuple(CameraId(str(word)) for word in words)

    def start(self, parts: list[Any]) -> Conditions:
        (ordered, steps), asked = parts[0], parts[1:]
        given = dict(asked)
        if len(given) < len(asked):
            raise _bad("The same condition stands there twice.", "Leave one of them.")
        if sum(step.times for step in steps) > _MOST_EVENTS:
            raise _bad("These are too many events.", f"Ask for {_MOST_EVENTS} at most.")
        if len(steps) > 1 or steps[0].times > 1:
            if "within" not in given:
                raise _bad("It says not how long it may take.", "Add for example: within 10 min")
        else:
            given.setdefault("within", timedelta(seconds=1))
        if given.get("one_camera") and any(step.cameras > 1 for step in steps):
            raise _bad("Several cameras cannot be the same camera.", "Leave one of the two out.")
        return Conditions(steps=tuple(steps), ordered=ordered, **given)


def _kind(word: Token) -> EventKind:
    name = str(word)
    try:
        kind = EventKind(name)
    except ValueError:
        kind = None
    if kind is None or kind in _NOT_COMBINED:
        names = sorted(one for one in EventKind if one not in _NOT_COMBINED)
        near = difflib.get_close_matches(name, names, n=3)
        raise _bad(
            f"{_where(word)}: there is no event {name!r}.",
            f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(names)}.",
        ) from None
    return kind


def _unexpected(fault: UnexpectedInput, when: str) -> InvalidInput:
    told = sorted({_say(name) for name in getattr(fault, "expected", ()) or
                   getattr(fault, "allowed", ()) or ()} - {""})  # fmt: skip
    could = f"There could stand: {', '.join(told)}." if told else "See `combinations --help`."
    if fault.line < 1 or not when.strip():
        return _bad("It ends too early.", could)
    token = getattr(fault, "token", None)
    at_end = token is not None and token.type == "$END"
    if at_end:
        return _bad("It ends too early.", could)
    word = str(token) if token is not None else getattr(fault, "char", "")
    return _bad(f"Line {fault.line}, column {fault.column}: {word!r} cannot stand here.", could)


def _say(terminal: str) -> str:
    """Return a terminal of the grammar as a person would write it."""
    own = {"WORD": "a name", "NUMBER": "a number", "COUNT": "a number", "TIME": "s, min, h, d",
           "DISTANCE": "m, km", "$END": "", "LPAR": "(", "RPAR": ")", "COMMA": ","}  # fmt: skip
    return own.get(terminal, terminal.lower())


def _where(token: Token) -> str:
    return f"Line {token.line}, column {token.column}"


def _bad(message: str, remedy: str) -> InvalidInput:
    return InvalidInput(message, remedy, key="combination_bad", field="when",
                        what=f"{message} {remedy}")  # fmt: skip
