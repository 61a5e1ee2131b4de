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


_ARABIC_ALIKE = str.maketrans("أإآٱىیةک", "ااااييهك")


def folded_plate(text: str) -> str:
    """Return a plate's letters and digits alone, written in one way, to compare plates by.

    Arabic-Indic, Persian and fullwidth digits become Latin ones, Latin letters capitals; Arabic
    letters that are written in several ways become one. Spaces, signs and marks are left out.

    >>> folded_plate("٤٨٢١٣ أ"), folded_plate("48-213 a"), folded_plate("Ⅳ")
    ('48213ا', '48213A', 'IV')
    """
    decomposed = unicodedata.normalize("NFKC", text).translate(_ARABIC_ALIKE).upper()
    kept = []
    for character in decomposed:
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            kept.append(str(digit))
        elif unicodedata.category(character) in ("Lu", "Lo"):
            kept.append(character)
    return "".join(kept)


def plate_pattern(text: str) -> str:
    """Return what a person typed as a pattern for SQL's LIKE over folded plates.

    `?` stands for one sign and `*` for any number. Without either it may be a part of a plate.
    What LIKE itself gives a meaning to is left out with all other signs.

    >>> plate_pattern("٤٨"), plate_pattern("48؟1*"), plate_pattern("%_")
    ('%48%', '48_1%', '')
    """
    text = unicodedata.normalize("NFKC", text).replace("؟", "?")
    parts = re.split(r"([?*])", text)
    told = "".join({"?": "_", "*": "%"}.get(part) or folded_plate(part) for part in parts)
    if not told.strip("%"):
        return ""
    return told if len(parts) > 1 else f"%{told}%"
