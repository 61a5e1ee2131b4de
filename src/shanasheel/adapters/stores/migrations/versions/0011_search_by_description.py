"""Search sightings by how things looked and by their plates."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WORDS = ("colour", "upper", "lower", "towards", "windows", "plate_state")
_AT_ONCE = 1000


def upgrade() -> None:
    """Change the schema, and fill in what older sightings say of plates."""
    for name in _WORDS:
        _add(name, 16)
    _add("plate", 32)
    for name in ("bearing_deg", "speed_kmh"):
        op.add_column("sightings", sa.Column(name, sa.Float(), nullable=True))
    op.create_index("ix_sightings_plate", "sightings", ["plate", "start_us"])
    _fill()


def _add(name: str, length: int) -> None:
    column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
    op.add_column("sightings", column)


def _fill() -> None:
    """Older sightings have no description, and their plates are Latin capitals and digits."""
    connection, last = op.get_bind(), ""
    rows = sa.table("sightings", *(sa.column(name) for name in ("id", "body", "plate_state")),
                    sa.column("plate"))  # fmt: skip
    while True:
        query = sa.select(rows.c.id, rows.c.body).where(rows.c.id > last).order_by(rows.c.id)
        found = connection.execute(query.limit(_AT_ONCE)).all()
        for identifier, body in found:
            plate = json.loads(body).get("plate")
            if plate:
                connection.execute(
                    sa.update(rows)
                    .where(rows.c.id == identifier)
                    .values(plate_state=plate["state"], plate=plate.get("text", "")[:32])
                )
        if len(found) < _AT_ONCE:
            return
        last = found[-1].id
