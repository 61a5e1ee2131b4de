"""What facts say, as rows again: where the database is older than the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from shanasheel.actions.rows import Rows
from shanasheel.base.clock import from_us
from shanasheel.base.errors import IntegrityFault
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.facts import Fact, FactKind
from shanasheel.domain.footage import Gap, GapCause
from shanasheel.domain.keeping import Deleted, Hold, Why


def replay_fact(rows: Rows, fact: Fact) -> None:
    """Do again to the rows what a gap, a hold or a deletion did; other facts change nothing here.

    Raises:
        IntegrityFault: its body is not one of ours.
    """
    if not fact.body:
        return  # erased by rule
    try:
        body = json.loads(fact.body)
        if fact.kind is FactKind.GAP:
            rows.footage.add_gap(_gap(fact, body))
        elif fact.kind is FactKind.HOLD:
            _replay_hold(rows, fact, body)
        elif fact.kind is FactKind.DELETION:
            _replay_deletion(rows, fact, body)
    except (ValueError, TypeError, KeyError, OverflowError) as fault:
        raise IntegrityFault(f"The fact {fact.id} cannot be read: {fault}.") from fault


def _gap(fact: Fact, body: Mapping[str, object]) -> Gap:
    return Gap(
        id=fact.id,
        camera=CameraId(str(body["camera"])),
        start=from_us(int(str(body["start_us"]))),
        end=from_us(int(str(body["end_us"]))),
        cause=GapCause(str(body["cause"])),
    )


def _replay_hold(rows: Rows, fact: Fact, body: Mapping[str, object]) -> None:
    if body["what"] == "held":
        cameras = body["cameras"]
        if not isinstance(cameras, list):
            raise TypeError("cameras is no list")
        hold = Hold(
            id=fact.id,
            at=fact.at,
            by=str(body["by"]),
            reason=str(body["reason"]),
            cameras=tuple(CameraId(str(camera)) for camera in cameras),
            start=from_us(int(str(body["start_us"]))),
            end=from_us(int(str(body["end_us"]))),
        )
        if rows.keeping.hold(hold.id) is None:
            rows.keeping.save_hold(hold)
        return
    known = rows.keeping.hold(str(body["hold"]))
    if known is not None and known.released is None:
        released = replace(
            known, released=fact.at, released_by=str(body["by"]), release_reason=str(body["reason"])
        )
        rows.keeping.save_hold(released)


def _replay_deletion(rows: Rows, fact: Fact, body: Mapping[str, object]) -> None:
    named = body["segments"]
    if not isinstance(named, list):
        raise TypeError("segments is no list")
    found = [rows.footage.segment(str(one)) for one in named]
    gone = [
        Deleted(
            segment=segment.id,
            camera=segment.camera,
            stream=segment.stream,
            start=segment.start,
            end=segment.end,
            size_bytes=segment.size_bytes,
            path=segment.path,
            why=Why(str(body["why"])),
            fact=fact.id,
        )
        for segment in found
        if segment is not None
    ]
    rows.keeping.delete(gone)
    rows.keeping.finish(gone)
