"""Web Push: notices to a browser by its maker's push service, which cannot read them.

RFC 8030 is the way, RFC 8291 the encryption (by `http_ece`), RFC 8292 who we are.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from shanasheel.adapters.notify.network import tls_of, way_to
from shanasheel.adapters.notify.vapid import Vapid, in_base64
from shanasheel.adapters.peers.web import Address, Answer, Deadline, post
from shanasheel.base.clock import Clock
from shanasheel.base.errors import InvalidInput, Unavailable
from shanasheel.domain.browsers import Subscription
from shanasheel.domain.receivers import Message, Receiver, Said

_TIMEOUT_S = 15.0
_KEPT_S = 24 * 3600  # as long as we try: later nobody can act on an alert
_TOPIC_CHARS = 24  # RFC 8030, section 5.4: no more than 32
#: SPEC: RFC 8030, section 7.3: 404 for a subscription that has expired; 410 is used for it, too.
_GONE = frozenset({404, 410})
_REFUSALS = frozenset({400, 401, 403, 405, 413, 414, 415})


class PushSender:
    """Sends notices to one browser."""

    def __init__(
        self, receiver: Receiver, secret: str, clock: Clock, *,
        vapid: Vapid, body: Callable[[Message], bytes],
    ) -> None:  # fmt: skip
        self._receiver, self._clock, self._vapid, self._body = receiver, clock, vapid, body
        self._browser = Subscription.of(secret)
        self._tls = tls_of(receiver.ca_pem)

    def send(self, message: Message) -> str:
        """Hand a notice to the push service; return the status.

        Raises:
            Unavailable: no answer, or one that may be another next time.
            InvalidInput: the browser takes no more notices, or the service refuses this one.
            Denied: the rule of `network` forbids its address.
        """
        address = Address.of(self._browser.endpoint)
        way = way_to(
            address.host, address.port, secure=address.secure, private=self._receiver.private
        )
        body = encrypted(self._body(message), self._browser)
        deadline = Deadline(self._clock, _TIMEOUT_S)
        answer = post(
            address, body, self._headers(message), deadline=deadline, tls=self._tls, at=way.at
        )
        return _judged(answer)

    def close(self) -> None:
        """Do nothing: each message has a connection of its own."""

    def retire(self) -> None:
        """Do nothing: nothing of us is there."""

    def _headers(self, message: Message) -> dict[str, str]:
        """Return the headers; what a later one says of an alert replaces what waits there."""
        topic = hashlib.sha256((message.alert.id if message.alert else message.id).encode())
        now = self._clock.now()
        return {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(_KEPT_S),
            "Urgency": "normal" if message.said is Said.TEST else "high",
            "Topic": in_base64(topic.digest())[:_TOPIC_CHARS],
            "Authorization": self._vapid.authorization(self._browser.service, now),
        }


def encrypted(
    body: bytes, browser: Subscription, *, salt: bytes | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:  # fmt: skip
    """Return a body that this browser alone can read (RFC 8291, section 3).

    Args:
        salt, key: 16 bytes and our key of this one message; fresh unless given.

    Raises:
        InvalidInput: the browser's public key is no point of the curve.
    """
    try:
        sealed: bytes = http_ece.encrypt(
            body, salt=salt or os.urandom(16), private_key=key or
            ec.generate_private_key(ec.SECP256R1()), dh=browser.point,
            auth_secret=browser.auth, version="aes128gcm",
        )  # fmt: skip
    except (ValueError, http_ece.ECEException) as fault:
        raise InvalidInput("The browser's key cannot be used.", "Subscribe it again.") from fault
    return sealed


def _judged(answer: Answer) -> str:
    said = f"HTTP {answer.status}"
    if 200 <= answer.status < 300:
        return said
    if answer.status in _GONE:
        raise InvalidInput(
            f"The browser takes no more notices: {said}.", "Subscribe it again, or remove it."
        )
    if answer.status in _REFUSALS:
        raise InvalidInput(f"The push service refused the notice: {said}.")
    raise Unavailable(f"The push service did not take the notice: {said}.")
