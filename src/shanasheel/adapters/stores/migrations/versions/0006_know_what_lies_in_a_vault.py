"""Know what lies in a vault."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "copies",
        sa.Column(
            "vault",
            sa.String(length=36),
            nullable=False,
            comment="id in the vault's own vault.json",
        ),
        sa.Column(
            "item", sa.String(length=36), nullable=False, comment="id of the segment or intake"
        ),
        sa.Column(
            "path", sa.Text(), nullable=False, comment="POSIX, relative to data folder and vault"
        ),
        sa.Column(
            "sha256", sa.String(length=64), nullable=False, comment="read back from the vault, hex"
        ),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "at_us", sa.BigInteger(), nullable=False, comment="when it had been verified there"
        ),
        sa.PrimaryKeyConstraint("vault", "item", name=op.f("pk_copies")),
    )
