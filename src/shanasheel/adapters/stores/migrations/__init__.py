"""Changes of the schema, one module each, applied by Alembic when a database is opened."""

#: The revision that the code expects; a test holds it equal to the newest module's.
NEWEST = "0021"
