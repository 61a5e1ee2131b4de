"""What the actions need of the outside: a store, a ledger, and word of live workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from shanasheel.actions.rows import Rows
from shanasheel.domain.cameras import Camera
from shanasheel.domain.devices import FoundDevice, ReadDevice
from shanasheel.domain.handed import IntakeOrder, OrderState
from shanasheel.domain.models import ChosenModel, ModelOrder, ModelWork, Use
from shanasheel.domain.receivers import Message
from shanasheel.domain.trying import TrialOrder, TrialWork


class Store(Protocol):
    """A database of rows."""

    @property
    def changes(self) -> int:
        """A number that is another one after each transaction written through this object."""

    def begin(self) -> AbstractContextManager[Rows]:
        """Open a writing transaction."""

    def read(self) -> AbstractContextManager[Rows]:
        """Open a reading transaction on one snapshot."""

    def snapshot(self, path: Path) -> None:
        """Write everything as of one moment to a new file, without secrets."""


class Log(Protocol):
    """The append-only ledger, in the words of the one who feeds it."""

    @property
    def size(self) -> int:
        """How many entries are durable."""

    def append(self, entries: Sequence[bytes]) -> range:
        """Write entries durably and return their indices."""

    def checkpoint(self) -> object:
        """Sign the present head."""


class Workers(Protocol):
    """What the workers last said of themselves."""

    def cameras(self) -> Mapping[str, Mapping[str, object]]:
        """Return the newest status of every camera, by id, as plain JSON values."""

    def processes(self) -> Sequence[Mapping[str, object]]:
        """Return every worker process with name, pid and state."""


class Vault(Protocol):
    """A place elsewhere that keeps copies. Each name is written once; nothing is ever removed.

    Names are POSIX paths without `.`, `..` or a part that begins with a dot. Every method may
    raise `Unavailable` (out of reach), `Denied` (we may not) or `Exhausted` (full).
    """

    def put(self, path: str, chunks: Iterable[bytes], size_bytes: int) -> None:
        """Store bytes under a name: whole and durable when this returns, else not there.

        A name that is taken keeps what it has wherever the place can tell.
        """

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the bytes under a name in pieces of at most a few MiB; NotFound without them."""

    def size_of(self, path: str) -> int | None:
        """Return the size of what is under a name; None when there is nothing."""

    def names(self, below: str) -> Iterator[str]:
        """Yield the names below a folder, in any order."""


class Finder(Protocol):
    """Devices on the network."""

    def find(self, timeout_s: float, hosts: tuple[str, ...]) -> tuple[FoundDevice, ...]:
        """Return who answers within the time: everybody near, or of `hosts` alone."""

    def read(self, service: str, user: str, password: str) -> ReadDevice:
        """Log in to the device service at an address and return what it offers."""


class CameraFiles(Protocol):
    """Cameras as text that people edit and keep."""

    def read(self, text: str) -> tuple[Camera, ...]:
        """Return the cameras that a text lists; every fault is named."""

    def write(self, cameras: Sequence[Camera]) -> str:
        """Return the text that lists cameras, their passwords hidden."""


class IntakeQueue(Protocol):
    """Files waiting to be taken in, one after another."""

    def submit(self, order: IntakeOrder) -> None:
        """Queue an order."""

    def orders(self) -> tuple[OrderState, ...]:
        """Return every order remembered, oldest first."""


class ModelShelf(Protocol):
    """The models of this machine, and one at a time being verified or measured."""

    @property
    def default(self) -> str:
        """Name of the model that is used before any was chosen."""

    def described(self, use: Use) -> Sequence[Mapping[str, object]]:
        """Return every model as plain JSON values, the built-in one first."""

    def chosen(self, name: str, *, check: bool = True) -> ChosenModel:
        """Return a model, its file just found to be the one its card names unless told not to."""

    def submit(self, order: ModelOrder) -> ModelWork:
        """Begin the work; Conflict while other work is in hand."""

    def work(self) -> ModelWork | None:
        """Return the newest work, in hand or done."""

    def end(self) -> None:
        """Stop the work in hand, if any."""


class FootageTrials(Protocol):
    """Rules tried on footage, one span at a time beside the hub."""

    def submit(self, order: TrialOrder) -> TrialWork:
        """Begin a trial; Conflict while one is in hand."""

    def work(self) -> TrialWork | None:
        """Return the newest trial, in hand or done."""

    def end(self) -> None:
        """Stop the trial in hand, if any."""


class Sender(Protocol):
    """The way to one receiver. One thread calls it."""

    def send(self, message: Message) -> str:
        """Deliver a message; return what the receiver answered, in a few words, without secrets.

        Raises:
            Unavailable, Exhausted: not now; try again.
            InvalidInput, Denied: never; it is refused for good.
        """

    def close(self) -> None:
        """Let go of the connection, if there is one."""

    def retire(self) -> None:
        """Close, for the receiver was removed: take back what must not outlive it."""
