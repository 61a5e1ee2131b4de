"""Addresses of network cameras as people type them: user and password in fields of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from shanasheel.actions.cameras import HIDDEN
from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import hide_password, without_secrets
from shanasheel.domain.cameras import Camera

_SCHEMES = ("rtsp", "rtsps")
_PORTS = {"rtsp": 554, "rtsps": 322}  # RFC 7826 §5.2
# No space, control sign or backslash: an address goes into requests line by line.
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_REST = re.compile(r"[\x21-\x5b\x5d-\x7e]{0,1000}")
_LONGEST_NAME = 128
_MARK = "password-here"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAddress:
    """A camera's address as it may be shown: without its password.

    Args:
        address: without user and password; secret values of its query are `***`.
        user: as it was typed; empty when there is none.
        has_password: there is one.
        editable: it is of a network camera, which a page may change.
    """

    address: str
    user: str
    has_password: bool
    editable: bool


def camera_url(address: str, user: str, password: str) -> str:
    """Return the address that logs in, from what was typed into three fields.

    Raises:
        InvalidInput: it is no rtsp:// or rtsps:// address, or holds user and password itself. The
            message does not repeat it, because of those.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_address() from None
    if parts.scheme not in _SCHEMES or port == 0 or not _REST.fullmatch(address):
        raise _no_address()
    if "@" in parts.netloc:
        raise InvalidInput(
            "The address holds a user name or password.", "Type them into their own fields.",
            key="address_holds_login", field="address",
        )  # fmt: skip
    if not _HOST.fullmatch(host) or parts.fragment:
        raise _no_address()
    if max(len(user), len(password)) > _LONGEST_NAME:
        raise InvalidInput(
            "User name or password is too long.", "Use at most 128 characters.",
            key="login_too_long", field="user",
        )  # fmt: skip
    login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    netloc = f"{login}@{parts.netloc}" if login else parts.netloc
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))


def shown_address(camera: Camera) -> ShownAddress:
    """Return a camera's address without what must not be seen."""
    address, user, password = _taken_apart(camera.url)
    return ShownAddress(
        address=without_secrets(address),
        user=user,
        has_password=bool(password),
        editable=urlsplit(camera.url).scheme in _SCHEMES,
    )


def edited_url(before: Camera, address: str, user: str, password: str) -> str:
    """Return the address after an edit: where no password was typed, the one known stays.

    It stays only for the same machine and user: else whoever may edit could have it sent to a
    machine of their own.

    Raises:
        InvalidInput: as `camera_url`, or the password must be typed again.
    """
    known, known_user, known_password = _taken_apart(before.url)
    if address.strip() == without_secrets(known):
        address = known  # a token in it was shown as *** and came back so
    if HIDDEN in address:
        raise InvalidInput(
            "A part of the address is hidden.", "Type the whole address.",
            key="address_hidden", field="address",
        )  # fmt: skip
    url = camera_url(address, user, password)
    if password or not known_password:
        return url
    if user != known_user or peer_of(url) != peer_of(before.url):
        raise InvalidInput(
            "The password is known for another address or user.", "Type it again.",
            key="password_again", field="password",
        )  # fmt: skip
    return _with_password(url, known_password)


def hidden_url(url: str) -> str:
    """Return an address with `***` in place of its password and of secret values of its query."""
    return without_secrets(hide_password(url, HIDDEN))


def refuse_moved_secrets(camera: Camera, before: Camera | None) -> None:
    """Refuse a hidden password in an address of another machine or user than it is known for.

    Raises:
        InvalidInput: there is one.
    """
    for one in fields(camera):
        value = getattr(camera, one.name)
        if not isinstance(value, str) or f":{HIDDEN}@" not in value:
            continue
        known = str(getattr(before, one.name)) if before else ""
        if _login_of(value) != _login_of(known):
            raise InvalidInput(
                f"The password of camera {camera.id} is known for another address or user.",
                "Write it out.", key="password_moved", camera=camera.id,
            )  # fmt: skip


def peer_of(url: str) -> str:
    """Return scheme, host and port of an address.

    >>> peer_of("rtsp://u:p@10.0.0.5/live"), peer_of("rtsp://[2001:db8::1]:8554/x")
    ('rtsp://10.0.0.5:554', 'rtsp://[2001:db8::1]:8554')
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{parts.port or _PORTS.get(parts.scheme, 0)}"


def _login_of(url: str) -> tuple[str, str]:
    return peer_of(url), urlsplit(url).username or ""


def _taken_apart(url: str) -> tuple[str, str, str]:
    """Return address, user, and password as it stands there, also of addresses badly quoted."""
    hidden = hide_password(url, _MARK)
    parts = urlsplit(hidden)
    login, _, netloc = parts.netloc.rpartition("@")
    if not login:
        return url, "", ""
    address = urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
    before, _, after = hidden.partition(f":{_MARK}@")
    password = "" if hidden == url else url[len(before) + 1 : len(url) - len(after) - 1]
    return address, unquote(login.partition(":")[0]), password


def _with_password(url: str, quoted: str) -> str:
    """Put a password that is quoted already behind the user of an address."""
    scheme, _, rest = url.partition("://")
    login, at, place = rest.partition("@")
    return f"{scheme}://{login}:{quoted}{at}{place}" if at else f"{scheme}://:{quoted}@{rest}"


def _no_address() -> InvalidInput:
    return InvalidInput(
        "That is no address of a network camera.",
        "Give rtsp://HOST/PATH or rtsps://HOST/PATH; the camera's manual names it.",
        key="no_camera_address", field="address",
    )  # fmt: skip
