"""Search over sightings."""

from shanasheel.find.queries import (
    MOST_RESULTS,
    TYPES,
    Cursor,
    SightingQuery,
    decode_cursor,
    encode_cursor,
)

__all__ = [
    "MOST_RESULTS",
    "TYPES",
    "Cursor",
    "SightingQuery",
    "decode_cursor",
    "encode_cursor",
]
