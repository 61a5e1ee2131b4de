"""The log's files as strangers may have them (C2SP tlog-tiles): only what is under its checkpoint.

They hold sizes, hashes, and entries that are salted commitments: what kinds of things happened, how
many, and by asking often also when; no names, places or pictures.
"""

from __future__ import annotations

from pathlib import Path

from shanasheel.base.errors import NotFound
from shanasheel.prove.ledger import (
    CHECKPOINT,
    CosignedHeads,
    Note,
    parse_note,
    public_tile,
    read_note,
)

LEDGER = "ledger"


def public_checkpoint(data: Path) -> bytes:
    """Return the newest checkpoint, with the lines of those outside who have signed the very same.

    Raises:
        NotFound: nothing was logged yet.
        IntegrityFault: it is damaged.
    """
    told = read_note(data / LEDGER / CHECKPOINT)
    if told is None:
        raise NotFound("Nothing has been logged yet.", "Come again.")
    note = parse_note(told)
    for cosigned in CosignedHeads(data / LEDGER).all():
        if cosigned.text == note.text:
            lines = {(line.name, line.key_id): line for line in cosigned.signatures}
            lines |= {(line.name, line.key_id): line for line in note.signatures}
            return Note(text=note.text, signatures=tuple(lines.values())).encoded()
    return told


def public_file(data: Path, path: str) -> bytes:
    """Return a tile or a bundle of entries by its path, `tile/…`, in its one spelling.

    Raises:
        NotFound: there is none under the newest checkpoint, or that is no such path.
        IntegrityFault: it should be there but is not.
    """
    content = public_tile(data / LEDGER, path)
    if content is None:
        raise NotFound("The log has no such tile.", "Ask for what its checkpoint covers.")
    return content
