"""Know the exhibits that are produced to cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "exhibits",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exhibits"),
        sa.UniqueConstraint("code", name="uq_exhibits_code"),
    )
    op.create_index("ix_exhibits_at", "exhibits", ["at_us", "id"])
