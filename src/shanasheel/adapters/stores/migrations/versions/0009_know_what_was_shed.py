"""Know which spans were recorded but not looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "sheds",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("camera", sa.String(length=32), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.CheckConstraint("end_us > start_us", name=op.f("ck_sheds_span")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheds")),
        comment="spans recorded but not looked at although due",
    )
    op.create_index("ix_sheds_camera_start", "sheds", ["camera", "start_us"])
    op.create_index("ix_sheds_end", "sheds", ["end_us"])
