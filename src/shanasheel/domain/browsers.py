"""A browser that asked for notices: where its push service takes them, and its keys."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from shanasheel.base.errors import InvalidInput

_LONGEST = 2000
_POINT_BYTES, _SECRET_BYTES = 65, 16  # RFC 8291, sections 3.1 and 3.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a browser gives whoever may send it notices. All of it is a secret.

    Args:
        endpoint: address of the push service for this one browser (RFC 8030, section 5).
        point: the browser's public key, P-256, uncompressed: 65 bytes.
        auth: 16 random bytes that it shares with us.
    """

    endpoint: str
    point: bytes
    auth: bytes

    @classmethod
    def of(cls, text: str) -> Subscription:
        """Return what a browser's `JSON.stringify(subscription)` says.

        Raises:
            InvalidInput: it is no such text. The message does not repeat it.
        """
        try:
            told = json.loads(text)
            endpoint, keys = str(told["endpoint"]), told["keys"]
            point, auth = _bytes(keys["p256dh"]), _bytes(keys["auth"])
            parts = urlsplit(endpoint)
            here = parts.hostname in ("127.0.0.1", "localhost", "::1")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _none() from None
        encrypted = parts.scheme == "https" or (parts.scheme == "http" and here)
        if not encrypted or not parts.hostname or "@" in parts.netloc or len(endpoint) > _LONGEST:
            raise _none()
        if len(point) != _POINT_BYTES or point[0] != 4 or len(auth) != _SECRET_BYTES:
            raise _none()
        return cls(endpoint=endpoint, point=point, auth=auth)

    @property
    def service(self) -> str:
        """Return the push service alone, as it may be shown: scheme, host and port."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}"


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _none() -> InvalidInput:
    return InvalidInput(
        "That is no subscription of a browser.", "Press the button in the browser again.",
        key="bad_subscription", field="secret",
    )  # fmt: skip
