"""Ports of one transaction about proof: facts, cosigners, timestamp authorities, exhibits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from shanasheel.domain.cosigning import OutsideCosigner
from shanasheel.domain.exhibits import Exhibit
from shanasheel.domain.facts import Fact, FactKind, StoredFact
from shanasheel.domain.stamping import Authority


class Cosigners(Protocol):
    """Rows of outside cosigners."""

    def all(self) -> tuple[OutsideCosigner, ...]: ...  # noqa: D102
    def replace(self, cosigners: Sequence[OutsideCosigner]) -> None: ...  # noqa: D102


class Authorities(Protocol):
    """Rows of timestamp authorities."""

    def all(self) -> tuple[Authority, ...]: ...  # noqa: D102
    def replace(self, authorities: Sequence[Authority]) -> None: ...  # noqa: D102


class Facts(Protocol):
    """Rows of facts, numbered as the ledger will number them."""

    def add(self, fact: Fact) -> int: ...  # noqa: D102
    def add_all(self, found: Sequence[Fact]) -> None: ...  # noqa: D102
    def count(self) -> int: ...  # noqa: D102
    def after(self, entry: int, limit: int) -> tuple[Fact, ...]: ...  # noqa: D102
    def page(self, kind: FactKind, first: int, limit: int) -> tuple[StoredFact, ...]: ...  # noqa: D102
    def erase(self, entries: Sequence[int]) -> None: ...  # noqa: D102
    def body_of(self, identifier: str) -> bytes | None: ...  # noqa: D102
    def stored(self, identifiers: Sequence[str]) -> tuple[StoredFact, ...]: ...  # noqa: D102
    def of_kind(self, kind: FactKind, since: datetime) -> Iterator[StoredFact]: ...  # noqa: D102
    def every(self) -> Iterator[StoredFact]: ...  # noqa: D102


class Exhibits(Protocol):
    """Rows of exhibits."""

    def save(self, exhibit: Exhibit) -> None: ...  # noqa: D102
    def one(self, code: str) -> Exhibit | None: ...  # noqa: D102
    def next_code(self, year: int) -> str: ...  # noqa: D102
    def newest(self, limit: int) -> tuple[Exhibit, ...]: ...  # noqa: D102
