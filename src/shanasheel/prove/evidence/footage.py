"""What proven records say of footage: exact, complete between two moments, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shanasheel.prove.evidence.layout import EXHIBIT, OPENED, ORIGINALS
from shanasheel.prove.evidence.records import Proven, Records, time_of
from shanasheel.prove.evidence.report import Finding

SEAM_US = 10_000  # what rounding may open between two segments
_SOUND = "sound"  # archive/CAMERA/sound/...
_STEPPED = "clock_stepped"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a bundle claims to hold: cameras, and a span in microseconds since 1970."""

    cameras: tuple[str, ...]
    start_us: int
    end_us: int


def scope_of(records: Records) -> Scope | None:
    """Return what the exhibit's proven records say it spans; None where they do not agree."""
    made, opened = records.exhibit(EXHIBIT), records.exhibit(OPENED)
    if made is None or opened is None or made.text("exhibit") != opened.text("exhibit"):
        return None
    found = [
        Scope(
            cameras=_cameras(one.body),
            start_us=one.number("start_us"),
            end_us=one.number("end_us"),
        )
        for one in (made, opened)
    ]
    usable = found[0].cameras and found[0].start_us < found[0].end_us
    return found[0] if found[0] == found[1] and usable else None


def check_media(
    sizes: Mapping[str, int], digests: Mapping[str, str], records: Records
) -> tuple[list[Finding], list[Finding], set[int]]:
    """Compare every original with the record that names it.

    Returns:
        What is wrong, what else is to be told, and entries whose file is here and exact.
    """
    wrong: list[Finding] = []
    told: list[Finding] = []
    exact: set[int] = set()
    named: set[str] = set()
    gone = _deleted(records)
    for one in records.of("segment", "intake"):
        name = f"data/{ORIGINALS}/{one.text('path')}"
        named.add(name)
        if name not in sizes:
            deletion = gone.get(one.text("id"))
            if deletion is None:
                wrong.append(Finding("media_missing", {"name": name}))
            else:
                told.append(Finding("deleted", {"name": name, "why": deletion.text("why")}))
        elif digests.get(name) != one.text("sha256") or sizes[name] != one.number("size_bytes"):
            wrong.append(Finding("media_differs", {"name": name}))
        else:
            exact.add(one.entry)
    for name in sizes:
        if name.startswith(f"data/{ORIGINALS}/") and name not in named:
            wrong.append(Finding("unproven_original", {"name": name}))
    return wrong, told, exact


def check_complete(
    scope: Scope, records: Records, exact: set[int]
) -> tuple[list[Finding], list[Finding]]:
    """Look for moments of the span that no exact segment and no record explains."""
    wrong: list[Finding] = []
    told: list[Finding] = []
    gone = _deleted(records)
    opened = records.exhibit(OPENED)
    for camera in scope.cameras:
        segments = [one for one in records.of("segment") if _is_main(one, camera)]
        here = [one for one in segments if one.entry in exact]
        lost = [one for one in segments if one.entry not in exact and one.text("id") in gone]
        gaps = [one for one in records.of("gap") if one.text("camera") == camera]
        nothing = _unrecorded(opened, camera)
        covered = _joined([_span(one) for one in here], scope)
        explained = [_span(one) for one in (*lost, *gaps)] + nothing
        for hole in _holes(scope, [*(_span(one) for one in here), *explained]):
            wrong.append(Finding("hole", _told(camera, hole)))
        seconds = sum(end - start for start, end in covered) / 1_000_000
        whole = (scope.start_us, scope.end_us)
        told.append(Finding("covered", {**_told(camera, whole), "seconds": f"{seconds:.1f}"}))
        for one in gaps:
            if (span := _within(_span(one), scope)) is not None:
                told.append(Finding("gap", {**_told(camera, span), "cause": one.text("cause")}))
        for one in lost:
            if (span := _within(_span(one), scope)) is not None:
                why = gone[one.text("id")].text("why")
                told.append(Finding("gone", {**_told(camera, span), "why": why}))
        told += [Finding("unrecorded", _told(camera, span)) for span in nothing]
    return wrong, told


