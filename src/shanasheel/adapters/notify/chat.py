"""E-mail and chat by Apprise: words alone, no picture.

Where a service of one's own is named, `network` judges its address before each message; Apprise
looks the name up again. A service's own encryption and certificates are Apprise's business.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from shanasheel.adapters.notify.network import way_to
from shanasheel.base.errors import InvalidInput, Unavailable
from shanasheel.domain.receivers import Message, Receiver
from shanasheel.warn.messages import Told

if TYPE_CHECKING:
    from apprise.plugins import NotifyBase

_MESSAGE = "X-Shanasheel-Message"  # the same in a second copy of an e-mail


class ChatSender:
    """Sends words to one address of Apprise."""

    def __init__(self, receiver: Receiver, url: str, *, words: Callable[[Message], Told]) -> None:
        # Imported here: it loads a module for each of its services.
        from apprise import Apprise, AppriseAsset

        # What it logs may hold an address, which may be a secret.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        self._receiver, self._words = receiver, words
        asset = AppriseAsset(
            app_id="Shanasheel", app_desc="Shanasheel", async_mode=False, http_redirects=False
        )
        self._apprise = Apprise(asset=asset)
        if not self._apprise.add(url) or len(self._apprise) != 1:
            raise InvalidInput(
                f"The address of {receiver.name} is not understood.", "Enter it again."
            )

    def send(self, message: Message) -> str:
        """Send the words of a message.

        Raises:
            Unavailable: the service did not take it.
            Denied: the rule of `network` forbids its address.
        """
        service: NotifyBase = self._apprise[0]
        self._judge(service)
        headers = getattr(service, "headers", None)
        if isinstance(headers, dict):
            headers[_MESSAGE] = message.id
        told = self._words(message)
        taken = self._apprise.notify(title=told.subject, body=told.body, body_format="text")
        if not taken:
            raise Unavailable("The service did not take the message.", "Check its address.")
        return "taken"

    def close(self) -> None:
        """Do nothing: each message has a connection of its own."""

    def retire(self) -> None:
        """Do nothing: nothing of us is there."""

    def _judge(self, service: NotifyBase) -> None:
        """Refuse a server of one's own that lies where messages may not go."""
        host = getattr(service, "smtp_host", None) or getattr(service, "host", None)
        if isinstance(host, str) and host:
            secure = bool(getattr(service, "secure", False))
            way_to(host, service.port or 0, secure=secure, private=self._receiver.private)
