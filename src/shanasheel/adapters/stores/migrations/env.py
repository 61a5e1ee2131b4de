"""What Alembic runs: apply the changes on the connection it was handed."""

from __future__ import annotations

from alembic import context

from shanasheel.adapters.stores.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter columns in place
)
with context.begin_transaction():
    context.run_migrations()
