"""The proof that a clip's groups of pictures stand in recorded segments, as a file has it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from shanasheel.base.errors import InvalidInput
from shanasheel.prove.footage.spans import SpanProof

FORMAT = "shanasheel/part/1"
CLIP_PROOF_LIMIT_BYTES = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some groups of a clip that stand in one segment.

    Args:
        at: the first of them in the clip, from 0.
        record: the segment's record, as the ledger commits to it.
        span: where they stand in the segment.
    """

    at: int
    record: str
    span: SpanProof

    @property
    def count(self) -> int:
        """Return how many groups they are."""
        return self.span.last - self.span.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipProof:
    """What is proven of a clip.

    Args:
        groups: the clip has.
        parts: in order of the clip; what lies between them is not proven.
    """

    groups: int
    parts: tuple[Part, ...]

    @property
    def unproven(self) -> tuple[int, ...]:
        """Return the clip's groups that are in no part, from 0."""
        proven = {part.at + place for part in self.parts for place in range(part.count)}
        return tuple(group for group in range(self.groups) if group not in proven)

    def as_json(self) -> dict[str, object]:
        """Return plain values."""
        parts = [
            {"at": part.at, "record": part.record, "span": part.span.as_json()}
            for part in self.parts
        ]
        return {"format": FORMAT, "groups": self.groups, "parts": parts}


def parse_clip_proof(data: bytes, name: str) -> ClipProof:
    """Read what `as_json` gave.

    Args:
        name: of the file, for the message.

    Raises:
        InvalidInput: it is no such proof.
    """
    try:
        told = json.loads(data)
        if told["format"] != FORMAT or type(told["groups"]) is not int:
            raise ValueError("another format")
        parts = tuple(
            Part(
                at=int(part["at"]),
                record=str(part["record"]),
                span=SpanProof.from_json(part["span"]),
            )
            for part in told["parts"]
        )
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise InvalidInput(f"{name} is no proof of a clip.", "Make it anew.") from fault
    return ClipProof(groups=told["groups"], parts=parts)
