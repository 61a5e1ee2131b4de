"""Tables and queries on SQLite through SQLAlchemy."""

from shanasheel.adapters.stores.database import Database, Transaction, open_database
from shanasheel.adapters.stores.snapshot import sound

__all__ = ["Database", "Transaction", "open_database", "sound"]
