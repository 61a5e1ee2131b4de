"""The newest checkpoint as a page to print: one file, without scripts, in Arabic and English."""

from __future__ import annotations

import base64
import html
from importlib import resources
from string import Template

from shanasheel.actions.collecting import newest_head
from shanasheel.actions.site import Site
from shanasheel.base.clock import iso
from shanasheel.base.errors import NotFound
from shanasheel.prove.ledger import (
    CosignedHeads,
    Note,
    paper_note,
    parse_checkpoint,
    parse_note,
    qr_svg,
)


def sheet_page(site: Site, verifier_key: str) -> str:
    """Return the sheet as HTML: the newest cosigned checkpoint, or the log's own without any.

    Raises:
        NotFound: nothing was logged yet.
    """
    note, cosigned = _newest(site)
    head, paper = parse_checkpoint(note.text), paper_note(note)
    names = sorted({line.name for line in note.signatures if line.name != head.origin})
    template = resources.files("shanasheel.actions") / "texts" / "sheet.html"
    told = {
        "origin": head.origin,
        "size": str(head.size),
        "root": base64.b64encode(head.root).decode(),
        "cosigners": ", ".join(names) if cosigned else "–",
        "key": verifier_key,
        "printed": iso(site.clock.now()),
        "note": paper.encoded().decode(),
    }
    safe = {name: html.escape(value) for name, value in told.items()}
    page = Template(template.read_text(encoding="utf-8"))
    return page.substitute(safe, code=qr_svg(paper.encoded()))


def _newest(site: Site) -> tuple[Note, bool]:
    note = CosignedHeads(site.data / "ledger").newest()
    if note is not None:
        return note, True
    data = newest_head(site.data / "ledger")
    if data is None:
        raise NotFound("Nothing has been logged yet.", "Record something first.")
    return parse_note(data), False
