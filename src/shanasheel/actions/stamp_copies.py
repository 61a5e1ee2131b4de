"""Timestamps and signed sheets into a vault and out of it, with the facts that tell of them.

In a vault nothing is ever replaced: a timestamp's name there ends in the SHA-256 of its bytes; a
sheet's own name is its hash.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from shanasheel.actions.ports import Vault
from shanasheel.actions.sheets import SHEETS
from shanasheel.actions.vault_files import Pace, put_bytes, read_whole
from shanasheel.base.files import write_atomic
from shanasheel.domain.facts import Fact, FactKind
from shanasheel.prove.ledger import TIMESTAMPS

_STAMP = re.compile(rf"{TIMESTAMPS}/[0-9]{{1,19}}/(checkpoint|[a-z0-9-]{{1,40}}\.tsr)")
_SHEET = re.compile(rf"{SHEETS}/([0-9a-f]{{64}})\.(png|jpg|pdf)")
_NAMED = re.compile(r"(.+)-([0-9a-f]{64})")


def copy_stamps(ledger: Path, vault: Vault, facts: Sequence[Fact], pace: Pace) -> None:
    """Copy the timestamps and sheets that some facts tell of; with a stamp what was stamped.

    One that is gone here is left out: `ledger check` names it.

    Raises:
        IntegrityFault: the vault holds other bytes.
        Unavailable, Denied, Exhausted: as the vault says.
    """
    for fact in facts:
        for path in _paths(fact):
            if (ledger / path).is_file():
                content = (ledger / path).read_bytes()
                mark = f"-{hashlib.sha256(content).hexdigest()}" if _STAMP.fullmatch(path) else ""
                put_bytes(vault, f"ledger/{path}{mark}", content, pace)


def _paths(fact: Fact) -> Iterator[str]:
    if fact.kind not in (FactKind.TIMESTAMP, FactKind.SHEET):
        return
    path = str(json.loads(fact.body)["path"])
    if _STAMP.fullmatch(path):
        yield f"{path.rpartition('/')[0]}/checkpoint"
        yield path
    elif _SHEET.fullmatch(path):
        yield path


def fetch_stamps(vault: Vault, ledger: Path) -> list[str]:
    """Write every timestamp and sheet of a vault into a log's folder; return what is wrong."""
    wrong = list[str]()
    for name in (*vault.names(f"ledger/{TIMESTAMPS}"), *vault.names(f"ledger/{SHEETS}")):
        path = name.partition("/")[2]
        stamp, sheet = _NAMED.fullmatch(path), _SHEET.fullmatch(path)
        if stamp is not None and _STAMP.fullmatch(stamp[1]):
            path, digest = stamp[1], stamp[2]
        elif sheet is not None:
            digest = sheet[1]
        else:
            wrong.append(f"{name} is no timestamp's or sheet's name")
            continue
        content = read_whole(vault, name)
        if hashlib.sha256(content).hexdigest() != digest:
            wrong.append(f"{name} was changed")
            continue
        (ledger / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomic(ledger / path, content, durable=False)
    return wrong
