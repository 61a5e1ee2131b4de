"""Search over sightings."""

from shanasheel.find.queries import (
    MOST_RESULTS,
    TYPES,
    Cursor,
    SightingQuery,
    decode_cursor,
    encode_cursor,
)
from shanasheel.find.wording import in_words

__all__ = [
    "MOST_RESULTS",
    "TYPES",
    "Cursor",
    "SightingQuery",
    "decode_cursor",
    "encode_cursor",
    "in_words",
]
