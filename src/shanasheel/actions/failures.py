"""What can be wrong with a segment that is checked against the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Wrong(StrEnum):
    """What is wrong with a segment."""

    FILE_MISSING = "file_missing"
    VOLUME_AWAY = "volume_away"  # its disk is not mounted: cannot be judged now
    FILE_UNREADABLE = "file_unreadable"
    SIZE_DIFFERS = "size_differs"
    BYTES_DIFFER = "bytes_differ"
    GROUPS_DIFFER = "groups_differ"  # the bytes are those logged, its groups of pictures are not
    NOT_LOGGED = "not_logged"  # indexed, but no fact in the ledger tells of it
    INDEX_DIFFERS = "index_differs"  # playback would show something else under this name or time
    RECORD_UNREADABLE = "record_unreadable"


#: The file is there, and is another.
CHANGED = (Wrong.SIZE_DIFFERS, Wrong.BYTES_DIFFER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One segment that is not what the ledger says.

    Args:
        groups: which of its groups of pictures still stand, in words; empty where none are known.
    """

    camera: str
    segment: str
    start: datetime
    end: datetime
    path: str
    reason: Wrong
    groups: str = ""
