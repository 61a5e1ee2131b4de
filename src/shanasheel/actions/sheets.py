"""Signed sheets of paper: filed back, compared with the log, and counted by its check."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound
from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.base.text import printable
from shanasheel.domain.facts import FactKind
from shanasheel.prove.ledger import (
    Checkpoint,
    LedgerReader,
    LogStep,
    parse_checkpoint,
    parse_note,
    parse_verifier,
    read_codes,
    verify_consistency,
    verify_note,
)

SHEETS = "sheets"
_LIMIT_BYTES = 32 << 20
_NAMED = 5
_NAME = 120
_MAGIC = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"%PDF": "pdf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledSheet:
    """A sheet that was filed, and what it says.

    Args:
        path: in the log's folder.
        typed: the checkpoint was typed by a person, not read off the scan.
        signed: the code on it carries this log's own signature.
        why: why what stands on it is not contained in this log; empty when it is.
    """

    id: str
    path: str
    sha256: str
    head: Checkpoint
    typed: bool
    signed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedSheet:
    """A sheet as its record in the log tells of it."""

    path: str
    sha256: str
    head: Checkpoint
    signed: bool
    by: str


def typed_checkpoint(site: Site, entries: int, root: str) -> Checkpoint:
    """Return the checkpoint that a person read off paper, of this log.

    Raises:
        InvalidInput: the root is not base64 of 32 bytes.
        NotFound: nothing was logged yet.
    """
    newest = LedgerReader(site.data / "ledger").checkpoint
    if newest is None:
        raise NotFound("Nothing has been logged yet.", "Record something first.")
    try:
        digest = base64.b64decode(root.strip(), validate=True)
    except (binascii.Error, ValueError) as fault:
        raise InvalidInput("That is no root hash.", "Type it as it stands on the sheet.") from fault
    return Checkpoint(origin=newest.origin, size=entries, root=digest)


def file_sheet(
    site: Site, scan: bytes, *, by: str, verifier_key: str, typed: Checkpoint | None = None
) -> FiledSheet:
    """Keep a signed sheet and log it, whatever it says; compare what it says with the log.

    The hash is taken first. The file is durable before the fact.

    Args:
        scan: a PNG, a JPEG or a PDF, of 32 MiB at most.
        by: who signed it, as a person or an office is called.
        typed: what a person read off it; None reads its QR code, which a PDF does not offer.

    Raises:
        InvalidInput: it is no such file, or no checkpoint can be read in it.
        Exhausted, Unavailable: the disk or the database refused.
    """
    digest, kind = sha256(scan).hexdigest(), _kind(scan)
    by = printable(by.strip(), _NAME)
    if len(by) < 2:
        raise InvalidInput("Nobody is named.", "Say who signed the sheet, with --by.")
    head, signed = (typed, False) if typed else _read(scan, kind, verifier_key)
    folder = site.data / "ledger" / SHEETS
    if not folder.is_dir():
        folder.mkdir(parents=True)
        sync_directory(folder.parent)
    path = f"{SHEETS}/{digest}.{kind}"
    write_atomic(site.data / "ledger" / path, scan)
    why = _why_not_contained(site.data / "ledger", head)
    identifier = site.ids.new()
    body = {
        "by": by,
        "path": path,
        "size_bytes": len(scan),
        "sha256": digest,
        "typed": typed is not None,
        "signed": signed,
        "origin": head.origin,
        "size": head.size,
        "root": base64.b64encode(head.root).decode(),
        "contained": not why,
    }
    with site.store.begin() as rows:
        rows.facts.add(make_fact(identifier, FactKind.SHEET, site.clock.now(), body))
    return FiledSheet(
        id=identifier, path=path, sha256=digest, head=head, typed=typed is not None,
        signed=signed, why=why,
    )  # fmt: skip


def logged_sheet(body: Mapping[str, object]) -> LoggedSheet:
    """Return a sheet from its record.

    Raises:
        ValueError, TypeError, KeyError, InvalidInput: the record is not one of ours.
    """
    return LoggedSheet(
        path=str(body["path"]),
        sha256=str(body["sha256"]),
        head=Checkpoint(
            origin=str(body["origin"]),
            size=int(str(body["size"])),
            root=base64.b64decode(str(body["root"]), validate=True),
        ),
        signed=body["signed"] is True,
        by=printable(str(body["by"]), _NAME),
    )


def check_sheets(ledger: Path, sheets: Sequence[LoggedSheet], *, number: int) -> LogStep:
    """Say how many sheets are contained in a log; a step named `sheets_contained`.

    It fails for a sheet whose file is gone or changed, and for one that carries the log's own
    signature over another history. One that a person typed and that is not contained is told alone:
    typing may err.
    """
    wrong: list[str] = []
    strange: list[str] = []
    contained: list[LoggedSheet] = []
    for one in sheets:
        fault = _file_fault(ledger, one)
        why = _why_not_contained(ledger, one.head)
        told = f"{one.by}, {one.head.size} entries"
        if fault:
            wrong.append(f"{told}: {fault}")
        elif not why:
            contained.append(one)
        elif one.signed:
            wrong.append(f"{told}: signed by this log's key, and {why}")
        else:
            strange.append(f"{told}: {why}")
    return LogStep(
        number=number, name="sheets_contained", ok=not wrong,
        detail=_detail(wrong, strange, contained),
    )  # fmt: skip


def _detail(wrong: Sequence[str], strange: Sequence[str], contained: Sequence[LoggedSheet]) -> str:
    if not (wrong or strange or contained):
        return "none was filed"
    parts = [f"{len(contained)} contained"]
    if contained:
        newest = max(contained, key=lambda one: one.head.size)
        parts[0] += f", the newest of {newest.head.size} entries by {newest.by}"
    if strange:
        parts.append(f"{len(strange)} typed and NOT contained: {'; '.join(strange[:_NAMED])}")
    if wrong:
        parts.insert(0, f"{len(wrong)} wrong: {'; '.join(wrong[:_NAMED])}")
    return "; ".join(parts)


def _file_fault(ledger: Path, one: LoggedSheet) -> str:
    if not one.path.startswith(f"{SHEETS}/") or ".." in one.path:
        return "its record names no sheet"
    try:
        with (ledger / one.path).open("rb") as stream:
            scan = stream.read(_LIMIT_BYTES + 1)
    except OSError:
        return "its file is missing"
    return "" if sha256(scan).hexdigest() == one.sha256 else "its file was changed"


def _kind(scan: bytes) -> str:
    if len(scan) > _LIMIT_BYTES:
        raise InvalidInput("The scan is larger than 32 MiB.", "Scan it at 300 dots an inch.")
    for magic, kind in _MAGIC.items():
        if scan.startswith(magic):
            return kind
    raise InvalidInput("That is no PNG, JPEG or PDF.", "Give a photo or scan of the sheet.")


def _read(scan: bytes, kind: str, verifier_key: str) -> tuple[Checkpoint, bool]:
    """Return the checkpoint of the code on a scan, and whether this log's key signed it."""
    remedy = "Type what stands on the sheet: --entries and --root."
    if kind == "pdf":
        raise InvalidInput("A code in a PDF cannot be read.", remedy)
    for code in read_codes(scan):
        try:
            note = parse_note(code)
            head = parse_checkpoint(note.text)
        except InvalidInput:
            continue
        try:
            verify_note(note, [parse_verifier(verifier_key)])
        except IntegrityFault:
            return head, False
        return head, True
    raise InvalidInput("No checkpoint can be read in the picture.", remedy)


def _why_not_contained(ledger: Path, head: Checkpoint) -> str:
    """Return why a checkpoint is not contained in a log; empty when it is."""
    try:
        reader = LedgerReader(ledger)
        newest = reader.checkpoint
        if newest is None:
            return "this log has no checkpoint"
        if head.origin != newest.origin:
            return f"it is of another log, {printable(head.origin, 80)}"
        if head.size > newest.size:
            return f"this log has only {newest.size} entries"
        proof = reader.consistency_proof(head.size, newest.size)
        verify_consistency(head.size, newest.size, head.root, newest.root, proof)
    except (InvalidInput, IntegrityFault, NotFound) as fault:
        return f"this log's first {head.size} entries are others ({fault.message})"
    return ""
