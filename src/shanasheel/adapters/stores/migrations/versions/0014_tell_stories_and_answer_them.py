"""Tell one story per alert, and keep what people do about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema, and note the one camera of each alert of before."""
    op.create_index("ix_events_alert", "events", ["alert"])
    op.add_column("alerts", sa.Column("due_us", sa.BigInteger(), nullable=True))
    op.create_index("ix_alerts_due", "alerts", ["due_us"])
    op.drop_index("ix_alerts_state_at", "alerts")
    op.create_index("ix_alerts_state_at_id", "alerts", ["state", "at_us", "id"])
    op.create_table(
        "alert_cameras",
        sa.Column("alert", sa.String(36), nullable=False),
        sa.Column("camera", sa.String(32), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "camera", name="pk_alert_cameras"),
    )
    op.create_index("ix_alert_cameras_camera_at", "alert_cameras", ["camera", "at_us", "alert"])
    op.execute(
        "INSERT INTO alert_cameras (alert, camera, at_us) SELECT id, camera, at_us FROM alerts"
    )
    _answers()


def _answers() -> None:
    op.create_table(
        "plans",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_plans"),
    )
    _of_alert("responses", sa.Column("state", sa.String(16), nullable=False),
              sa.Column("due_us", sa.BigInteger(), nullable=True))  # fmt: skip
    op.create_index("ix_responses_due", "responses", ["due_us"])
    op.create_index("ix_responses_state", "responses", ["state"])
    at = sa.Column("at_us", sa.BigInteger(), nullable=False)
    _of_alert("cancellations", at, sa.Column("acknowledged_us", sa.BigInteger(), nullable=True))
    op.create_index("ix_cancellations_acknowledged", "cancellations", ["acknowledged_us"])
    op.create_table(
        "shifts",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    op.create_index("ix_shifts_start", "shifts", ["start_us"])
    _of_alert("alert_log", sa.Column("at_us", sa.BigInteger(), nullable=False))


def _of_alert(name: str, *columns: sa.Column[int] | sa.Column[str]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("alert", sa.String(36), nullable=False),
        *columns,
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=f"fk_{name}_alert_alerts"),
    )
    op.create_index(f"ix_{name}_alert", name, ["alert"])
