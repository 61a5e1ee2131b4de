"""Where things lie in a bundle, and the proof that seals it; docs/reference/bundles.md."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from dataclasses import dataclass

from shanasheel.base.errors import InvalidInput
from shanasheel.prove.ledger.commitments import canonical
from shanasheel.prove.ledger.proofs import EntryProof, parse_proof

#: What the file beside a bundle is called: the bundle's name with this.
PROOF_SUFFIX = ".tlog-proof"

#: What the proof that a clip is a part of the originals is called: the clip's name with this.
CLIP_PROOF_SUFFIX = ".proof.json"

#: Folders below `data/`.
ORIGINALS, CLIPS, SHIELDED, CLAIMS = "originals", "clips", "shielded", "claims"
RECORDS, LOG, TIMESTAMPS, KEYS = "records", "log", "timestamps", "keys"

#: What records of exhibits say of themselves in their field `what`.
EXHIBIT, OPENED, EXPORTED = "exhibit", "exhibit_opened", "exhibit_exported"
DOWNLOADED = "exhibit_downloaded"

#: What the record of a root that C2PA claims lead to says of itself in its field `what`.
CLAIM_ROOT = "claim_root"

#: The root certificates of the site's claims, one after another.
CLAIM_ROOTS_FILE = f"{KEYS}/claim-roots.pem"

NAME_LIMIT = 1024
DEPTH_LIMIT = 32
_ENTRY = re.compile(r"data/records/(0|[1-9][0-9]{0,18})\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What the file beside a bundle proves: the record of its export.

    Args:
        entry: the ledger entry, as the file tells it.
        body: the record's canonical bytes.
        salt: its 16 bytes.
    """

    proof: EntryProof
    entry: bytes
    body: bytes
    salt: bytes


def checked_name(name: str) -> str:
    r"""Return a file's name in a bag if it is safe to use anywhere.

    Raises:
        InvalidInput: it leads out of the bag, is absolute, or has control characters.

    >>> checked_name("data/records/7.json")
    'data/records/7.json'
    """
    parts = name.split("/")
    bad = (
        len(name) > NAME_LIMIT
        or len(parts) > DEPTH_LIMIT
        or any(part in ("", ".", "..") for part in parts)
        or "\\" in name
        or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name)
    )
    if bad:
        raise InvalidInput(f"A bundle cannot have a file named {name[:80]!r}.")
    return name


def entry_of(name: str) -> int | None:
    """Return the ledger index in the name of a record's file; None for other files.

    >>> entry_of("data/records/17.json"), entry_of("data/records/017.json")
    (17, None)
    """
    found = _ENTRY.fullmatch(name)
    return int(found[1]) if found else None


def pack_seal(proof: EntryProof, *, entry: bytes, body: bytes, salt: bytes) -> bytes:
    """Return the file beside a bundle: the proof, with the record it is of."""
    told = {
        "entry": base64.b64encode(entry).decode(),
        "record": base64.b64encode(body).decode(),
        "salt": salt.hex(),
    }
    return EntryProof(
        index=proof.index, hashes=proof.hashes, note=proof.note, extra=canonical(told)
    ).encoded()


def parse_seal(data: bytes) -> Sealed:
    """Return what the file beside a bundle says, unchecked.

    Raises:
        InvalidInput: it is not such a file.
    """
    proof = parse_proof(data)
    try:
        told = json.loads(proof.extra)
        entry = base64.b64decode(told["entry"], validate=True)
        body = base64.b64decode(told["record"], validate=True)
        salt = bytes.fromhex(told["salt"])
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise InvalidInput("The proof beside the bundle names no record.") from fault
    return Sealed(proof=proof, entry=entry, body=body, salt=salt)
