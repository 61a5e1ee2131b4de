"""What a timeline shows of one camera, and the view it is made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shanasheel.base.spans import joined
from shanasheel.domain.overview import CELL_US

Span = tuple[int, int]
Caused = tuple[int, int, str, float]  # start, end, cause, the part of the span that it takes


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The span `[start_us, end_us)` somebody looks at.

    Args:
        pixel_us: what one pixel stands for.
        begin_us, bucket_us: where digits begin, and how long each one's time is.
        now_us: nothing is known after it.
    """

    start_us: int
    end_us: int
    pixel_us: int
    begin_us: int
    bucket_us: int
    now_us: int

    @property
    def buckets(self) -> int:
        """Return how many buckets the view has; the last may reach beyond its end."""
        return -((self.begin_us - self.end_us) // self.bucket_us)

    def of_cells(self) -> View:
        """Return the view with buckets of whole cells, at least a pixel each."""
        bucket_us = -(-self.pixel_us // CELL_US) * CELL_US
        return replace(self, begin_us=self.start_us // CELL_US * CELL_US, bucket_us=bucket_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One camera's time in a view; spans in microseconds, in order, at most one for each pixel.

    Args:
        recorded: main footage; parts that lie less than a pixel apart are one.
        gaps: start, end, cause, and the part of the span that it takes, 0 to 1; where several
            share a pixel the cause is the longest one's.
        shed: spans that were recorded but not looked at, as gaps.
        active: for each bucket a digit: ninths of it in which something moved, rounded up;
            empty when nothing did.
        events: for each bucket a digit: how many, 9 at most; empty when there are none, or
            the events themselves are told.
    """

    camera: str
    recorded: tuple[Span, ...]
    shielded: tuple[Span, ...]
    deleted: tuple[Span, ...]
    gaps: tuple[Caused, ...]
    shed: tuple[Caused, ...]
    active: str
    events: str = ""
    held: tuple[Span, ...] = ()

    def holding(self, spans: Sequence[Span]) -> Line:
        """Return the line with the spans that are held."""
        return replace(self, held=tuple(joined(spans))) if spans else self
