"""The data folder: where everything lies, made private on first use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from shanasheel.base.errors import Exhausted, InvalidInput

ENVIRONMENT = "SHANASHEEL_DATA"


def default_folder(name: str = "shanasheel") -> Path:
    """Return the platform's data folder for `name` (XDG base directory specification)."""
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / name


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFolder:
    """One site's data folder and the places in it."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "shanasheel.db"

    @property
    def ledger(self) -> Path:
        """The log as static files."""
        return self.root / "ledger"

    @property
    def keys(self) -> Path:
        """Private keys, readable by their owner alone."""
        return self.root / "keys"

    @property
    def spools(self) -> Path:
        """One folder for each worker's spool."""
        return self.root / "spool"

    @property
    def run(self) -> Path:
        """Small files of the running processes; not kept."""
        return self.root / "run"

    @property
    def signer_socket(self) -> Path:
        """Where the process that holds the log's key listens, unless it is another user's."""
        return self.run / "log-signer.sock"

    @property
    def logs(self) -> Path:
        """What the processes print."""
        return self.root / "logs"


def open_folder(root: Path) -> DataFolder:
    """Make the folder and its parts, for the owner alone.

    Raises:
        InvalidInput: the path is a file.
        Exhausted: it cannot be made or written.
    """
    folder = DataFolder(root=root.expanduser().resolve())
    if folder.root.exists() and not folder.root.is_dir():
        raise InvalidInput(f"{root} is a file, not a folder.", "Give another --data folder.")
    try:
        folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in (folder.keys, folder.spools, folder.run, folder.run / "live", folder.logs):
            part.mkdir(exist_ok=True, mode=0o700)
        for name in ("archive", "shielded", "cache", "state"):
            (folder.root / name).mkdir(exist_ok=True, mode=0o700)
    except OSError as fault:
        raise Exhausted(
            f"The data folder {root} cannot be written: {fault.strerror}.",
            "Free space or give another folder with --data.",
        ) from fault
    return folder
