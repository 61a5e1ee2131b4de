"""Canonical bytes and commitments: one spelling, and no second opening."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shanasheel.base.errors import InvalidInput, ShanasheelError
from shanasheel.domain.facts import Fact, FactKind
from shanasheel.prove.ledger import (
    CommitmentMismatch,
    Leaf,
    canonical,
    leaf_of,
    open_commitment,
    parse_leaf,
)
from shanasheel.prove.ledger.commitments import _parse_slowly

FACT = Fact(
    id="0197",
    kind=FactKind.SEGMENT,
    at=datetime(2026, 1, 1, tzinfo=UTC),
    body=canonical({"v": 1, "camera": "بوابة", "start_us": 1}),
    salt=bytes(range(16)),
)

JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53) + 1, 2**53 - 1) | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=10,
)


@given(some.dictionaries(some.text(), JSON))
def test_canonical_bytes_are_their_own_canonical_form(mapping: dict[str, object]) -> None:
    try:
        spelt = canonical(mapping)
    except InvalidInput:
        return
    assert canonical(json.loads(spelt)) == spelt


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**53, -(2**53), b"x", {1: 2}, "\ud800", {"é": 1, "e\u0301": 2}, object()],
)
def test_what_has_no_one_spelling_is_refused_by_name(value: object) -> None:
    with pytest.raises(InvalidInput, match=r"record\.part|record"):
        canonical({"part": value})


def test_nesting_is_bounded() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidInput, match="nests"):
        canonical({"deep": deep})


def test_composed_and_decomposed_text_spell_alike() -> None:
    assert canonical({"n": "e\u0301"}) == canonical({"n": "é"})


def test_a_leaf_tells_the_kind_and_nothing_else() -> None:
    leaf = leaf_of(FACT)

    assert json.loads(leaf).keys() == {"v", "k", "c"}
    assert parse_leaf(leaf).kind is FactKind.SEGMENT
    open_commitment(leaf, FACT.body, FACT.salt)


def test_every_flipped_bit_of_leaf_body_or_salt_is_found() -> None:
    parts = [leaf_of(FACT), FACT.body, FACT.salt]
    for number, part in enumerate(parts):
        for at in range(len(part) * 8):
            spoilt = bytearray(part)
            spoilt[at // 8] ^= 1 << at % 8
            if number == 0 and kind_of(bytes(spoilt)) is not None:
                continue
            with pytest.raises(CommitmentMismatch):
                open_commitment(*[*parts[:number], bytes(spoilt), *parts[number + 1 :]])


def kind_of(leaf: bytes) -> FactKind | None:
    """The kind, where a flip made another valid one: only the tree protects that."""
    try:
        kind = parse_leaf(leaf).kind
    except InvalidInput:
        return None
    return kind if kind is not FACT.kind else None


def test_the_border_between_salt_and_record_cannot_move() -> None:
    with pytest.raises(CommitmentMismatch):
        open_commitment(leaf_of(FACT), FACT.body[1:], FACT.salt + FACT.body[:1])


@given(some.binary(max_size=120) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_foreign_leaf_escapes_our_errors(leaf: bytes) -> None:
    with pytest.raises(ShanasheelError):
        parse_leaf(leaf)


@pytest.mark.parametrize(
    "leaf",
    [
        leaf_of(FACT).replace(b",", b", "),
        leaf_of(FACT).replace(b'"v":1', b'"v":2'),
        leaf_of(FACT).replace(b'"v":1', b'"v":1,"v":1'),
        leaf_of(FACT).replace(b'"v":1', b'"v":1.0'),
        b"[" * 900,
    ],
)
def test_a_leaf_in_another_spelling_is_refused(leaf: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_leaf(leaf)


@given(some.sampled_from(FactKind), some.binary(min_size=32, max_size=32))
def test_an_entry_is_spelt_and_read_as_the_rules_say(kind: FactKind, commitment: bytes) -> None:
    told = base64.b64encode(commitment).decode()

    leaf = canonical({"v": 1, "k": kind.value, "c": told})

    assert parse_leaf(leaf) == _parse_slowly(leaf) == Leaf(kind=kind, commitment=commitment)
    fact = replace(FACT, kind=kind)
    assert leaf_of(fact) == canonical(
        {"v": 1, "k": kind.value, "c": json.loads(leaf_of(fact))["c"]}
    )


@given(some.integers(0, 90), some.binary(max_size=3), some.integers(0, 3))
def test_a_changed_entry_is_judged_as_by_the_rules(at: int, put: bytes, cut: int) -> None:
    leaf = leaf_of(FACT)
    changed = leaf[:at] + put + leaf[at + cut :]

    assert _read(parse_leaf, changed) == _read(_parse_slowly, changed)


def _read(how: Callable[[bytes], Leaf], leaf: bytes) -> Leaf | None:
    try:
        return how(leaf)
    except InvalidInput:
        return None
