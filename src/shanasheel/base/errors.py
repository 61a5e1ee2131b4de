"""The whole tree of errors that a person or another process may see.

    ShanasheelError
    ├── InvalidInput       (ValueError)         422   exit 2    no retry
    ├── NotFound           (LookupError)        404   exit 3    no retry
    ├── Denied             (PermissionError)    403   exit 4    no retry
    ├── Conflict                                409   exit 5    read again, then retry
    ├── Exhausted          (OSError)            507   exit 6    after the remedy
    ├── Unavailable        (ConnectionError)    503   exit 7    retry with back-off
    ├── IntegrityFault                          500   exit 8    never
    └── Invariant          (AssertionError)     500   exit 70   restart

Each carries what failed (`message`, naming the input) and what to do about it (`remedy`). Stages
may add leaves, never branches. An error is also the builtin it resembles, so both `except`s work.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Retry(StrEnum):
    """Whether doing the same again can help."""

    NO = "no"
    AFTER_READING = "after reading again"
    AFTER_REMEDY = "after the remedy"
    WITH_BACKOFF = "with back-off"
    RESTART = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """How the edges answer one class of error: HTTP status, exit code, log level, retry."""

    http_status: int
    exit_code: int
    log_level: str
    retry: Retry


class ShanasheelError(Exception):
    """Base of every error raised on purpose; never raised itself.

    Args:
        message: what failed, on which input, in one line without secrets.
        remedy: what the reader can do, in one line; empty when nothing can be done.
        key: stable name of this very fault, by which pages find words in the reader's language.
        field: the name of the field it stands in, where a person filled in a form.
        given: what the words for `key` mention.
    """

    handling = Handling(http_status=500, exit_code=70, log_level="error", retry=Retry.NO)

    def __init__(
        self, message: str, remedy: str = "", *, key: str = "", field: str = "", **given: object
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.key = key
        self.field = field
        self.given = {name: str(value) for name, value in given.items()}

    def __str__(self) -> str:
        """Return the message and the remedy as one line."""
        return f"{self.message} {self.remedy}".strip() if self.remedy else self.message

    @property
    def code(self) -> str:
        """Return the stable name of this error for machines, for example `InvalidInput`."""
        return type(self).__name__


class InvalidInput(ShanasheelError, ValueError):
    """A person, file, camera or peer sent what the contract forbids."""

    handling = Handling(http_status=422, exit_code=2, log_level="info", retry=Retry.NO)


class NotFound(ShanasheelError, LookupError):
    """The named thing is not there, or not yours to know of."""

    handling = Handling(http_status=404, exit_code=3, log_level="info", retry=Retry.NO)


class Denied(ShanasheelError, PermissionError):
    """No grant, wrong purpose, or a second approval is missing; always audited."""

    handling = Handling(http_status=403, exit_code=4, log_level="warning", retry=Retry.NO)


class Conflict(ShanasheelError):
    """The state has moved on: read it again, then decide."""

    handling = Handling(http_status=409, exit_code=5, log_level="info", retry=Retry.AFTER_READING)


class Exhausted(ShanasheelError, OSError):
    """Disk, memory, queue or quota is full."""

    handling = Handling(http_status=507, exit_code=6, log_level="error", retry=Retry.AFTER_REMEDY)


class Unavailable(ShanasheelError, ConnectionError):
    """A camera, database or peer is out of reach."""

    handling = Handling(http_status=503, exit_code=7, log_level="warning", retry=Retry.WITH_BACKOFF)


class IntegrityFault(ShanasheelError):
    """A hash, signature, proof or sequence does not match; recorded, never "repaired"."""

    handling = Handling(http_status=500, exit_code=8, log_level="critical", retry=Retry.NO)


class Invariant(ShanasheelError, AssertionError):
    """Our own promise is broken: the process ends, is restarted, and the gap is recorded."""

    handling = Handling(http_status=500, exit_code=70, log_level="critical", retry=Retry.RESTART)
