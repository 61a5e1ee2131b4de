"""Opening the vault that a plan names, with keys that are never stored beside footage or logged."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import urlsplit

from shanasheel.actions.ports import Vault
from shanasheel.adapters.vaults import FolderVault, S3Keys, S3Vault
from shanasheel.app.addresses import is_loopback
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.copying import VaultPlan

KEY_ID, SECRET = "SHANASHEEL_VAULT_KEY_ID", "SHANASHEEL_VAULT_SECRET"

_LIMIT_BYTES = 4096


def open_vault(plan: VaultPlan, *, data: Path | None, key_file: Path | None = None) -> Vault:
    """Return the vault; nothing of it is read yet.

    Args:
        data: the recorder's data folder, whose `keys/vault.key` is read; None without one.
        key_file: read instead.

    Raises:
        InvalidInput: the place makes no vault, or the keys are missing or open to others.
    """
    if not plan.to.startswith("s3://"):
        return FolderVault(_apart(Path(plan.to), data))
    bucket, _, prefix = plan.to.removeprefix("s3://").partition("/")
    if not bucket:
        raise InvalidInput(f"{plan.to} names no bucket.", "Give s3://bucket/prefix.")
    _check_endpoint(plan.endpoint)
    file = key_file or (data / "keys" / "vault.key" if data else None)
    return S3Vault(
        bucket,
        prefix.strip("/"),
        endpoint=plan.endpoint,
        region=plan.region,
        keys=_keys(file, asked=key_file is not None),
    )


def _apart(root: Path, data: Path | None) -> Path:
    if data is not None and (root.is_relative_to(data) or data.is_relative_to(root)):
        raise InvalidInput(
            f"The vault {root} and the data folder lie in each other.", "Use another disk."
        )
    return root


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    if parts.username or parts.password:
        raise InvalidInput("The endpoint holds a password.", "Put it into keys/vault.key.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise InvalidInput(
            "Footage would travel unencrypted to the vault.", "Give an https:// endpoint."
        )


def _keys(file: Path | None, *, asked: bool) -> S3Keys:
    if not asked and os.environ.get(KEY_ID) and os.environ.get(SECRET):
        return S3Keys(key_id=os.environ[KEY_ID], secret=os.environ[SECRET])
    if file is None or not file.is_file():
        raise InvalidInput(
            "There are no keys for the vault.",
            f"Write key id and secret, one a line, into {file or 'a file'} (mode 600), "
            f"or set {KEY_ID} and {SECRET}.",
        )
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InvalidInput(f"{file} is open to other users.", f"Run chmod 600 {file}.")
    lines = file.read_text(errors="replace")[:_LIMIT_BYTES].split()
    if len(lines) != 2:
        raise InvalidInput(f"{file} does not hold two lines.", "Write key id, then secret.")
    return S3Keys(key_id=lines[0], secret=lines[1])
