"""Rows of cameras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from shanasheel.adapters.stores.tables import cameras, settings
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.domain.models import ModelTask
from shanasheel.domain.wire import dumps, loads

_REVISION = "cameras_revision"
_CHOSEN = {
    ModelTask.DETECTION: "detector",
    ModelTask.FACES: "faces",
    ModelTask.WEAPONS: "weapon_model",
}


class CameraRows:
    """Reads and writes cameras within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> tuple[Camera, ...]:
        """Return every camera in wall order."""
        rows = self._connection.execute(select(cameras.c.body).order_by(cameras.c.position))
        return tuple(loads(row.body, Camera) for row in rows)

    def ids(self) -> tuple[CameraId, ...]:
        """Return every camera's id in wall order."""
        rows = self._connection.execute(select(cameras.c.id).order_by(cameras.c.position))
        return tuple(CameraId(row.id) for row in rows)

    def one(self, identifier: str) -> Camera | None:
        """Return one camera, or None."""
        row = self._connection.execute(
            select(cameras.c.body).where(cameras.c.id == identifier)
        ).first()
        return None if row is None else loads(row.body, Camera)

    def revision(self) -> str:
        """Return a text that is another one after every change; empty before the first."""
        return self._setting(_REVISION)

    def chosen(self, task: ModelTask) -> str:
        """Return the model for cameras that name none of their own; empty before any was chosen."""
        return self._setting(_CHOSEN[task])

    def choose(self, task: ModelTask, name: str, *, revision: str) -> None:
        """Choose that model, or none by an empty name; for who follows the cameras, a change."""
        self._set({_CHOSEN[task]: name, _REVISION: revision})

    def _setting(self, name: str) -> str:
        row = self._connection.execute(
            select(settings.c.body).where(settings.c.name == name)
        ).first()
        return "" if row is None else str(row.body)

    def _set(self, values: Mapping[str, str]) -> None:
        for key, body in values.items():
            self._connection.execute(
                upsert(settings)
                .values(name=key, body=body)
                .on_conflict_do_update(index_elements=["name"], set_={"body": body})
            )

    def replace(self, listed: Sequence[Camera], *, revision: str) -> None:
        """Make `listed` the whole set of cameras, in this order."""
        self._connection.execute(
            upsert(settings)
            .values(name=_REVISION, body=revision)
            .on_conflict_do_update(index_elements=["name"], set_={"body": revision})
        )
        self._connection.execute(delete(cameras))
        for position, camera in enumerate(listed):
            self._connection.execute(
                insert(cameras).values(id=camera.id, position=position, body=dumps(camera))
            )
