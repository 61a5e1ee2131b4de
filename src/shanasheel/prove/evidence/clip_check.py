"""Clips in a bundle, group of pictures by group, against the roots in proven records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath

from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.prove.evidence.layout import CLIP_PROOF_SUFFIX, CLIPS, ORIGINALS
from shanasheel.prove.evidence.opening import BagFiles, read_small
from shanasheel.prove.evidence.records import Proven, Records
from shanasheel.prove.evidence.report import Finding, State
from shanasheel.prove.footage import (
    CLIP_PROOF_LIMIT_BYTES,
    ClipProof,
    Part,
    parse_clip_proof,
    stream_leaves,
    verify_span,
)

_CLIPS = f"data/{CLIPS}/"


@dataclass(slots=True)
class Clips:
    """What was found.

    Args:
        proven: clips of which every group, or every one that was counted, is of the recording.
    """

    wrong: list[Finding] = field(default_factory=list)
    told: list[Finding] = field(default_factory=list)
    proven: int = 0

    @property
    def good(self) -> State:
        """Return how the step ends where nothing is wrong."""
        return State.HOLDS if self.proven else State.UNKNOWN


def unread_clips() -> Clips:
    """Return that clips were not compared with the recordings: the seal covers them."""
    return Clips(told=[Finding("clips_unread")])


def check_clips(bag: BagFiles, records: Records) -> Clips:
    """Compare the groups of pictures of every clip with those that were recorded."""
    found = Clips()
    for name in sorted(bag.sizes):
        if not name.startswith(_CLIPS) or not name.endswith(".mp4"):
            continue
        if f"{name}{CLIP_PROOF_SUFFIX}" not in bag.sizes:
            _unproven(found, records, name)
            continue
        try:
            _check(found, bag, records, name)
        except (InvalidInput, IntegrityFault) as fault:
            found.wrong.append(Finding("clip_differs", {"name": name, "why": fault.message}))
    return found


def _check(found: Clips, bag: BagFiles, records: Records, name: str) -> None:
    proof_name = f"{name}{CLIP_PROOF_SUFFIX}"
    proof = parse_clip_proof(read_small(bag, proof_name, CLIP_PROOF_LIMIT_BYTES), proof_name)
    with bag.stream(name) as stream:
        if stream is None:
            found.told.append(Finding("clip_packed", {"name": name}))
            return
        held = stream_leaves(stream, name)
    if proof.groups != len(held):
        raise IntegrityFault(f"It has {len(held)} groups of pictures, not {proof.groups}.")
    parts = [(part, _record_of(part, records, _camera(name))) for part in proof.parts]
    for part, record in parts:
        root, count = _gops(record)
        verify_span(part.span, held[part.at : part.at + part.count], root, count)
    if not _stepped(records, _camera(name)):
        _check_order(found, bag, records, name, parts)
    _count(found, records, name, proof)


def _check_order(
    found: Clips, bag: BagFiles, records: Records, name: str, parts: Sequence[tuple[Part, Proven]]
) -> None:
    """Refuse parts that are not in the order of the recording; say where groups are left out."""
    places = _places(bag, records, _camera(name))
    skipped = 0
    for (earlier, before), (later, after) in pairwise(parts):
        in_clip = later.at - (earlier.at + earlier.count)
        if in_clip < 0 or after.number("start_us") <= before.number("start_us"):
            raise IntegrityFault("Its parts are not in the order in which they were recorded.")
        if before.entry in places and after.entry in places:
            left = places[after.entry] + later.span.first - places[before.entry] - earlier.span.last
            skipped += max(0, left - 1 - in_clip)
    if skipped:
        found.told.append(Finding("clip_skips", {"name": name, "count": str(skipped)}))


def _places(bag: BagFiles, records: Records, camera: str) -> dict[int, int]:
    """Return how many groups of a camera's recordings here come before each, by entry."""
    places, reached = {}, 0
    mine = [one for one in records.of("segment") if one.text("camera") == camera]
    for one in sorted(mine, key=lambda record: record.number("start_us")):
        if f"data/{ORIGINALS}/{one.text('path')}" in bag.sizes and "gops" in one.body:
            places[one.entry] = reached
            reached += _gops(one)[1]
    return places


def _stepped(records: Records, camera: str) -> bool:
    """Return whether the clock was set: times do not say the order then, and the gap says so."""
    gaps = (one for one in records.of("gap") if one.text("camera") == camera)
    return any(one.text("cause") == "clock_stepped" for one in gaps)


def _count(found: Clips, records: Records, name: str, proof: ClipProof) -> None:
    """Say how many groups are proven; where all were counted, all must be."""
    proven = proof.groups - len(proof.unproven)
    given = {"name": name, "proven": str(proven), "groups": str(proof.groups)}
    if proof.unproven and (not proven or _all_counted(records, _camera(name))):
        found.wrong.append(Finding("clip_groups", given))
        return
    found.proven += 1
    found.told.append(Finding("clip_groups", given))


def _unproven(found: Clips, records: Records, name: str) -> None:
    """Note a clip without a proof: right only where recordings were not counted in groups."""
    told = found.wrong if _all_counted(records, _camera(name)) else found.told
    told.append(Finding("clip_unproven", {"name": name}))


def _record_of(part: Part, records: Records, camera: str) -> Proven:
    """Return the proven record that a part of a clip names."""
    try:
        told = json.loads(part.record)
    except (ValueError, RecursionError) as fault:
        raise InvalidInput("A record of its proof cannot be read.") from fault
    for one in records.of("segment"):
        if one.body == told and one.text("camera") == camera:
            return one
    raise IntegrityFault("Its proof names a recording that is not proven here.")


def _gops(record: Proven) -> tuple[bytes, int]:
    """Return root and number of the groups of a recording."""
    told = record.body.get("gops")
    try:
        if not isinstance(told, dict) or type(told["count"]) is not int:
            raise ValueError("no groups")
        return bytes.fromhex(str(told["root"])), told["count"]
    except (KeyError, ValueError) as fault:
        raise InvalidInput("The record counts no groups of pictures.") from fault


def _all_counted(records: Records, camera: str) -> bool:
    """Return whether every recording of a camera's pictures was counted in groups."""
    mine = [
        one for one in records.of("segment")
        if one.text("camera") == camera and "/sound/" not in one.text("path")
    ]  # fmt: skip
    return bool(mine) and all("gops" in one.body for one in mine)


def _camera(name: str) -> str:
    return PurePosixPath(name).name.rsplit("_", 2)[0]
