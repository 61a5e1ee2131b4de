"""Timestamps and signed sheets into a vault and out of it: with the facts that tell of them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from shanasheel.actions.ports import Vault
from shanasheel.actions.sheets import SHEETS
from shanasheel.actions.vault_files import Pace, put_bytes, read_whole
from shanasheel.base.files import write_atomic
from shanasheel.domain.facts import Fact, FactKind
from shanasheel.prove.ledger import TIMESTAMPS

_PATH = re.compile(
    rf"{TIMESTAMPS}/[0-9]{{1,19}}/(checkpoint|[a-z0-9-]{{1,40}}\.tsr)"
    rf"|{SHEETS}/[0-9a-f]{{64}}\.(png|jpg|pdf)"
)


def copy_stamps(ledger: Path, vault: Vault, facts: Sequence[Fact], pace: Pace) -> None:
    """Copy the timestamps and sheets that some facts tell of; with a stamp what was stamped.

    One that is gone here is left out: `ledger check` names it.

    Raises:
        IntegrityFault: the vault holds other bytes.
        Unavailable, Denied, Exhausted: as the vault says.
    """
    for fact in facts:
        if fact.kind not in (FactKind.TIMESTAMP, FactKind.SHEET):
            continue
        path = str(json.loads(fact.body)["path"])
        beside = (f"{path.rpartition('/')[0]}/checkpoint",)
        for name in (*(beside if fact.kind is FactKind.TIMESTAMP else ()), path):
            if _PATH.fullmatch(name) and (ledger / name).is_file():
                put_bytes(vault, f"ledger/{name}", (ledger / name).read_bytes(), pace)


def fetch_stamps(vault: Vault, ledger: Path) -> None:
    """Write every timestamp and sheet of a vault into a log's folder; nothing is verified here."""
    names = (*vault.names(f"ledger/{TIMESTAMPS}"), *vault.names(f"ledger/{SHEETS}"))
    for name in names:
        path = name.partition("/")[2]
        if _PATH.fullmatch(path) and not (ledger / path).exists():
            (ledger / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomic(ledger / path, read_whole(vault, name), durable=False)
