"""Tables and queries on SQLite through SQLAlchemy."""

from shanasheel.adapters.stores.database import Database, Transaction, open_database

__all__ = ["Database", "Transaction", "open_database"]
