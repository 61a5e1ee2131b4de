"""A copy of the whole database at one moment, for places where its secrets have no business."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from shanasheel.base.text import hide_password
from shanasheel.domain.cameras import Camera
from shanasheel.domain.wire import dumps, loads

_MARK = "***"


def forget_secrets(path: Path) -> None:
    """Take accounts, sessions, and passwords of cameras and receivers out of a copy, for good.

    What is deleted is overwritten; the copy must come from VACUUM INTO, which leaves behind what
    the original deleted.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode=OFF")
        copy.execute("PRAGMA secure_delete=ON")
        for table in ("sessions", "accounts"):
            copy.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        copy.execute("UPDATE receivers SET secret = ''")
        copy.execute("UPDATE messages SET token = ''")
        for identifier, body in copy.execute("SELECT id, body FROM cameras").fetchall():
            camera = loads(body, Camera)
            hidden = dumps(replace(camera, url=hide_password(camera.url, _MARK)))
            copy.execute("UPDATE cameras SET body = ? WHERE id = ?", (hidden, identifier))
        copy.execute("VACUUM")


def sound(path: Path) -> bool:
    """Return whether a copy that comes from elsewhere is a whole database without code in it."""
    try:
        with closing(sqlite3.connect(path)) as copy:
            copy.execute("PRAGMA trusted_schema=OFF")
            code = "SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')"
            if copy.execute(code).fetchone() != (0,):
                return False
            return bool(copy.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.Error:
        return False
