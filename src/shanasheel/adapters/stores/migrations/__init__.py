"""Changes of the schema, one module each, applied by Alembic when a database is opened."""
