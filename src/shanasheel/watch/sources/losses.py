"""The error that ends a session of a source."""

from __future__ import annotations

from shanasheel.base.errors import Unavailable
from shanasheel.domain.footage import GapCause


class SourceLost(Unavailable):
    """No more packets come in this session; open the source again after a back-off.

    Args:
        cause: what to write into the gap.
        detail: one line for people, without secrets; also the end of the message.
    """

    def __init__(self, message: str, *, cause: GapCause, detail: str, remedy: str = "") -> None:
        super().__init__(f"{message}: {detail}." if detail else f"{message}.", remedy)
        self.cause = cause
        self.detail = detail
