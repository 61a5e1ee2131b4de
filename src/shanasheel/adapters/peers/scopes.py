"""Decodes ONVIF scopes: `onvif://www.onvif.org/<kind>/<value>` (ONVIF Core)."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from shanasheel.base.text import printable

_HOST = "www.onvif.org"


def scope_value(scopes: tuple[str, ...], kind: str) -> str:
    """Return the values of one kind, unquoted, joined by `, `; empty when there is none.

    >>> scope_value(("onvif://www.onvif.org/name/Gate%20North",), "name")
    'Gate North'
    >>> scope_value(("onvif://www.onvif.org/location/city/Basra",), "location")
    'city/Basra'
    """
    values = [value for scope in scopes if (value := _value(scope, kind))]
    return printable(", ".join(dict.fromkeys(values)))


def _value(scope: str, kind: str) -> str:
    try:
        parts = urlsplit(scope)
    except ValueError:
        return ""
    name, _, value = parts.path.lstrip("/").partition("/")
    if parts.scheme != "onvif" or parts.netloc.lower() != _HOST or name.lower() != kind:
        return ""
    return unquote(value, errors="replace").strip("/ ")
