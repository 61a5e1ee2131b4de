"""Proving the footage intact: every segment's bytes against the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path

from shanasheel.actions.erased import Erasures
from shanasheel.actions.factmaking import segment_fact
from shanasheel.actions.parts import look_at_groups
from shanasheel.actions.ports import Store
from shanasheel.actions.proof_facts import Noted, check_life, check_stamps
from shanasheel.actions.proof_report import Failure, FootageReport, Step, Wrong
from shanasheel.actions.resuming import ReadBefore
from shanasheel.actions.rows import Rows
from shanasheel.actions.sheets import check_sheets
from shanasheel.actions.stored_files import chunks_of, digest_of, file_of
from shanasheel.base.clock import EPOCH, from_us, iso
from shanasheel.base.errors import IntegrityFault, ShanasheelError
from shanasheel.base.text import printable
from shanasheel.domain.cameras import LOGGED
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.domain.footage import Segment
from shanasheel.domain.keeping import Why
from shanasheel.prove.ledger import (
    LedgerReader,
    LogStep,
    Policy,
    check_log,
    check_quorum,
    open_commitment,
    parse_leaf,
)
from shanasheel.watch.recording import Look, is_away, look, read_volumes

__all__ = ["Failure", "FootageReport", "Step", "Wrong", "check_footage", "compare_file"]

Progress = Callable[[int, int], None]
Reader = Callable[[str], Iterator[bytes]]

_NAMED = 5  # failures told in a step's detail; the report lists all


_CHANGED = (Wrong.SIZE_DIFFERS, Wrong.BYTES_DIFFER)


@dataclass(slots=True)
class _Findings:
    """What walking the facts and files found so far."""

    looks: tuple[Look, ...]
    data: Path | None = None  # where files can be read as video, too
    groups: bool = False
    before: ReadBefore | None = None
    failures: list[Failure] = field(default_factory=list)
    mismatched: list[str] = field(default_factory=list)
    segments: int = 0
    deleted: int = 0
    not_copied: int = 0
    size_bytes: int = 0
    entries: int = 0
    pending: int = 0
    erased: int = 0
    noted: Noted = field(default_factory=Noted)


def check_footage(  # noqa: PLR0913 - what is checked, against whose word, and how it is shown
    data: Path,
    store: Store,
    verifier_key: str,
    *,
    at: datetime,
    progress: Progress | None = None,
    read: Reader | None = None,
    policy: Policy | None = None,
    groups: bool = False,
    before: ReadBefore | None = None,
    stamp_roots: tuple[str, ...] = (),
) -> FootageReport:
    """Verify the ledger, then every record and every recorded segment against it.

    Args:
        data: the site's data folder.
        store: its records.
        verifier_key: the log's public key, as `keys/*.vkey` holds it; an outsider brings theirs.
        at: now, for the report.
        progress: called with segments done and segments in all.
        read: yields a file's bytes by its path, or raises FileNotFoundError or another OSError;
            None reads the data folder.
        policy: who must have cosigned; None asks for nobody.
        groups: make the hashes of every segment's groups of pictures again, too.
        before: what an interrupted check has read already, of the data folder; a further step
            says then what was taken from it. None reads everything.
        stamp_roots: certificates (PEM) to judge timestamps by, instead of this site's own.

    Returns:
        A report of numbered steps. It never raises for footage that fails: that is the result.

    Raises:
        InvalidInput: the verifier key is not one.
    """
    log = check_log(data / "ledger", verifier_key)
    steps = [_step(step) for step in log.steps]
    # Elsewhere than in the data folder no disk can be away.
    looks = () if read else tuple(look(volume) for volume in read_volumes(data))
    findings = _Findings(
        looks=looks, data=None if read else data, groups=groups, before=before
    )  # fmt: skip
    read = read or (lambda path: chunks_of(file_of(data, path)))
    _walk(read, store, _readable(data / "ledger"), findings, progress)
    steps += _footage_steps(len(steps), findings)
    stamps = check_stamps(
        data, store, verifier_key, findings.noted, number=len(steps) + 1, roots=stamp_roots
    )
    life, holes = check_life(store, findings.noted, number=len(steps) + 2)
    steps += [_step(stamps.step), _step(life)]
    sheets = check_sheets(data / "ledger", findings.noted.sheets, number=len(steps) + 1)
    steps.append(_step(sheets))
    if policy is not None:
        quorum = check_quorum(data / "ledger", policy, int(at.timestamp()), len(steps) + 1)
        steps += map(_step, quorum)
    if before is not None and before.since is not None:
        wrong = before.contradiction()
        steps.append(
            Step(
                number=len(steps) + 1,
                name="resumed_check_contained",
                ok=not wrong,
                detail=wrong or before.told(),
            )
        )
    return FootageReport(
        steps=tuple(steps),
        failures=tuple(findings.failures),
        segments=findings.segments - findings.deleted,
        deleted=findings.deleted,
        not_copied=findings.not_copied,
        size_bytes=findings.size_bytes,
        entries=findings.entries,
        pending=findings.pending,
        checked=at,
        stamps=tuple(stamps.newest().values()),
        holes=sum(not one.explained for one in holes),
    )


def _step(step: LogStep) -> Step:
    return Step(number=step.number, name=step.name, ok=step.ok, detail=step.detail)


def _readable(folder: Path) -> LedgerReader | None:
    """Return a reader, or None where the log's own check has found it damaged."""
    try:
        return LedgerReader(folder)
    except IntegrityFault:
        return None


