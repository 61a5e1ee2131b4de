"""A site and its vault, without a running product: copying, checking and restoring."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from shanasheel.actions.access import LOCAL
from shanasheel.actions.copying import Copying, Progress
from shanasheel.actions.keeping import hold_footage
from shanasheel.actions.ports import Vault
from shanasheel.actions.vault_check import VaultReport
from shanasheel.actions.vault_plan import set_vault_plan
from shanasheel.adapters.vaults import FolderVault
from shanasheel.app.folder import DataFolder
from shanasheel.app.log_signing import origin_of
from shanasheel.app.restoring import Restored, check, restore
from shanasheel.base.clock import SystemClock
from shanasheel.domain.cameras import Camera
from shanasheel.domain.copying import Scope, VaultPlan
from shanasheel.domain.footage import Segment
from sites import CAMERA, Place

SECRET_URL = "rtsp://admin:camera-pass-word@10.0.0.5/live"


@dataclass
class Vaulted:
    """A site, its vault in a folder, and what copied last."""

    place: Place
    root: Path
    vault: Vault
    plan: VaultPlan
    runs: list[Copying] = field(default_factory=list)

    def copy(self, **changes: object) -> Progress:
        """Copy as a hub that was just started does."""
        site = self.place.wired.site
        copying = Copying(
            site=site, vault=self.vault, plan=self.plan, origin=origin_of(self.place.folder),
            verifier_key=self.place.wired.verifier_key, **changes,  # type: ignore[arg-type]
        )  # fmt: skip
        self.runs.append(copying)
        return copying.run()

    def hold(self, first: Segment, last: Segment) -> None:
        """Hold what two segments and all between them show, to the microsecond."""
        hold_footage(
            self.place.wired.site, LOCAL, cameras=[CAMERA], start=first.start, end=last.end,
            reason="case 2026-0031",
        )  # fmt: skip
        self.place.wired.site.sequencer.catch_up()

    def files(self) -> set[str]:
        """Return the names of all files in the vault."""
        return {
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_file()
        }


def make_vaulted(place: Place, root: Path, scope: Scope = Scope.HELD) -> Vaulted:
    """Give a site a vault in a new folder."""
    root.mkdir()
    site = place.wired.site
    with site.store.begin() as rows:
        rows.cameras.replace([Camera(id=CAMERA, url=SECRET_URL)], revision="1")
    plan = VaultPlan(to=str(root), scope=scope, every_s=60)
    assert set_vault_plan(site, plan)
    site.sequencer.catch_up()
    return Vaulted(place, root, FolderVault(root), plan)


def checked(vault: Vault, key: str | None = None) -> VaultReport:
    """Return the report on a vault, as an outsider gets it."""
    return check(vault, scratch=None, verifier_key=key, clock=SystemClock(), told=lambda *_: None)


def restored(vault: Vault, root: Path, log_key: Path | None = None) -> tuple[DataFolder, Restored]:
    """Restore a vault into a new data folder."""
    done = restore(vault, root, log_key=log_key, clock=SystemClock(), told=lambda *_: None)
    return DataFolder(root=root.resolve()), done


MINUTE = timedelta(minutes=1)
