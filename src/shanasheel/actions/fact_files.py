"""Facts as files beside a copy of the ledger: bodies and salts, one bundle of 256 a file.

A file is named by its first entry, its count and the SHA-256 of its bytes. A bundle that is not
full yet is written again under another name when it has grown; the longest counts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shanasheel.base.clock import from_us, to_us
from shanasheel.base.errors import IntegrityFault
from shanasheel.domain.facts import Fact, FactKind

FACTS = "facts"
BUNDLE = 256

_NAME = re.compile(r"facts/(\d{12})-(\d{1,3})-([0-9a-f]{64})\.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What the name of a file of facts says."""

    name: str
    first: int
    count: int


def pack_facts(first: int, facts: Sequence[Fact]) -> tuple[str, bytes]:
    """Return name and bytes of a bundle of facts that begins with entry `first`."""
    lines = [
        json.dumps(
            {
                "id": fact.id,
                "k": fact.kind.value,
                "at_us": to_us(fact.at),
                "body": fact.body.decode(),
                "salt": fact.salt.hex(),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        for fact in facts
    ]
    content = b"".join(line + b"\n" for line in lines)
    name = f"{FACTS}/{first:012d}-{len(facts)}-{hashlib.sha256(content).hexdigest()}.jsonl"
    return name, content


def unpack_facts(name: str, content: bytes) -> tuple[Fact, ...]:
    """Return the facts of a bundle.

    Raises:
        IntegrityFault: the bytes are not those of its name, or no facts.
    """
    if hashlib.sha256(content).hexdigest() not in name:
        raise IntegrityFault(f"{name} was changed: its bytes differ from its name.", "")
    try:
        lines = [json.loads(line) for line in content.splitlines()]
        return tuple(
            Fact(
                id=str(line["id"]),
                kind=FactKind(line["k"]),
                at=from_us(int(line["at_us"])),
                body=str(line["body"]).encode(),
                salt=bytes.fromhex(line["salt"]),
            )
            for line in lines
        )
    except (ValueError, TypeError, KeyError, OverflowError) as fault:
        raise IntegrityFault(f"{name} holds no facts: {fault}.", "") from fault


def longest(names: Iterable[str]) -> list[Bundle]:
    """Return the longest file of each bundle, in the order of entries."""
    found: dict[int, Bundle] = {}
    for name in names:
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        one = Bundle(name=name, first=int(match[1]), count=int(match[2]))
        known = found.get(one.first)
        if known is None or known.count < one.count:
            found[one.first] = one
    return [found[first] for first in sorted(found)]
