"""The database: connection, migration, and one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from shanasheel.adapters.stores.accounts import AccountRows
from shanasheel.adapters.stores.alerts import AlertRows
from shanasheel.adapters.stores.cameras import CameraRows
from shanasheel.adapters.stores.facts import FactRows
from shanasheel.adapters.stores.footage import FootageRows
from shanasheel.adapters.stores.keeping import KeepingRows
from shanasheel.adapters.stores.migrations import NEWEST
from shanasheel.adapters.stores.overview import OverviewRows
from shanasheel.adapters.stores.sightings import SightingRows
from shanasheel.base.errors import Unavailable

_BUSY_S = 15  # guess: far above any transaction of ours, far below a person's patience


class Transaction:
    """Everything one transaction can touch; what is written becomes durable together."""

    def __init__(self, connection: Connection) -> None:
        self.cameras = CameraRows(connection)
        self.overview = OverviewRows(connection)
        self.footage = FootageRows(connection, self.overview)
        self.sightings = SightingRows(connection)
        self.alerts = AlertRows(connection, self.overview)
        self.facts = FactRows(connection)
        self.accounts = AccountRows(connection)
        self.keeping = KeepingRows(connection, self.overview)


class Database:
    """Owns the engine. `begin` writes (one writer at a time), `read` sees one snapshot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Open a writing transaction; committed and durable when the block ends without error.

        Raises:
            Unavailable: the database stays locked or cannot be written.
        """
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    transaction = Transaction(connection)
                    yield transaction
                    transaction.overview.settle()
                except BaseException:
                    connection.rollback()
                    raise
                connection.commit()
        except IntegrityError:
            raise  # a row that breaks a rule of the schema: our own mistake, not the disk's
        except DatabaseError as fault:
            raise _unavailable(fault) from fault

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a reading transaction on one consistent snapshot.

        Raises:
            Unavailable: the database cannot be read.
        """
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                try:
                    yield Transaction(connection)
                finally:
                    connection.rollback()
        except IntegrityError:
            raise  # a row that breaks a rule of the schema: our own mistake, not the disk's
        except DatabaseError as fault:
            raise _unavailable(fault) from fault

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_database(path: Path) -> Database:
    """Open the SQLite database at `path`, made or migrated to the current schema.

    Raises:
        Unavailable: the file cannot be opened, or is not a database.
    """
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_S})
    event.listen(engine, "connect", _prepare)
    try:
        with engine.connect() as connection:
            if _schema(connection) != NEWEST:
                _migrate(connection)
                _sum_up(connection)
    except DatabaseError as fault:
        raise _unavailable(fault) from fault
    path.chmod(0o600)
    return Database(engine)


def _schema(connection: Connection) -> str | None:
    """Return the revision of the stored schema; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    # Imported here: it takes a second on small machines, and is seldom needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _sum_up(connection: Connection) -> None:
    """Fill the summary of an archive that is older than it."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    overview = OverviewRows(connection)
    if overview.is_empty():
        overview.rebuild()
    connection.commit()


def _prepare(connection: object, _record: ConnectionPoolEntry) -> None:
    """Set what every SQLite connection needs; transactions are begun by hand."""
    connection.isolation_level = None  # type: ignore[attr-defined]  # DBAPI connection
    cursor = connection.cursor()  # type: ignore[attr-defined]  # DBAPI connection
    # WAL lets readers go on beside the writer; FULL makes each commit survive a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _unavailable(fault: DatabaseError) -> Unavailable:
    if isinstance(fault, OperationalError):
        return Unavailable(
            f"The database does not answer: {fault.orig}.",
            "Check the disk's free space and that no other program holds the file.",
        )
    return Unavailable(
        f"The database is damaged: {fault.orig}.",
        "Stop, keep the file as it is, and restore the newest copy.",
    )
