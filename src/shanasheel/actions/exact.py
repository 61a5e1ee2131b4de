"""Lines of a timeline from the runs themselves, for near views."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from shanasheel.actions.lines import Caused, Line, View
from shanasheel.base.spans import Spans, clipped, joined
from shanasheel.domain.overview import CAUSE_PLANES, TOUCH_US, Layer, Run


def exact_lines(
    cameras: Sequence[str], runs: Iterable[Run], view: View, steps: Iterable[Run] = ()
) -> list[Line]:
    """Return a line for each camera, from its runs in order of time.

    Args:
        steps: gaps of no length: moments at which a clock was set back.
    """
    spans: dict[tuple[str, Layer], Spans] = defaultdict(list)
    caused: dict[tuple[str, Layer], list[Run]] = defaultdict(list)
    stepped: dict[str, list[Run]] = defaultdict(list)
    for step in steps:
        stepped[step.camera].append(step)
    for run in runs:
        if run.layer in CAUSE_PLANES:
            caused[run.camera, run.layer].append(run)
        else:
            spans[run.camera, run.layer].append((run.start_us, run.end_us))
    return [
        Line(
            camera=camera,
            recorded=_drawn(spans[camera, Layer.MAIN], view),
            shielded=_drawn(spans[camera, Layer.SHIELDED], view),
            deleted=_drawn(spans[camera, Layer.DELETED], view),
            gaps=tuple(thinned(caused[camera, Layer.GAP], view, stepped[camera])),
            shed=tuple(thinned(caused[camera, Layer.SHED], view)),
            active=active_digits(spans[camera, Layer.ACTIVE], view),
        )
        for camera in cameras
    ]


def _drawn(spans: Spans, view: View) -> tuple[tuple[int, int], ...]:
    """Join what no screen can tell apart: a hole of less than a pixel."""
    touch = max(TOUCH_US, view.pixel_us - 1)
    return tuple(clipped(joined(spans, touch), view.start_us, view.end_us))


def thinned(gaps: Iterable[Run], view: View, steps: Iterable[Run] = ()) -> list[Caused]:
    """Return gaps or sheds as they are; those that begin within a pixel of a short one join it."""
    found: list[list[Run]] = []
    for gap in sorted([*_whole(gaps), *steps], key=lambda one: one.start_us):
        if max(gap.end_us, gap.start_us + 1) <= view.start_us or gap.start_us >= view.end_us:
            continue
        if found and gap.start_us < found[-1][0].start_us + view.pixel_us:
            found[-1].append(gap)
        else:
            found.append([gap])
    return [_gap(group, view) for group in found]


def _gap(group: Sequence[Run], view: View) -> Caused:
    start = max(group[0].start_us, view.start_us)
    end = min(max(gap.end_us for gap in group), view.end_us)
    covered = sum(
        b - a for a, b in joined(clipped(((g.start_us, g.end_us) for g in group), start, end))
    )
    longest = max(group, key=lambda gap: gap.end_us - gap.start_us)
    return start, end, longest.word, round(covered / (end - start), 3) if start < end else 1.0


def _whole(gaps: Iterable[Run]) -> list[Run]:
    """Put gaps together that were cut at midnight."""
    found: list[Run] = []
    for gap in gaps:
        last = found[-1] if found else None
        if last is not None and last.end_us == gap.start_us and last.word == gap.word:
            found[-1] = Run(
                camera=gap.camera, layer=gap.layer, start_us=last.start_us, end_us=gap.end_us,
                word=gap.word,
            )  # fmt: skip
        else:
            found.append(gap)
    return found


def active_digits(spans: Spans, view: View) -> str:
    """Return for each bucket how many ninths of it the spans cover, rounded up.

    Args:
        spans: in order, not overlapping.
    """
    if not spans:
        return ""
    starts, ends = np.array(spans, np.int64).T
    before = np.concatenate(([0], np.cumsum(ends - starts)))
    edges = view.begin_us + view.bucket_us * np.arange(view.buckets + 1, dtype=np.int64)
    begun = np.searchsorted(starts, edges, side="right")
    beyond = np.maximum(ends[np.maximum(begun, 1) - 1] - edges, 0)
    until = before[begun] - np.where(begun > 0, beyond, 0)
    ninths = -(-9 * np.diff(until) // view.bucket_us)
    return (ninths.clip(0, 9).astype(np.uint8) + ord("0")).tobytes().decode()
