"""Pages of long lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[R]):
    """Some items of a list and the cursor of the rest; None at the end."""

    items: tuple[R, ...]
    next: str | None


def page_of(found: Sequence[R], limit: int, cursor_of: Callable[[R], str]) -> Page[R]:
    """Return a page from up to `limit + 1` items found.

    >>> page_of(["a", "b", "c"], 2, str.upper)
    Page(items=('a', 'b'), next='B')
    """
    if len(found) <= limit:
        return Page(items=tuple(found), next=None)
    kept = tuple(found[:limit])
    return Page(items=kept, next=cursor_of(kept[-1]))
