"""Proof into a vault: facts with their salts, the ledger's files, and the database.

The order makes any cut copy provable: a head comes after every entry and fact below it.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
from pathlib import Path

from shanasheel.actions.fact_files import BUNDLE, pack_facts
from shanasheel.actions.ports import Vault
from shanasheel.actions.sheet_copies import copy_sheets
from shanasheel.actions.site import Site
from shanasheel.actions.stored_files import chunks_of, digest_of
from shanasheel.actions.vault_files import Pace, put_bytes, put_verified
from shanasheel.base.errors import Exhausted
from shanasheel.prove.ledger import log_files

DATABASE = "database"

_SPARE_BYTES = 1 << 30  # a copy of the database must not be what fills the recorder's disk


def copy_proof(site: Site, vault: Vault, pace: Pace) -> int:
    """Copy the ledger up to its newest head, with every fact below it; return its size.

    Raises:
        IntegrityFault: the vault holds other bytes, or the ledger here is damaged.
        Unavailable, Denied, Exhausted: as the vault says.
    """
    with site.store.read() as rows:
        copied = rows.copies.proven()
    size, files = log_files(site.data / "ledger", copied)
    if size == copied:
        return size
    for first in range(copied // BUNDLE * BUNDLE, size, BUNDLE):
        with site.store.read() as rows:
            facts = rows.facts.after(first, min(BUNDLE, size - first))
        name, content = pack_facts(first, facts)
        put_bytes(vault, name, content, pace)
        copy_sheets(site.data / "ledger", vault, facts, pace)
    for path, content in files:
        put_bytes(vault, f"ledger/{path}", content, pace)
    with site.store.begin() as rows:
        rows.copies.set_proven(size)
    return size


def copy_database(site: Site, vault: Vault, pace: Pace) -> str:
    """Copy the database as of one moment, without secrets; return the copy's name.

    Raises:
        Exhausted: there is no room here to make the copy.
        Unavailable, Denied, Exhausted: as the vault says.
    """
    cache = site.data / "cache"
    cache.mkdir(exist_ok=True)
    _check_room(site.data)
    with tempfile.TemporaryDirectory(dir=cache, prefix="vault-") as scratch:
        whole, packed = Path(scratch) / "copy.db", Path(scratch) / "copy.db.gz"
        site.store.snapshot(whole)
        with whole.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        whole.unlink()
        sha256, size_bytes = digest_of(chunks_of(packed))
        name = f"{DATABASE}/{site.clock.now():%Y%m%dT%H%M%S}Z-{sha256}.db.gz"
        put_verified(
            vault, name, lambda: chunks_of(packed), size_bytes=size_bytes, sha256=sha256, pace=pace
        )
    return name


def journal_name(stamp: str, content: bytes) -> str:
    """Return the name of a journal of copied files."""
    return f"records/{stamp}-{hashlib.sha256(content).hexdigest()}.jsonl"


def _check_room(data: Path) -> None:
    size_bytes = sum(file.stat().st_size for file in data.glob("shanasheel.db*"))
    if shutil.disk_usage(data).free < 2 * size_bytes + _SPARE_BYTES:
        raise Exhausted(
            "There is no room to copy the database for the vault.",
            "Free space on the recorder; footage and ledger are copied all the same.",
        )
