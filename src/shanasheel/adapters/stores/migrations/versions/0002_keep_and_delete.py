"""Know what is held, what was deleted and what was handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "deletions",
        sa.Column("segment", sa.String(length=36), nullable=False, comment="id the segment had"),
        sa.Column("camera", sa.String(length=32), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False, comment="POSIX, relative to data folder"),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column(
            "fact", sa.String(length=36), nullable=False, comment="the fact that names the segment"
        ),
        sa.Column("done", sa.Integer(), nullable=False, comment="1 when the file is gone"),
        sa.PrimaryKeyConstraint("segment", name=op.f("pk_deletions")),
    )
    op.create_index("ix_deletions_done", "deletions", ["done"])
    op.create_index(
        "ix_deletions_camera_stream_start", "deletions", ["camera", "stream", "start_us"]
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("released_us", sa.BigInteger(), nullable=True, comment="null while it holds"),
        sa.Column("body", sa.Text(), nullable=False, comment="Hold as JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_table(
        "intakes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the original, hex"),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="Intake as JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intakes")),
        sa.UniqueConstraint("sha256", name=op.f("uq_intakes_sha256")),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="the setting's record as JSON"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_index("ix_segments_end", "segments", ["end_us", "id"])
