"""Rows of accounts, sessions and grants."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from shanasheel.adapters.stores.tables import accounts, grants, sessions
from shanasheel.base.clock import from_us, to_us
from shanasheel.domain.people import Grant, Person, Role
from shanasheel.domain.wire import dumps, loads


class AccountRows:
    """Reads and writes accounts, sessions and grants within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def exist(self) -> bool:
        """Return whether any account exists."""
        return bool(self._connection.execute(select(func.count()).select_from(accounts)).scalar())

    def all(self) -> tuple[Person, ...]:
        """Return every account, by name."""
        rows = self._connection.execute(select(accounts).order_by(accounts.c.name))
        return tuple(Person(name=row.name, role=Role(row.role)) for row in rows)

    def add(self, person: Person, password_hash: str) -> None:
        """Store a new account."""
        self._connection.execute(
            insert(accounts).values(name=person.name, role=person.role, password_hash=password_hash)
        )

    def find(self, name: str) -> tuple[Person, str] | None:
        """Return an account with its password hash, or None."""
        row = self._connection.execute(select(accounts).where(accounts.c.name == name)).first()
        if row is None:
            return None
        return Person(name=row.name, role=Role(row.role)), row.password_hash

    def add_session(self, token_sha256: str, person: str, at: datetime) -> None:
        """Store a session."""
        self._connection.execute(
            insert(sessions).values(
                token_sha256=token_sha256, person=person, created_us=to_us(at), seen_us=to_us(at)
            )
        )

    def session(self, token_sha256: str) -> tuple[Person, datetime, datetime] | None:
        """Return whose session it is, when it began and when it was last used, or None."""
        row = self._connection.execute(
            select(accounts.c.name, accounts.c.role, sessions.c.created_us, sessions.c.seen_us)
            .join(accounts, accounts.c.name == sessions.c.person)
            .where(sessions.c.token_sha256 == token_sha256)
        ).first()
        if row is None:
            return None
        person = Person(name=row.name, role=Role(row.role))
        return person, from_us(row.created_us), from_us(row.seen_us)

    def touch_session(self, token_sha256: str, at: datetime) -> None:
        """Remember that a session was used."""
        self._connection.execute(
            update(sessions)
            .where(sessions.c.token_sha256 == token_sha256)
            .values(seen_us=to_us(at))
        )

    def end_session(self, token_sha256: str) -> None:
        """Forget a session."""
        self._connection.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256))

    def add_grant(self, grant: Grant) -> None:
        """Store a grant."""
        self._connection.execute(
            insert(grants).values(
                id=grant.id,
                person=grant.person,
                camera=grant.camera,
                issued_us=to_us(grant.issued),
                expires_us=to_us(grant.expires),
                entry=grant.entry,
                body=dumps(grant),
            )
        )

    def grant(self, identifier: str) -> Grant | None:
        """Return one grant, or None."""
        row = self._connection.execute(
            select(grants.c.body).where(grants.c.id == identifier)
        ).first()
        return None if row is None else loads(row.body, Grant)

    def grants(self, limit: int) -> tuple[Grant, ...]:
        """Return the newest grants, newest first."""
        rows = self._connection.execute(
            select(grants.c.body).order_by(grants.c.issued_us.desc()).limit(limit)
        )
        return tuple(loads(row.body, Grant) for row in rows)
