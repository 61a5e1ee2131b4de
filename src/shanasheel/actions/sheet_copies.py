"""Signed sheets into a vault and out of it, with the facts that tell of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from shanasheel.actions.ports import Vault
from shanasheel.actions.sheets import SHEETS
from shanasheel.actions.vault_files import Pace, put_bytes, read_whole
from shanasheel.base.files import write_atomic
from shanasheel.domain.facts import Fact, FactKind

_SHEET = re.compile(rf"{SHEETS}/([0-9a-f]{{64}})\.(png|jpg|pdf)")


def copy_sheets(ledger: Path, vault: Vault, facts: Sequence[Fact], pace: Pace) -> None:
    """Copy the sheets that some facts tell of.

    One that is gone here is left out: `ledger check` names it.

    Raises:
        IntegrityFault: the vault holds other bytes.
        Unavailable, Denied, Exhausted: as the vault says.
    """
    for fact in facts:
        if fact.kind is FactKind.SHEET:
            path = str(json.loads(fact.body)["path"])
            if _SHEET.fullmatch(path) and (ledger / path).is_file():
                put_bytes(vault, f"ledger/{path}", (ledger / path).read_bytes(), pace)


def fetch_sheets(vault: Vault, ledger: Path) -> list[str]:
    """Write every sheet of a vault into a log's folder; return what is wrong, in words."""
    wrong = list[str]()
    for name in vault.names(f"ledger/{SHEETS}"):
        path = name.partition("/")[2]
        sheet = _SHEET.fullmatch(path)
        content = read_whole(vault, name) if sheet else b""
        if sheet is None or hashlib.sha256(content).hexdigest() != sheet[1]:
            wrong.append(f"{name} was changed, or is no sheet's name")
            continue
        (ledger / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomic(ledger / path, content, durable=False)
    return wrong
