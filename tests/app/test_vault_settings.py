"""What a vault's setting may be, and where its keys are taken from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shanasheel.actions.vault_files import Pace
from shanasheel.adapters.vaults import FolderVault, S3Vault
from shanasheel.app.folder import open_folder
from shanasheel.app.settings import VaultSettings
from shanasheel.app.vaults import KEY_ID, SECRET, open_vault
from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.copying import Scope, VaultPlan

S3 = VaultPlan(to="s3://evidence/basra", endpoint="https://s3.example")


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_ID, raising=False)
    monkeypatch.delenv(SECRET, raising=False)


def test_a_relative_folder_counts_from_the_file_and_a_rate_is_in_bits(tmp_path: Path) -> None:
    plan = VaultSettings(to="../vault", what=Scope.EVERYTHING, max_mbit=2.5).plan(tmp_path / "a")

    assert plan.to == str(tmp_path / "vault")
    assert (plan.scope, plan.most_bps) == (Scope.EVERYTHING, 2_500_000)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (VaultPlan(to="s3:///x"), "no bucket"),
        (VaultPlan(to="s3://b/x", endpoint="http://10.0.0.5:9000"), "unencrypted"),
        (VaultPlan(to="s3://b/x", endpoint="https://me:pass@s3.example"), "holds a password"),
        (S3, "no keys"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(tmp_path: Path, plan: VaultPlan, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        open_vault(plan, data=tmp_path)


@pytest.mark.parametrize("inside", ["data/vault", ""])
def test_a_vault_in_the_data_folder_or_around_it_is_none(tmp_path: Path, inside: str) -> None:
    with pytest.raises(InvalidInput, match="lie in each other"):
        open_vault(VaultPlan(to=str(tmp_path / inside)), data=tmp_path / "data")

    beside = open_vault(VaultPlan(to=str(tmp_path / "vault")), data=tmp_path / "data")
    assert isinstance(beside, FolderVault)


def test_keys_come_from_a_private_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = open_folder(tmp_path / "data")
    file = folder.keys / "vault.key"
    file.write_text("AKID\nvery-secret\n")
    file.chmod(0o644)

    with pytest.raises(InvalidInput, match="open to other users") as refused:
        open_vault(S3, data=folder.root)
    assert "very-secret" not in str(refused.value)
    file.chmod(0o600)
    assert isinstance(open_vault(S3, data=folder.root), S3Vault)
    file.write_text("only-one-line")
    with pytest.raises(InvalidInput, match="two lines"):
        open_vault(S3, data=folder.root)
    monkeypatch.setenv(KEY_ID, "AKID")
    monkeypatch.setenv(SECRET, "very-secret")
    assert isinstance(open_vault(S3, data=folder.root), S3Vault)


def test_the_pace_keeps_the_average_below_the_rate() -> None:
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    pace = Pace(clock, 8_000_000)

    assert len(list(pace.through(iter([b"x" * 500_000] * 20)))) == 20

    assert clock.monotonic_s() == pytest.approx(10.0)  # 10 MB at 1 MB a second, by the fake clock
    clock.sleep_s(60)
    pace.spend(1_000_000)
    assert clock.monotonic_s() == pytest.approx(71.0)  # idle time is not saved up
