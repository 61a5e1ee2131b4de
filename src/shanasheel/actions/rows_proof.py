"""Ports of one transaction about proof: facts, cosigners, timestamp authorities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from shanasheel.domain.cosigning import OutsideCosigner
from shanasheel.domain.facts import Fact, StoredFact
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
    def body_of(self, identifier: str) -> bytes | None: ...  # noqa: D102
    def every(self) -> Iterator[StoredFact]: ...  # noqa: D102
