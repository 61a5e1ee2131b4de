"""Tables and queries on SQLite through SQLAlchemy."""
