"""Half-open spans of integers: joined, cut at borders, taken away from one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Spans = list[tuple[int, int]]


def joined(spans: Iterable[tuple[int, int]], touch: int = 0) -> Spans:
    """Return the spans in order, those that overlap or lie at most `touch` apart made one.

    >>> joined([(20, 30), (0, 10), (12, 15)], touch=2)
    [(0, 15), (20, 30)]
    """
    found: Spans = []
    for start, end in sorted(spans):
        if found and start - found[-1][1] <= touch:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def cut(start: int, end: int, every: int) -> Iterator[tuple[int, int]]:
    """Yield `[start, end)` in pieces that cross no multiple of `every`.

    >>> list(cut(5, 21, 10))
    [(5, 10), (10, 20), (20, 21)]
    """
    while start < end:
        border = min(end, (start // every + 1) * every)
        yield start, border
        start = border


def without(spans: Iterable[tuple[int, int]], gone: tuple[int, int]) -> Spans:
    """Return what is left of the spans outside of `gone`.

    >>> without([(0, 10), (12, 20)], (5, 15))
    [(0, 5), (15, 20)]
    """
    left = [
        piece
        for start, end in spans
        for piece in ((start, min(end, gone[0])), (max(start, gone[1]), end))
    ]
    return sorted({(start, end) for start, end in left if start < end})


def clipped(spans: Iterable[tuple[int, int]], start: int, end: int) -> Spans:
    """Return the parts of the spans inside `[start, end)`.

    >>> clipped([(0, 10), (12, 20)], 5, 14)
    [(5, 10), (12, 14)]
    """
    return [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]


def differing(spans: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> Spans:
    """Return what the spans have and the others have not.

    >>> differing([(0, 12), (20, 30)], [(0, 10)])
    [(10, 12), (20, 30)]
    """
    left = list(spans)
    for other in others:
        left = without(left, other)
    return left
