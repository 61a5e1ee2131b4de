"""Proving the footage intact: every segment's bytes against the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from shanasheel.actions.ports import Store
from shanasheel.actions.site import Site
from shanasheel.base.clock import from_us, iso
from shanasheel.base.errors import IntegrityFault
from shanasheel.domain.cameras import Stream
from shanasheel.domain.facts import Fact, FactKind
from shanasheel.domain.footage import Segment
from shanasheel.prove.ledger import LedgerReader, check_log, open_commitment

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered step of a check: what was looked at, whether it holds, in words."""

    number: int
    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One segment that is not what the ledger says."""

    camera: str
    segment: str
    start: datetime
    end: datetime
    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageReport:
    """Every step of a check of ledger and footage, and every segment that fails."""

    steps: tuple[Step, ...]
    failures: tuple[Failure, ...]
    segments: int
    size_bytes: int
    entries: int
    pending: int
    checked: datetime

    @property
    def holds(self) -> bool:
        """Return whether every step holds."""
        return all(step.ok for step in self.steps)


@dataclass(slots=True)
class _Findings:
    """What walking the facts and files found so far."""

    failures: list[Failure] = field(default_factory=list)
    mismatched: list[str] = field(default_factory=list)
    segments: int = 0
    size_bytes: int = 0
    pending: int = 0
    logged: set[str] = field(default_factory=set)


def check_footage(
    data: Path, store: Store, verifier_key: str, *, at: datetime, progress: Progress | None = None
) -> FootageReport:
    """Verify the ledger, then every recorded segment against it.

    Args:
        data: the site's data folder.
        verifier_key: the log's public key, as `keys/*.vkey` holds it; an outsider brings theirs.
        progress: called with segments done and segments in all.

    Returns:
        A report of numbered steps. It never raises for footage that fails: that is the result.
    """
    log = check_log(data / "ledger", verifier_key)
    steps = [
        Step(number=number, name=step.name, ok=step.ok, detail=step.detail)
        for number, step in enumerate(log.steps, start=1)
    ]
    findings = _Findings()
    reader = LedgerReader(data / "ledger")
    with store.read() as rows:
        total = rows.footage.totals()[0]
        for entry, fact in rows.facts.every():
            _check_fact(data, reader, entry, fact, findings)
            if progress is not None and fact.kind is FactKind.SEGMENT:
                progress(findings.segments, max(total, findings.segments))
        unlogged = [
            segment
            for segment in rows.footage.every_segment(Stream.MAIN)
            if segment.id not in findings.logged
        ]
    findings.failures += [_failure(segment, "not_logged") for segment in unlogged]
    steps += _footage_steps(len(steps), findings, reader.size, rows_entries=len(findings.logged))
    return FootageReport(
        steps=tuple(steps),
        failures=tuple(findings.failures),
        segments=findings.segments,
        size_bytes=findings.size_bytes,
        entries=reader.size,
        pending=findings.pending,
        checked=at,
    )


def _footage_steps(
    done: int, findings: _Findings, entries: int, *, rows_entries: int
) -> list[Step]:
    bad = len(findings.failures)
    named = "; ".join(
        f"{failure.camera} {iso(failure.start)} {failure.reason} ({failure.path})"
        for failure in findings.failures[:5]
    )
    return [
        Step(
            number=done + 1,
            name="records_open_commitments",
            ok=not findings.mismatched,
            detail=f"{entries} entries"
            if not findings.mismatched
            else f"records that differ from their entry: {', '.join(findings.mismatched[:5])}",
        ),
        Step(
            number=done + 2,
            name="segments_match_ledger",
            ok=not bad,
            detail=f"{rows_entries} segments, {findings.size_bytes} bytes"
            if not bad
            else f"{bad} of {rows_entries}: {named}",
        ),
    ]


def _check_fact(
    data: Path, reader: LedgerReader, entry: int, fact: Fact, findings: _Findings
) -> None:
    if entry >= reader.size:
        findings.pending += 1
    else:
        try:
            open_commitment(reader.entry(entry), fact.body, fact.salt)
        except IntegrityFault:
            findings.mismatched.append(f"{entry} ({fact.kind.value})")
    if fact.kind is FactKind.SEGMENT:
        findings.logged.add(fact.id)
        _check_segment(data, fact, findings)


def _check_segment(data: Path, fact: Fact, findings: _Findings) -> None:
    body = json.loads(fact.body)
    findings.segments += 1
    path = data / body["path"]
    reason = ""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = path.stat().st_size
        findings.size_bytes += size
        if size != body["size_bytes"]:
            reason = "size_differs"
        elif digest != body["sha256"]:
            reason = "bytes_differ"
    except FileNotFoundError:
        reason = "file_missing"
    except OSError:
        reason = "file_unreadable"
    if reason:
        findings.failures.append(
            Failure(
                camera=body["camera"],
                segment=fact.id,
                start=from_us(body["start_us"]),
                end=from_us(body["end_us"]),
                path=body["path"],
                reason=reason,
            )
        )


def _failure(segment: Segment, reason: str) -> Failure:
    return Failure(
        camera=segment.camera,
        segment=segment.id,
        start=segment.start,
        end=segment.end,
        path=segment.path,
        reason=reason,
    )


def ledger_status(site: Site) -> dict[str, object]:
    """Return the ledger's newest checkpoint as plain values: origin, size, root, time, pending."""
    reader = LedgerReader(site.data / "ledger")
    with site.store.read() as rows:
        facts = rows.facts.count()
    lines = (reader.note or "").split("\n")
    signed = len(lines) > 3
    return {
        "origin": lines[0] if signed else "",
        "size": int(lines[1]) if signed else 0,
        "root": lines[2] if signed else "",
        "checkpoint_at": iso(reader.checkpoint_at) if reader.checkpoint_at else None,
        "pending": facts - reader.size,
    }
