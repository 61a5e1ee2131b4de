"""Which addresses a receiver may have: checked when one is entered, without asking the network.

Where a name leads is checked again at every connection, by who connects (`adapters.notify`).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from shanasheel.base.errors import InvalidInput
from shanasheel.domain.receivers import Receiver, ReceiverKind

#: Ways of e-mail and chat, by the scheme of Apprise: none runs a program or writes a file here.
CHATS = (
    "mailto", "mailtos", "tgram", "slack", "discord", "matrix", "matrixs", "ntfy", "ntfys",
    "msteams", "workflows", "signal", "signals", "whatsapp", "rocket", "rockets", "mmost",
    "mmosts", "gotify", "gotifys", "pover", "zulip", "twilio", "gchat", "line", "threema",
)  # fmt: skip
_SCHEMES = {
    ReceiverKind.WEBHOOK: ("https", "http"),
    ReceiverKind.CAP_WEBHOOK: ("https", "http"),
    ReceiverKind.MQTT: ("mqtts", "mqtt"),
}
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST = 2000


def checked_address(kind: ReceiverKind, address: str) -> str:
    """Return the address of a receiver as it is kept and shown.

    Raises:
        InvalidInput: it is none of its kind, or it holds a password.
    """
    address = address.strip()
    if kind is ReceiverKind.CAP_FOLDER:
        if not _FOLDER.fullmatch(address):
            raise InvalidInput(
                "A folder's name has letters, digits, dots and dashes.",
                key="bad_folder", field="address",
            )  # fmt: skip
        return address
    scheme, host, user = _parts(address)
    if scheme not in _SCHEMES[kind] or not host or len(address) > _LONGEST:
        expected = f"{_SCHEMES[kind][0]}://HOST"
        raise InvalidInput(
            f"That is no address of this kind; give {expected}.",
            key="bad_receiver_address", field="address", expected=expected,
        )  # fmt: skip
    if user:
        raise InvalidInput(
            "The address holds a user name or password.", "Enter them in their own fields.",
            key="address_with_password", field="address",
        )  # fmt: skip
    return address


def shown_chat(url: str) -> str:
    """Return what may be shown of an address for Apprise, which is a secret as a whole.

    Raises:
        InvalidInput: it is none of e-mail or chat.

    >>> shown_chat("mailtos://ali:hunter2@mail.example.org?to=guard@example.org")
    'mailtos://mail.example.org'
    >>> shown_chat("tgram://123456:abcdef/987")
    'tgram://'
    """
    scheme, host, _ = _parts(url)
    if scheme not in CHATS or len(url) > _LONGEST:
        known = ", ".join(f"{one}://" for one in CHATS[:6])
        raise InvalidInput(
            f"That is no address for e-mail or chat; give one that begins with {known} …",
            key="bad_chat_address", field="secret",
        )  # fmt: skip
    named = scheme in {"mailto", "mailtos", "ntfys", "matrixs", "rockets", "mmosts", "gotifys"}
    return f"{scheme}://{host}" if named else f"{scheme}://"


def host_of(receiver: Receiver) -> tuple[str, int, bool]:
    """Return host, port and whether the way is encrypted, of a webhook or broker."""
    parts = urlsplit(receiver.address)
    secure = parts.scheme in {"https", "mqtts"}
    usual = {"https": 443, "http": 80, "mqtts": 8883, "mqtt": 1883}[parts.scheme]
    return parts.hostname or "", parts.port or usual, secure


def _parts(address: str) -> tuple[str, str, str]:
    """Return scheme, host and whatever stands before an @; empty where it cannot be read."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in CHATS:
            _ = parts.port  # raises where it is none; a chat's token may stand there
    except ValueError:
        return "", "", ""
    return parts.scheme.lower(), parts.hostname or "", parts.netloc.rpartition("@")[0]
