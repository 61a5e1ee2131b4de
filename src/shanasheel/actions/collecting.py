"""Asking a cosigner once, believing no answer unverified, and telling when one is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shanasheel.actions.site import Site
from shanasheel.actions.storytelling import Stories
from shanasheel.actions.telling import tell_raised
from shanasheel.base.errors import InvalidInput, ShanasheelError
from shanasheel.domain.alerts import Alert, Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.cosigning import CosignerFault, OutsideCosigner, SigningFault
from shanasheel.domain.stamping import StampFault
from shanasheel.prove.ledger import (
    CHECKPOINT,
    CosignedHeads,
    LedgerReader,
    Note,
    Signature,
    SignatureMismatch,
    cosigned_at,
    pack_submission,
    parse_cosignatures,
    parse_cosigner_key,
    parse_note,
    parse_size,
    parse_verifier,
    read_note,
)
from shanasheel.prove.ledger.checkpoints import parse_checkpoint

#: Posts a body and returns status and body, or raises `Unavailable` or `InvalidInput`.
Ask = Callable[[bytes], tuple[int, bytes]]
_ROUNDS = 3  # a cosigner that others push too may be further again; then later


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What asking once came to.

    Args:
        size: of the checkpoint it is known to have signed last.
        fault: None when it signed the newest one.
    """

    size: int
    fault: CosignerFault | None = None


def newest_head(ledger: Path) -> bytes | None:
    """Return the log's newest checkpoint; None before anything was logged."""
    note = read_note(ledger / CHECKPOINT)
    if note is None or parse_checkpoint(parse_note(note).text).size == 0:
        return None
    return note


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What is collected for: the log's folder and key, and where cosignatures are kept.

    One for all cosigners of a process: `heads` lets one of its threads write at a time.
    """

    ledger: Path
    log_key: str
    heads: CosignedHeads


def collect(
    collection: Collection, cosigner: OutsideCosigner, known: int, ask: Ask
) -> Outcome | None:
    """Ask a cosigner to sign the newest checkpoint and keep what it signs, verified.

    Args:
        known: size that it is known to have signed last; 0 when not known.

    Returns:
        None when nothing was logged yet.

    Raises:
        IntegrityFault: our own log is damaged.
        Exhausted, Unavailable: the disk refused.
    """
    ledger = collection.ledger
    data = newest_head(ledger)
    if data is None:
        return None
    note, size = parse_note(data), known
    for _ in range(_ROUNDS):
        head = parse_checkpoint(note.text)
        if size > head.size:
            # Somebody signs with our key elsewhere, or this log was set back.
            return Outcome(size=size, fault=CosignerFault.DISAGREES)
        # Its reader is of the newest head, which may have grown since: never smaller.
        proof = LedgerReader(ledger).consistency_proof(size, head.size) if size else ()
        try:
            status, body = ask(pack_submission(size, proof, data))
            if status == 409:
                size = parse_size(body)
                continue
        except InvalidInput:
            return Outcome(size=size, fault=CosignerFault.FORGED)
        except ShanasheelError:
            return Outcome(size=size, fault=CosignerFault.UNREACHABLE)
        if status != 200:
            return Outcome(size=size, fault=_meaning(status))
        return _keep(collection, cosigner, note, body)
    return Outcome(size=size, fault=CosignerFault.REFUSED)


def raise_not_cosigned(
    site: Site, name: str, fault: CosignerFault | StampFault, since: datetime
) -> tuple[Alert, ...]:
    """Raise the alert that an outsider does not vouch for the log; return what is to be shown."""
    return _raise(site, EventKind.NOT_COSIGNED, name, fault.value, since)


def raise_not_signed(site: Site, fault: SigningFault, since: datetime) -> tuple[Alert, ...]:
    """Raise the alert that the log itself is not signed; return what is to be shown."""
    return _raise(site, EventKind.NOT_SIGNED, "", fault.value, since)


def _raise(
    site: Site, kind: EventKind, subject: str, detail: str, since: datetime
) -> tuple[Alert, ...]:
    now = site.clock.now()
    event = Event(
        id=site.ids.new(),
        camera=CameraId(""),
        kind=kind,
        at=now,
        start=min(since, now),
        subject=subject,
        numbers=(("missing_s", round(max(0.0, (now - since).total_seconds()), 1)),),
        detail=detail,
    )
    with site.store.begin() as rows:
        stories = Stories(site, rows)
        stories.take(event)
        changed = stories.settle()
        for alert in stories.raised:
            tell_raised(site, rows, alert)
    return changed


def _keep(collection: Collection, cosigner: OutsideCosigner, note: Note, body: bytes) -> Outcome:
    """Keep what was answered as far as it is signed by the cosigner's keys."""
    size = parse_checkpoint(note.text).size
    try:
        answered = Note(text=note.text, signatures=parse_cosignatures(body, note.text))
        lines = _lines(answered, cosigner)
    except (InvalidInput, SignatureMismatch):
        lines = ()
    if not lines:
        return Outcome(size=size, fault=CosignerFault.FORGED)
    log = parse_verifier(collection.log_key)
    own = [line for line in note.signatures if (line.name, line.key_id) == (log.name, log.key_id)]
    collection.heads.add(note.text, own, lines)
    return Outcome(size=size)


def _lines(note: Note, cosigner: OutsideCosigner) -> tuple[Signature, ...]:
    # SPEC: The client MUST ignore any cosignatures from unknown keys.
    known = [parse_cosigner_key(key) for key in cosigner.keys]
    signed = {(key.name, key.key_id) for key in known if cosigned_at(note, key) is not None}
    return tuple(line for line in note.signatures if (line.name, line.key_id) in signed)


def _meaning(status: int) -> CosignerFault:
    if status == 422:
        return CosignerFault.DISAGREES
    return CosignerFault.REFUSED if 400 <= status < 500 else CosignerFault.UNREACHABLE
