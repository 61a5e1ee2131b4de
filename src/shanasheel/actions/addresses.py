"""Addresses of machines outside that vouch for the log."""

from __future__ import annotations

from urllib.parse import urlsplit

from shanasheel.base.errors import InvalidInput

_LIMIT = 500


def check_outside_url(url: str, whose: str) -> None:
    """Refuse what is no web address, or holds a password, a query or a fragment.

    Raises:
        InvalidInput: it does; the message does not repeat it.
    """
    try:
        parts = urlsplit(url)
        fine = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and not parts.query
            and not parts.fragment
            and len(url) <= _LIMIT
            and url.isascii()
            and url.isprintable()
            and " " not in url
            and parts.port != 0
        )
    except ValueError:
        fine = False
    if not fine:
        raise InvalidInput(
            f"That is no address of a {whose}.", "Give https://HOST[:PORT], without a password."
        )
