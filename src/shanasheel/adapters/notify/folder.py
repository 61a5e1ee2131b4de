"""A folder that another program picks files up from, such as a publisher of warnings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shanasheel.base.errors import Exhausted
from shanasheel.base.files import write_atomic
from shanasheel.domain.receivers import Message


class FolderSender:
    """Writes each message to a file of its own; the same message again is the same file."""

    def __init__(
        self, folder: Path, *, name: Callable[[Message], str], body: Callable[[Message], bytes]
    ) -> None:
        self._folder, self._name, self._body = folder, name, body

    def send(self, message: Message) -> str:
        """Write a message; it is durable when this returns. Return the file's name.

        Raises:
            Exhausted: the disk is full, or the folder cannot be written.
            InvalidInput: the message is none for the public.
        """
        body, name = self._body(message), self._name(message)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomic(self._folder / name, body)
        except OSError as fault:
            raise Exhausted(
                f"The folder {self._folder.name} cannot be written: {fault.strerror}.", "Mend it."
            ) from fault
        return name

    def close(self) -> None:
        """Do nothing."""

    def retire(self) -> None:
        """Do nothing: what was published stays."""
