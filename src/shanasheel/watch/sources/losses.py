"""The error that ends a session of a source."""

from __future__ import annotations

from urllib.parse import urlsplit

from shanasheel.base.errors import Unavailable
from shanasheel.base.text import printable, without_secrets
from shanasheel.domain.cameras import Camera
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


def lost_camera(camera: Camera, cause: GapCause, detail: str) -> SourceLost:
    """Return the error that a camera on the network is lost, its address without its password."""
    parts = urlsplit(without_secrets(camera.url))
    address = printable(f"{parts.scheme}://{parts.netloc}{parts.path}")
    remedy = "Check the user name and password." if cause is GapCause.REFUSED else ""
    message = f"Camera {camera.id} at {address} is lost"
    return SourceLost(message, cause=cause, detail=detail, remedy=remedy)
