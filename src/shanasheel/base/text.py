"""Text that comes from outside, made safe to show and to log."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

_SECRET_KEYS = re.compile(r"(?i)((?:password|passwd|pwd|token|secret|key|auth)=)[^&\s]+")


def without_secrets(url: str) -> str:
    """Return the address with its password and secret query values replaced by `***`.

    >>> without_secrets("rtsp://admin:hunter2@10.0.0.5:554/live?token=abc")
    'rtsp://admin:***@10.0.0.5:554/live?token=***'
    >>> without_secrets("clip.mp4")
    'clip.mp4'
    """
    try:
        parts = urlsplit(url)
        netloc = parts.netloc
        if "@" in netloc:
            user, _, host = netloc.rpartition("@")
            netloc = f"{user.split(':', 1)[0]}:***@{host}" if ":" in user else f"{user}@{host}"
        url = urlunsplit((parts.scheme, netloc, parts.path, parts.query, parts.fragment))
    except ValueError:
        url = re.sub(r"//[^@/]*@", "//***@", url)
    return _SECRET_KEYS.sub(r"\1***", url)


_USER = re.compile(r"^([^/?#@:]*):(.*)@(?=[^@/?#]*(?:[/?#]|$))")
_PORT = re.compile(r"\d{1,5}(?:[/?#]|$)")


def hide_password(url: str, mark: str) -> str:
    """Return the address with its password replaced, all else as it is.

    Passwords with signs that should have been escaped are hidden too.

    >>> hide_password("rtsp://admin:hunter2@10.0.0.5:554/live", "***")
    'rtsp://admin:***@10.0.0.5:554/live'
    >>> hide_password("rtsp://admin:a/b@c@10.0.0.5/live", "***")
    'rtsp://admin:***@10.0.0.5/live'
    >>> hide_password("rtsp://10.0.0.5:554/live@1", "***")
    'rtsp://10.0.0.5:554/live@1'
    """
    scheme, separator, rest = url.partition("://")
    found = _USER.match(rest) if separator else None
    if found is None or _PORT.match(found[2]):
        return url
    return f"{scheme}://{found[1]}:{mark}@{rest[found.end() :]}"


def printable(text: str, limit: int = 200) -> str:
    r"""Return outside text on one line: no control or direction-changing characters, bounded.

    >>> printable("a\nb\u202ec")
    'a bc'
    """
    kept = [
        " " if character in "\r\n\t" else character
        for character in text
        if character in "\r\n\t" or unicodedata.category(character)[0] != "C"
    ]
    line = "".join(kept)
    return line if len(line) <= limit else line[: limit - 1] + "…"
