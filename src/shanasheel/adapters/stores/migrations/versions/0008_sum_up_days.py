"""Sum up what is known of every camera: runs of footage, gaps and activity, and days of cells.

Both tables follow from rows that exist; they are filled when the database is opened.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "runs",
        sa.Column("camera", sa.String(length=32), nullable=False),
        sa.Column(
            "layer", sa.String(length=16), nullable=False,
            comment="main, shielded, deleted, gap, active",
        ),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "word", sa.String(length=32), nullable=False, comment="cause of a gap, else empty"
        ),
        sa.Column(
            "end_us", sa.BigInteger(), nullable=False, comment="never across midnight UTC"
        ),
        sa.CheckConstraint("end_us > start_us", name=op.f("ck_runs_span")),
        sa.PrimaryKeyConstraint("camera", "layer", "start_us", "word", name=op.f("pk_runs")),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "camera_days",
        sa.Column("day", sa.Integer(), nullable=False, comment="days since 1970 UTC"),
        sa.Column("camera", sa.String(length=32), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False, comment="rows of runs on this day"),
        sa.Column(
            "cells", sa.LargeBinary(), nullable=False,
            comment="7 planes of 96 bytes, domain.overview",
        ),
        sa.PrimaryKeyConstraint("day", "camera", name=op.f("pk_camera_days")),
    )  # fmt: skip
