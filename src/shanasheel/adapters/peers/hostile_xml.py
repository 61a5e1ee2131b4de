"""Reads XML that a stranger sent: no entities, no DTD, no network, bounded text.

Names are matched without their namespace, because cameras get namespaces wrong more often than
names. `Element` is the standard library's; nothing here serialises what was read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as DefusedTree

from shanasheel.base.errors import InvalidInput
from shanasheel.base.text import printable

__all__ = ["Element", "first", "flag", "local_name", "named", "number", "parse", "text"]

_TEXT_CHARACTERS = 256  # guessed: the longest names seen in ONVIF answers are below 100


def parse(document: bytes) -> Element:
    """Return the root of a document.

    Raises:
        InvalidInput: it is not well formed, or declares a document type or entities, which SOAP
            1.2 part 1 §5 forbids.
    """
    try:
        root: Element = DefusedTree.fromstring(document, forbid_dtd=True)
    except DefusedXmlException:
        raise InvalidInput("The XML declares a document type or entities.") from None
    except (ParseError, ValueError, LookupError):  # the latter two: impossible encodings
        raise InvalidInput("The answer is not well-formed XML.") from None
    return root


def local_name(element: Element) -> str:
    """Return the element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def first(element: Element, *names: str) -> Element | None:
    """Return the first descendant reached by these child names, in any namespace."""
    return element.find("/".join(f"{{*}}{name}" for name in names))


def named(element: Element, *names: str) -> Iterator[Element]:
    """Yield every descendant reached by these child names, in any namespace, in order."""
    yield from element.iterfind("/".join(f"{{*}}{name}" for name in names))


def text(element: Element, *names: str, limit: int = _TEXT_CHARACTERS) -> str:
    """Return the text there on one printable line, cut at `limit`; empty when there is none."""
    found = first(element, *names) if names else element
    return printable((found.text or "").strip(), limit) if found is not None else ""


def number(element: Element, *names: str) -> float | None:
    """Return the number there; None when there is none or it is not in [0, 1e9]."""
    try:
        value = float(text(element, *names))
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= 1e9 else None


def flag(element: Element, *names: str) -> bool:
    """Return whether `true` or `1` (both xs:boolean) stands there."""
    return text(element, *names).lower() in {"true", "1"}