def check_order(records: Records, scope: Scope | None) -> list[Finding]:
    """Look for segments that overlap, lie in a gap, or were logged out of turn."""
    wrong: list[Finding] = []
    handed_in = {one.text("camera") for one in records.of("intake")}
    streams: dict[tuple[str, bool], list[Proven]] = {}
    for one in records.of("segment"):
        key = (one.text("camera"), _is_sound(one.text("path")))
        streams.setdefault(key, []).append(one)
        if scope is not None and one.text("camera") not in scope.cameras:
            wrong.append(Finding("foreign", {"camera": one.text("camera")}))
    for (camera, sound), found in streams.items():
        gaps = [one for one in records.of("gap") if one.text("camera") == camera]
        if any(one.text("cause") == _STEPPED for one in gaps):
            continue  # the clock was set: times may overlap, and the gap says so
        found.sort(key=lambda one: (one.number("start_us"), one.entry))
        wrong += _overlaps(camera, [_span(one) for one in found], "overlap")
        if not sound:
            mixed = sorted(_span(one) for one in (*found, *gaps))
            if not _overlaps(camera, [_span(one) for one in found], "overlap"):
                wrong += _overlaps(camera, mixed, "over_gap")
        if camera not in handed_in:
            for earlier, later in pairwise(found):
                if later.entry < earlier.entry:
                    told = {"camera": camera, "at": later.at("start_us")}
                    wrong.append(Finding("out_of_order", told))
    return wrong


def _overlaps(camera: str, spans: Sequence[Span], key: str) -> list[Finding]:
    wrong: list[Finding] = []
    reached = None
    for start, end in spans:
        if end < start:
            wrong.append(Finding("backwards", {"camera": camera, "at": time_of(start)}))
        if reached is not None and reached - start > SEAM_US:
            wrong.append(Finding(key, {"camera": camera, "at": time_of(start)}))
        reached = end if reached is None else max(reached, end)
    return wrong


def _deleted(records: Records) -> dict[str, Proven]:
    """Return the proven deletions by the segments they name."""
    return {
        str(name): one
        for one in records.of("deletion")
        for name in _list(one.body.get("segments"))
    }  # fmt: skip


def _unrecorded(opened: Proven | None, camera: str) -> list[Span]:
    """Return where the site said, when it opened the exhibit, that it has no record at all."""
    spans = []
    for one in _list(opened.body.get("unrecorded")) if opened else []:
        if isinstance(one, dict) and one.get("camera") == camera:
            start, end = one.get("start_us"), one.get("end_us")
            if isinstance(start, int) and isinstance(end, int):
                spans.append((start, end))
    return spans


def _holes(scope: Scope, spans: Iterable[Span]) -> list[Span]:
    holes, reached = [], scope.start_us
    for start, end in sorted(spans):
        if min(start, scope.end_us) - reached > SEAM_US:
            holes.append((reached, min(start, scope.end_us)))
        reached = max(reached, end)
    if scope.end_us - reached > SEAM_US:
        holes.append((reached, scope.end_us))
    return holes


def _joined(spans: Iterable[Span], scope: Scope) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans):
        within = _within(span, scope)
        if within is None:
            continue
        if joined and within[0] <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], within[1]))
        else:
            joined.append(within)
    return joined


def _within(span: Span, scope: Scope) -> Span | None:
    start, end = max(span[0], scope.start_us), min(span[1], scope.end_us)
    return (start, end) if start < end else None


def _told(camera: str, span: Span) -> dict[str, str]:
    return {"camera": camera, "start": time_of(span[0]), "end": time_of(span[1])}


def _span(one: Proven) -> Span:
    return one.number("start_us"), one.number("end_us")


def _is_main(one: Proven, camera: str) -> bool:
    return one.text("camera") == camera and not _is_sound(one.text("path"))


def _is_sound(path: str) -> bool:
    parts = path.split("/")
    return "archive" in parts and parts[parts.index("archive") + 2 :][:1] == [_SOUND]


def _cameras(body: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name in _list(body.get("cameras")) if isinstance(name, str))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
