"""Filling a scratch index with many rows at once, for benchmarks; never for real footage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from shanasheel.base.clock import to_us
from shanasheel.domain.footage import Segment
from shanasheel.domain.wire import dumps

_DAY_US = 86_400_000_000
# An id begins with its milliseconds as 12 hexadecimal digits (RFC 9562 §5.7); a path names its day.
_AGAIN = """
WITH first AS (
  SELECT *, (start_us + :shift_us) / 1000 AS ms FROM segments
  WHERE start_us < (SELECT min(start_us) FROM segments) + 86400000000
), shifted AS (
  SELECT *, printf('%08x-%04x', ms >> 16, ms & 65535) || substr(id, 14) AS new_id,
    replace(path, strftime('/%Y/%m/%d/', start_us / 1000000, 'unixepoch'),
      strftime('/%Y/%m/%d/', (start_us + :shift_us) / 1000000, 'unixepoch')) AS new_path
  FROM first
)
INSERT INTO segments
SELECT new_id, camera, stream, start_us + :shift_us, end_us + :shift_us, new_path, size_bytes,
  replace(replace(replace(replace(body, id, new_id), path, new_path),
    '"start":' || start_us, '"start":' || (start_us + :shift_us)),
    '"end":' || end_us, '"end":' || (end_us + :shift_us))
FROM shifted ORDER BY start_us
"""


def fill_segments(database: Path, segments: Iterable[Segment]) -> int:
    """Write rows of segments, without facts, files or summary; return how many."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        cursor = connection.executemany(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _values(segments)
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return cursor.rowcount
    finally:
        connection.close()


def repeat_day(database: Path, days: int) -> int:
    """Write a day of rows again for each further day, a day later each; return how many.

    SQLite does it by itself, several times sooner than each row made anew.
    """
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=OFF")
        written = 0
        for day in range(1, days):
            connection.execute("BEGIN")
            connection.execute(_AGAIN, {"shift_us": day * _DAY_US})
            written += int(connection.execute("SELECT changes()").fetchone()[0])
            connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return written
    finally:
        connection.close()


def _values(segments: Iterable[Segment]) -> Iterator[tuple[object, ...]]:
    for one in segments:
        yield (
            one.id, one.camera, one.stream.value, to_us(one.start), to_us(one.end), one.path,
            one.size_bytes, dumps(one),
        )  # fmt: skip