def _walk(
    read: Reader,
    store: Store,
    reader: LedgerReader | None,
    findings: _Findings,
    progress: Progress | None,
) -> None:
    """Note what is wrong with records and files."""
    size = findings.entries = reader.size if reader else 0
    expected = 0
    with store.read() as rows:
        total = rows.footage.totals()[0]
        erasures = Erasures(rows)
        for fact in rows.facts.every():
            _check_missing(expected, min(fact.entry, size), findings)
            expected = fact.entry + 1
            if fact.erased and erasures.explain(reader, fact):
                findings.erased += 1
                _note_erased(rows, fact, findings)
                continue
            if reader is None or fact.entry >= size:
                findings.pending += 1
            else:
                _check_record(reader, fact, findings)
            findings.noted.take(fact)
            if fact.kind in (FactKind.SEGMENT, FactKind.INTAKE):
                _check_segment(read, rows, fact, findings)
                if progress is not None:
                    progress(findings.segments, max(total, findings.segments))
        _check_missing(expected, size, findings)
        _check_index(rows, findings)


def _check_index(rows: Rows, findings: _Findings) -> None:
    """Compare the index that playback and clips go by with what was logged."""
    try:
        for segment in chain.from_iterable(map(rows.footage.every_segment, LOGGED)):
            logged = rows.facts.body_of(segment.id)
            if logged is None:
                findings.failures.append(_failure(segment, Wrong.NOT_LOGGED))
            elif logged != segment_fact(segment).body:
                findings.failures.append(_failure(segment, Wrong.INDEX_DIFFERS))
    except (ShanasheelError, ValueError) as fault:
        findings.mismatched.append(f"the index of segments ({printable(str(fault))})")


def _check_missing(expected: int, entry: int, findings: _Findings) -> None:
    """Note entries of the log whose record was taken out of the database."""
    if expected + 1 == entry:
        findings.mismatched.append(f"{expected} (its record is missing)")
    elif expected < entry:
        findings.mismatched.append(f"{expected} to {entry - 1} (their records are missing)")


def _note_erased(rows: Rows, fact: StoredFact, findings: _Findings) -> None:
    """Count an erased segment; one that no deletion explains was not erased by rule."""
    if fact.kind != FactKind.SEGMENT:
        return
    findings.segments += 1
    findings.deleted += 1
    if _deleted_because(rows, fact.id) is None:
        findings.mismatched.append(f"{fact.entry} (its record is erased, its footage not deleted)")


def _check_record(reader: LedgerReader, fact: StoredFact, findings: _Findings) -> None:
    try:
        leaf = reader.entry(fact.entry)
        open_commitment(leaf, fact.body, fact.salt)
        # The columns beside the body steer this check: they must not say something else.
        same = parse_leaf(leaf).kind == fact.kind and json.loads(fact.body)["id"] == fact.id
    except (ShanasheelError, ValueError, TypeError, KeyError, RecursionError):
        same = False
    if not same:
        findings.mismatched.append(f"{fact.entry} ({printable(fact.kind, 40)})")


