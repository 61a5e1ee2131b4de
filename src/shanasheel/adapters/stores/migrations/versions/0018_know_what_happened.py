"""Know the incidents that people affirm by confirming alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.UniqueConstraint("code", name="uq_incidents_code"),
    )
    op.create_index("ix_incidents_at", "incidents", ["at_us", "id"])
    op.create_table(
        "incident_alerts",
        sa.Column("alert", sa.String(36), nullable=False),
        sa.Column("incident", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("alert", name="pk_incident_alerts"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name="fk_incident_alerts_alert_alerts"),
        sa.ForeignKeyConstraint(
            ["incident"], ["incidents.id"], name="fk_incident_alerts_incident_incidents"
        ),
    )
    op.create_index("ix_incident_alerts_incident", "incident_alerts", ["incident"])
