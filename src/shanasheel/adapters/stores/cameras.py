"""Rows of cameras."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from shanasheel.adapters.stores.tables import cameras
from shanasheel.domain.cameras import Camera
from shanasheel.domain.wire import dumps, loads


class CameraRows:
    """Reads and writes cameras within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> tuple[Camera, ...]:
        """Return every camera in wall order."""
        rows = self._connection.execute(select(cameras.c.body).order_by(cameras.c.position))
        return tuple(loads(row.body, Camera) for row in rows)

    def replace(self, listed: Sequence[Camera]) -> None:
        """Make `listed` the whole set of cameras, in this order."""
        self._connection.execute(delete(cameras))
        for position, camera in enumerate(listed):
            self._connection.execute(
                insert(cameras).values(id=camera.id, position=position, body=dumps(camera))
            )