def _footage_steps(done: int, findings: _Findings) -> list[Step]:
    bad, logged = len(findings.failures), findings.segments - findings.deleted
    by_rule = findings.deleted - findings.not_copied
    gone = f", {by_rule} deleted by rule" if by_rule else ""
    if findings.not_copied:
        gone += f", {findings.not_copied} not in this copy: the vault does not have them"
    named = "; ".join(
        f"{failure.camera} {iso(failure.start)} {failure.reason} ({failure.path})"
        for failure in findings.failures[:_NAMED]
    )
    erased = f", {findings.erased} of them with records erased by rule" if findings.erased else ""
    differing = ", ".join(findings.mismatched[:_NAMED])
    return [
        Step(
            number=done + 1,
            name="records_open_commitments",
            ok=not findings.mismatched,
            detail=f"records that differ from their entry: {differing}"
            if differing
            else f"{findings.entries} entries{erased}",
        ),
        Step(
            number=done + 2,
            name="segments_match_ledger",
            ok=not bad,
            detail=f"{bad} of {logged}: {named}"
            if bad
            else f"{logged} segments, {findings.size_bytes} bytes{gone}",
        ),
    ]


def _check_segment(read: Reader, rows: Rows, fact: StoredFact, findings: _Findings) -> None:
    findings.segments += fact.kind == FactKind.SEGMENT
    try:
        body = json.loads(fact.body)
        place = str(body["path"])
        failure = Failure(
            camera=str(body["camera"]),
            segment=fact.id,
            start=from_us(body["start_us"]),
            end=from_us(body["end_us"]),
            path=place,
            reason=Wrong.RECORD_UNREADABLE,
        )
        expected = (int(body["size_bytes"]), str(body["sha256"]))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        why_not = Wrong.RECORD_UNREADABLE
        findings.failures.append(
            Failure(camera="?", segment=fact.id, start=EPOCH, end=EPOCH, path="?", reason=why_not)
        )
        return
    compare, before = partial(compare_file, read, place, *expected), findings.before
    reason, size_bytes = before.judge(fact.entry, place, expected, compare) if before else compare()
    if reason is Wrong.FILE_MISSING and is_away(place, findings.looks):
        reason = Wrong.VOLUME_AWAY
    why = _deleted_because(rows, fact.id) if reason is Wrong.FILE_MISSING else None
    if why is not None:
        if fact.kind == FactKind.SEGMENT:
            findings.deleted += 1
            findings.not_copied += why == Why.NOT_COPIED
        return
    findings.size_bytes += size_bytes
    stands, told = True, ""
    if findings.data and (reason in _CHANGED or (findings.groups and not reason)):
        stands, told = look_at_groups(findings.data, body)
    if reason or not stands:
        reason = reason or Wrong.GROUPS_DIFFER
        findings.failures.append(replace(failure, reason=reason, groups=told))


def _deleted_because(rows: Rows, segment: str) -> str | None:
    """Return why a fact says that it is gone; that fact is checked like every other."""
    deletion = rows.keeping.deletion_of(segment)
    body = rows.facts.body_of(deletion.fact) if deletion else None
    try:
        record = json.loads(body) if body else {}
        told = record["k"] == FactKind.DELETION and segment in record["segments"]
        return str(record["why"]) if told else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def compare_file(read: Reader, path: str, size_bytes: int, sha256: str) -> tuple[Wrong | None, int]:
    """Return what is wrong with a file (None when it is the logged one), and its size."""
    try:
        digest, found = digest_of(read(path))
    except FileNotFoundError:
        return Wrong.FILE_MISSING, 0
    except (OSError, ValueError):
        return Wrong.FILE_UNREADABLE, 0
    if found != size_bytes:
        return Wrong.SIZE_DIFFERS, found
    return (None if digest == sha256 else Wrong.BYTES_DIFFER), found


def _failure(segment: Segment, reason: Wrong) -> Failure:
    return Failure(
        camera=segment.camera, segment=segment.id, start=segment.start, end=segment.end,
        path=segment.path, reason=reason,
    )  # fmt: skip
