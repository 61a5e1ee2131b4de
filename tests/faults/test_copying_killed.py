"""Copying that is killed at any moment, a vault that is full, and one that goes away within."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from s3_server import BUCKET, KEY_ID, SECRET, s3_server
from shanasheel.adapters.vaults import S3Keys, S3Vault
from shanasheel.app.folder import DataFolder
from shanasheel.base.errors import Exhausted, Unavailable
from shanasheel.domain.copying import Scope
from sites import add_segment, make_place
from vaulted import Vaulted, checked, make_vaulted, restored

pytestmark = pytest.mark.fault

KILLS = 8
SEGMENTS = 150

# What the hub's thread does, without a hub.
COPIER = """
import sys
from pathlib import Path
from shanasheel.app.folder import DataFolder
from shanasheel.app.replication import make_copying
from shanasheel.app.wiring import open_beside
from shanasheel.actions.vault_plan import vault_plan
folder = DataFolder(root=Path(sys.argv[1]))
with open_beside(folder) as site:
    plan = vault_plan(site)
    def told(progress):
        print("batch", progress.totals.copied, flush=True)
    print("copying", flush=True)
    print("done", make_copying(site, folder, plan, told=told).run().totals.waiting, flush=True)
"""


@pytest.fixture
def vaulted(tmp_path: Path) -> Iterator[Vaulted]:
    place = make_place(tmp_path / "data")
    begin = place.segments[0].start - timedelta(days=1)
    for number in range(SEGMENTS):
        add_segment(place.wired, begin + timedelta(seconds=10 * number), size_bytes=40_000)
    made = make_vaulted(place, tmp_path / "vault", Scope.EVERYTHING)
    yield made
    place.wired.close()


def test_copying_killed_at_random_moments_goes_on_and_loses_nothing(
    vaulted: Vaulted, tmp_path: Path
) -> None:
    dice, counts = random.Random(3), list[int]()
    data = vaulted.place.folder.root
    for _ in range(KILLS):
        said = run_and_kill(data, dice)
        counts += [int(line.split()[1]) for line in said if line.startswith("batch")]

        # Whatever lies there under its name is whole: nothing else was ever promised.
        sizes = {name: (data / name).stat().st_size for name in vaulted.files() if is_footage(name)}
        assert all((vaulted.root / name).stat().st_size == size for name, size in sizes.items())
        if (vaulted.root / "vault.json").exists():
            assert interrupted(vaulted) == []

    progress = vaulted.copy()

    assert counts == sorted(counts)  # copied once is copied
    assert 0 < counts[0] < SEGMENTS  # the dice did hit a copy under way
    assert progress.totals.copied == SEGMENTS + 6
    assert progress.totals.waiting == 0
    assert list((vaulted.root / ".parts").iterdir()) == []
    report = checked(vaulted.vault)
    assert report.holds, report.footage.steps
    assert report.footage.segments == SEGMENTS + 6
    _folder, done = restored(vaulted.vault, tmp_path / "new")
    assert done.files == SEGMENTS + 6


def is_footage(name: str) -> bool:
    return name.endswith(".mp4")


def interrupted(vaulted: Vaulted) -> list[str]:
    """Return what fails in a copy cut short, but for a ledger that has no head yet."""
    if not (vaulted.root / "ledger" / "checkpoint.d").exists():
        return []
    return [step.name for step in checked(vaulted.vault).footage.steps if not step.ok]


def run_and_kill(data: Path, dice: random.Random) -> list[str]:
    """Let a copier run for a moment, kill it, return what it had said."""
    child = subprocess.Popen(
        [sys.executable, "-c", COPIER, str(data)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child.stdout as said:
        first = said.readline()
        assert first == "copying\n"
        time.sleep(dice.uniform(0, 0.5))
        child.send_signal(signal.SIGKILL)
        rest = said.readlines()
    child.wait()
    return rest


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[None]:
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_vault_is_told_keeps_what_is_whole_and_goes_on(
    vaulted: Vaulted, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, "2m"):
        vaulted.root.rmdir()
        vaulted.root.symlink_to(disk)

        with pytest.raises(Exhausted, match="is full"):
            vaulted.copy()

        whole = [name for name in vaulted.files() if is_footage(name)]
        assert all(
            (vaulted.root / name).read_bytes() == (vaulted.place.folder.root / name).read_bytes()
            for name in whole
        )
        assert list((disk / ".parts").iterdir()) == []
        subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
        assert vaulted.copy().totals.waiting == 0
        assert checked(vaulted.vault).holds


def test_a_vault_that_goes_away_within_copying_is_gone_on_with(
    vaulted: Vaulted, tmp_path: Path
) -> None:
    with s3_server(tmp_path / "s3") as server:
        keys = S3Keys(key_id=KEY_ID, secret=SECRET)
        vaulted.vault = S3Vault(BUCKET, "", endpoint=server.endpoint, region="us-east-1", keys=keys)

        with pytest.raises(Unavailable, match="does not answer"):
            vaulted.copy(told=lambda _progress: server.stop())
        with vaulted.place.wired.site.store.read() as rows:
            some = rows.copies.totals(rows.copies.vault(), Scope.EVERYTHING)
        server.start()
        vaulted.runs[-1].told = lambda _progress: None
        progress = vaulted.runs[-1].run()  # the same process goes on, as a hub does

        assert 0 < some.copied < SEGMENTS
        assert progress.totals.waiting == 0
        report = checked(vaulted.vault)
        assert report.holds
        assert report.footage.segments == SEGMENTS + 6


def test_a_restore_that_was_cut_goes_on(vaulted: Vaulted, tmp_path: Path) -> None:
    vaulted.copy()
    new = tmp_path / "new"
    script = (
        "import sys; from pathlib import Path; from shanasheel.cli import main;"
        "sys.argv[1:] = ['vault', 'restore', sys.argv[1], '--data', sys.argv[2]]; main()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(vaulted.root), str(new)], stdout=subprocess.DEVNULL
    )
    while child.poll() is None and not list(new.rglob("*.mp4")):
        time.sleep(0.01)
    child.kill()
    child.wait()

    folder, done = restored(vaulted.vault, new)

    assert done.files == SEGMENTS + 6
    assert isinstance(folder, DataFolder)
    assert not list(new.rglob("*.part"))
