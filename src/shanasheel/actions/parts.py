"""Showing that a clip's pictures are part of recorded segments, and which of a file still stand."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import file_of
from shanasheel.base.clock import from_us, iso
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound, ShanasheelError
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Segment
from shanasheel.domain.gops import Gops
from shanasheel.prove.footage import (
    CLIP_PROOF_LIMIT_BYTES,
    ClipProof,
    Part,
    find_span,
    gop_leaves,
    gop_root,
    kept_leaves,
    parse_clip_proof,
    prove_span,
    readable_leaves,
    verify_span,
)


def prove_clip(
    site: Site, clip: Path, camera: CameraId, start: datetime, end: datetime
) -> ClipProof:
    """Return the proof that a clip's groups of pictures are those that a camera recorded.

    Args:
        clip: cut by an export, or by any program that copies without encoding again.
        start, end: where to look, aware.

    Raises:
        NotFound: there is no such clip; or the camera has no footage then, or none counted in
            groups, or none of the clip's pictures.
        InvalidInput: the clip is no video.
    """
    held = gop_leaves(clip)
    with site.store.read() as rows:
        segments = rows.footage.segments(camera, Stream.MAIN, start, end)
        records = {one.id: rows.facts.body_of(one.id) for one in segments if one.gops}
    parts: list[Part] = []
    done = 0
    for segment in segments:
        record, leaves = records.get(segment.id), leaves_of_segment(site.data, segment)
        if record is None or leaves is None or done == len(held):
            continue
        found = find_span(held[done:], leaves)
        if found is None:
            continue
        at, first, count = found
        span = prove_span(leaves, first, first + count - 1)
        parts.append(Part(at=done + at, record=record.decode(), span=span))
        done += at + count
    if not parts:
        raise NotFound(
            f"None of the clip's pictures is in what {camera} recorded then.",
            "Check camera and time; a clip that was encoded again cannot be proven.",
        )
    return ClipProof(groups=len(held), parts=tuple(parts))


def leaves_of_segment(data: Path, segment: Segment) -> Sequence[bytes] | None:
    """Return a segment's leaves as its record vouches for them; None when they cannot be had."""
    for source in (kept_leaves, gop_leaves):
        try:
            leaves = source(file_of(data, segment.path))
        except (ShanasheelError, OSError):
            continue
        if leaves is not None and _is_of(leaves, segment.gops):
            return leaves
    return None


def _is_of(leaves: Sequence[bytes], gops: Gops | None) -> bool:
    return gops is not None and len(leaves) == gops.count and gop_root(leaves).hex() == gops.root


def read_clip_proof(path: Path) -> ClipProof:
    """Read a proof back.

    Raises:
        NotFound: it is not there.
        InvalidInput: it is no such proof.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(CLIP_PROOF_LIMIT_BYTES)
    except FileNotFoundError as fault:
        raise NotFound(f"There is no proof at {path}.", "Check the name.") from fault
    except OSError as fault:
        raise InvalidInput(f"{path.name} is no proof of a clip.", "Make it anew.") from fault
    return parse_clip_proof(data, path.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one part of a verified clip shows: which groups, of which camera, within which time."""

    first: int
    last: int
    camera: str
    segment: str
    start: datetime
    end: datetime
    ok: bool
    detail: str


def verify_clip(clip: Path, proof: ClipProof, site: Site | None = None) -> Iterator[Shown]:
    """Check every part of a clip against the records, and those against the ledger's if it is here.

    Without a site the records are believed: a bundle, or the ledger, proves them.

    Raises:
        NotFound: there is no such clip.
        InvalidInput: it is no video, or a record is none.
    """
    held = gop_leaves(clip)
    for part in proof.parts:
        try:
            body = json.loads(part.record)
            gops = Gops(count=int(body["gops"]["count"]), root=str(body["gops"]["root"]))
            root = bytes.fromhex(gops.root)
            camera, segment = str(body["camera"]), str(body["id"])
            start, end = from_us(body["start_us"]), from_us(body["end_us"])
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as fault:
            raise InvalidInput("A record of the proof cannot be read.", "Make it anew.") from fault
        ok, detail = True, f"groups {part.span.first + 1} to {part.span.last + 1} of {gops.count}"
        try:
            if site is not None:
                _check_record(site, segment, part.record)
            verify_span(part.span, held[part.at : part.at + part.count], root, gops.count)
        except IntegrityFault as fault:
            ok, detail = False, fault.message
        yield Shown(
            first=part.at, last=part.at + part.count - 1, camera=camera, segment=segment,
            start=start, end=end, ok=ok, detail=detail,
        )  # fmt: skip


def _check_record(site: Site, segment: str, record: str) -> None:
    with site.store.read() as rows:
        known = rows.facts.body_of(segment)
    if known != record.encode():
        raise IntegrityFault("The record is not the one logged here.", "Run `ledger check`.")


def standing_groups(file: Path, gops: Gops) -> tuple[int, ...] | None:
    """Return which groups of a damaged segment are still what was recorded, from 0.

    None when that cannot be told: the hashes kept in the file are damaged too.
    """
    try:
        leaves = kept_leaves(file)
        there = readable_leaves(file)
    except (ShanasheelError, OSError):
        return None
    if leaves is None or not _is_of(leaves, gops):
        return None
    return tuple(number for number, leaf in enumerate(leaves) if leaf in there)


def look_at_groups(data: Path, record: Mapping[str, object]) -> tuple[bool, str]:
    """Return whether a segment's pictures are those recorded, and in words which groups stand.

    Where its groups were not counted nothing speaks against it, and nothing is said.

    Args:
        record: the segment's, as logged.
    """
    told = record.get("gops")
    if not isinstance(told, dict):
        return True, ""
    gops = Gops(count=int(told["count"]), root=str(told["root"]))
    file = file_of(data, str(record["path"]))
    with contextlib.suppress(ShanasheelError, OSError):
        if _is_of(gop_leaves(file), gops):
            return True, f"all {gops.count} groups of pictures stand"
    return False, told_groups(standing_groups(file, gops), gops.count)


def told_groups(standing: Sequence[int] | None, count: int) -> str:
    """Say in words which groups stand.

    >>> told_groups((0, 2), 3), told_groups(None, 3), told_groups((), 1)
    ('groups of pictures 1, 3 of 3 stand', 'no group of pictures can be told', 'none of 1 stands')
    """
    if standing is None:
        return "no group of pictures can be told"
    if not standing:
        return f"none of {count} stands"
    return f"groups of pictures {', '.join(str(one + 1) for one in standing)} of {count} stand"


def span_of(shown: Shown) -> str:
    """Return the time within which a part was recorded, in words."""
    return f"{iso(shown.start)} to {iso(shown.end)}"
