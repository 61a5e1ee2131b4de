"""The database: connection, migration, and one transaction at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from shanasheel.adapters.stores.accounts import AccountRows
from shanasheel.adapters.stores.alerts import AlertRows
from shanasheel.adapters.stores.authorities import AuthorityRows
from shanasheel.adapters.stores.cameras import CameraRows
from shanasheel.adapters.stores.combining import CombiningRows
from shanasheel.adapters.stores.copies import CopyRows
from shanasheel.adapters.stores.cosigners import CosignerRows
from shanasheel.adapters.stores.exhibits import ExhibitRows
from shanasheel.adapters.stores.facts import FactRows
from shanasheel.adapters.stores.footage import FootageRows
from shanasheel.adapters.stores.incidents import IncidentRows
from shanasheel.adapters.stores.keeping import KeepingRows
from shanasheel.adapters.stores.messages import MessageRows
from shanasheel.adapters.stores.migrations import NEWEST
from shanasheel.adapters.stores.overview import OverviewRows
from shanasheel.adapters.stores.protecting import ProtectingRows
from shanasheel.adapters.stores.receivers import ReceiverRows
from shanasheel.adapters.stores.response import ResponseRows
from shanasheel.adapters.stores.sightings import SightingRows
from shanasheel.adapters.stores.snapshot import forget_secrets
from shanasheel.adapters.stores.summary import SummaryRows
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
        self.combining = CombiningRows(connection)
        self.protecting = ProtectingRows(connection)
        self.facts = FactRows(connection)
        self.accounts = AccountRows(connection)
        self.keeping = KeepingRows(connection, self.overview)
        self.copies = CopyRows(connection)
        self.cosigners = CosignerRows(connection)
        self.authorities = AuthorityRows(connection)
        self.summary = SummaryRows(connection)
        self.receivers = ReceiverRows(connection)
        self.messages = MessageRows(connection)
        self.response = ResponseRows(connection)
        self.incidents = IncidentRows(connection)
        self.exhibits = ExhibitRows(connection)


class Database:
    """Owns the engine. `begin` writes (one writer at a time), `read` sees one snapshot."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._changes = 0

    @property
    def changes(self) -> int:
        """A number that is another one after each transaction written through this object."""
        return self._changes

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
                self._changes += 1
        except IntegrityError:
            raise  # a row that breaks a rule of the schema: our own mistake, not the disk's
        except DatabaseError as fault:
            raise _unavailable(fault) from fault
        except DisconnectionError as fault:
            raise _gone() from fault

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
        except DisconnectionError as fault:
            raise _gone() from fault

    def snapshot(self, path: Path) -> None:
        """Write everything as of one moment to a new file, without secrets; writers go on.

        Accounts, sessions, and the passwords of cameras and receivers are not in it.

        Raises:
            Unavailable: the database cannot be read, or the copy cannot be written.
        """
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("VACUUM INTO ?", (str(path),))
            path.chmod(0o600)
            forget_secrets(path)
        except DatabaseError as fault:
            raise _unavailable(fault) from fault
        except sqlite3.Error as fault:
            raise Unavailable(f"The copy {path.name} cannot be written: {fault}.") from fault

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_database(path: Path, *, begun: bool = False) -> Database:
    """Open the SQLite database at `path`, made or migrated to the current schema.

    While it is open the file may vanish and come back: each transaction is on the file that lies
    there then, and none is made in its place.

    Args:
        begun: there was a database here: it is never made anew.

    Raises:
        Unavailable: the file cannot be opened, or is not a database, or is gone.
    """
    if not begun and not path.exists():
        _make_empty(path)
    engine = create_engine(
        f"sqlite:///file:{quote(str(path))}?mode=rw&uri=true", connect_args={"timeout": _BUSY_S}
    )
    event.listen(engine, "connect", partial(_prepare, path))
    event.listen(engine, "checkout", partial(_same_file, path))
    try:
        with engine.connect() as connection:
            if _schema(connection) != NEWEST:
                _migrate(connection)
            _sum_up(connection)
    except DatabaseError as fault:
        raise _unavailable(fault) from fault
    return Database(engine)


def _make_empty(path: Path) -> None:
    try:
        path.touch(mode=0o600)  # an empty file is an empty database
    except OSError as fault:
        raise Unavailable(
            f"The database {path} cannot be made: {fault.strerror}.", "Check the folder."
        ) from fault


def _same_file(path: Path, _dbapi: object, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Refuse a connection to a file that lies there no longer; the pool makes a new one."""
    if _number_of(path) != record.info["file"]:
        raise DisconnectionError("The database's file is another one now.")


def _number_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
    """Fill the summary of an archive that is older than it, or whose filling was cut short."""
    overview = OverviewRows(connection)
    if not overview.is_empty():
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    if overview.is_empty():
        SummaryRows(connection).rebuild()
    connection.commit()


def _prepare(path: Path, connection: object, record: ConnectionPoolEntry) -> None:
    """Set what every SQLite connection needs; transactions are begun by hand."""
    record.info["file"] = _number_of(path)
    connection.isolation_level = None  # type: ignore[attr-defined]  # DBAPI connection
    cursor = connection.cursor()  # type: ignore[attr-defined]  # DBAPI connection
    # WAL lets readers go on beside the writer; FULL makes each commit survive a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _gone() -> Unavailable:
    return Unavailable("The database's file is gone.", "Put it back where it was.")


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
