"""Filling a scratch index with many rows at once, for benchmarks; never for real footage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from shanasheel.base.clock import to_us
from shanasheel.domain.footage import Segment
from shanasheel.domain.wire import dumps


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


def _values(segments: Iterable[Segment]) -> Iterator[tuple[object, ...]]:
    for one in segments:
        yield (
            one.id, one.camera, one.stream.value, to_us(one.start), to_us(one.end), one.path,
            one.size_bytes, dumps(one),
        )  # fmt: skip
