"""A check that was interrupted goes on, and passes over nothing that was touched since."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from running import cli, wait_for
from shanasheel.actions.proof import FootageReport, check_footage
from shanasheel.actions.resuming import ReadBefore
from shanasheel.actions.stored_files import chunks_of, file_of
from shanasheel.app.folder import DataFolder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import Wired, open_site
from shanasheel.base.clock import FakeClock, SystemClock
from shanasheel.base.errors import Conflict
from sites import Place, add_segment, make_place

COMMAND = (sys.executable, "-c", "from shanasheel.cli import main; main()")
HOUR = timedelta(hours=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


class Interrupted(Exception):
    pass


def check(
    place: Place, state: Path, *, stop_after: int | None = None, later: timedelta = HOUR
) -> tuple[FootageReport, list[str]]:
    """Check with a state file, as if so much later; return the report and which files were read."""
    site, read = place.wired.site, list[str]()

    def reading(path: str) -> Iterator[bytes]:
        if stop_after is not None and len(read) >= stop_after:
            raise Interrupted
        read.append(path)
        return chunks_of(file_of(site.data, path))

    clock = FakeClock(SystemClock().now() + later)
    with ReadBefore(state, place.wired.verifier_key, site.data, clock) as before:
        report = check_footage(
            site.data, site.store, place.wired.verifier_key,
            at=site.clock.now(), read=reading, before=before,
        )  # fmt: skip
    return report, read


def interrupt(place: Place, state: Path, *, later: timedelta = HOUR) -> None:
    """Begin a check that ends after four files."""
    with pytest.raises(Interrupted):
        check(place, state, stop_after=4, later=later)


def steps(report: FootageReport) -> dict[str, bool]:
    return {step.name: step.ok for step in report.steps}


def test_it_goes_on_behind_what_was_read(place: Place, tmp_path: Path) -> None:
    interrupt(place, tmp_path / "state")

    report, read = check(place, tmp_path / "state")

    assert report.holds
    assert read == [one.path for one in place.segments[4:]]
    assert (report.segments, report.size_bytes) == (6, 12_000)
    last = report.steps[-1]
    assert last.name == "resumed_check_contained"
    assert last.detail.startswith("4 files read since ")


def test_a_check_that_was_not_interrupted_has_no_such_step(place: Place, tmp_path: Path) -> None:
    report, read = check(place, tmp_path / "state")

    assert len(read) == 6
    assert "resumed_check_contained" not in steps(report)


def change(place: Place, which: int, how: str) -> None:
    path = place.wired.site.data / place.segments[which].path
    content, times = path.read_bytes(), path.stat()
    if how == "changed in place":
        with path.open("r+b") as stream:
            stream.write(b"F")
    elif how == "replaced":
        path.unlink()
        path.write_bytes(b"F" + content[1:])
    elif how == "cut":
        path.write_bytes(content[:-1])
    elif how == "gone":
        path.unlink()
        return
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # whoever did it covers it up


@pytest.mark.parametrize("how", ["changed in place", "replaced", "cut", "gone"])
def test_what_was_changed_after_it_was_read_is_found(
    place: Place, tmp_path: Path, how: str
) -> None:
    interrupt(place, tmp_path / "state")
    change(place, 1, how)

    report, read = check(place, tmp_path / "state")

    assert [one.segment for one in report.failures] == [place.segments[1].id]
    assert read == [place.segments[at].path for at in (1, 4, 5)]


def test_a_record_that_was_changed_meanwhile_is_found(place: Place, tmp_path: Path) -> None:
    interrupt(place, tmp_path / "state")
    place.sql("UPDATE facts SET salt = ? WHERE id = ?", bytes(16), place.segments[0].id)

    report, _ = check(place, tmp_path / "state")

    assert not steps(report)["records_open_commitments"]


def test_what_failed_is_looked_at_again(place: Place, tmp_path: Path) -> None:
    change(place, 1, "changed in place")
    interrupt(place, tmp_path / "state")

    report, read = check(place, tmp_path / "state")

    assert [one.segment for one in report.failures] == [place.segments[1].id]
    assert place.segments[1].path in read


def test_a_file_that_was_changed_just_now_is_read_again(place: Place, tmp_path: Path) -> None:
    """It may be changed once more within the same tick of the disk's clock."""
    interrupt(place, tmp_path / "state", later=-HOUR)

    _, read = check(place, tmp_path / "state", later=timedelta())

    assert len(read) == 6


def test_a_log_that_was_rewritten_meanwhile_is_found(place: Place, tmp_path: Path) -> None:
    """With the key, the database and the files all in the hands of whoever did it."""
    folder = place.folder
    place.wired.close()
    shutil.copytree(folder.root, tmp_path / "old")
    place.wired = reopened(folder)
    add_segment(place.wired, place.segments[-1].end)
    place.wired.site.sequencer.catch_up()
    interrupt(place, tmp_path / "state")
    place.wired.close()
    shutil.rmtree(folder.root)
    shutil.copytree(tmp_path / "old", folder.root)  # the memory of the key as well
    place.wired = reopened(folder)
    for _ in range(2):
        add_segment(place.wired, place.segments[-1].end)
    place.wired.site.sequencer.catch_up()

    report, _ = check(place, tmp_path / "state")

    assert [name for name, ok in steps(report).items() if not ok] == ["resumed_check_contained"]


def reopened(folder: DataFolder) -> Wired:
    return open_site(folder, site_name="test", workers=Machine(folder.root))


@pytest.mark.parametrize("how", ["garbage", "other key", "old", "torn", "empty"])
def test_a_state_that_is_not_to_be_relied_on_is_begun_anew(
    place: Place, tmp_path: Path, how: str
) -> None:
    state = tmp_path / "state"
    interrupt(place, state)
    whole = state.read_bytes()
    spoilt = {
        "garbage": b"\xff" * 300,
        "other key": whole.replace(b"evidence", b"evidense"),
        "torn": whole[:-7],
        "empty": b"",
    }
    state.write_bytes(spoilt.get(how, whole))

    report, read = check(place, state, later=timedelta(days=8) if how == "old" else 2 * HOUR)

    assert report.holds
    assert len(read) == (3 if how == "torn" else 6)


def test_two_checks_do_not_share_a_state(place: Place, tmp_path: Path) -> None:
    site = place.wired.site
    given = (tmp_path / "state", place.wired.verifier_key, site.data, SystemClock())
    with ReadBefore(*given), pytest.raises(Conflict):
        ReadBefore(*given)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_command_goes_on_after_ctrl_c_and_a_kill(
    place: Place, tmp_path: Path, number: signal.Signals
) -> None:
    place.wired.close()
    state, stuck = tmp_path / "state", place.folder.root / place.segments[4].path
    content = stuck.read_bytes()
    stuck.unlink()
    os.mkfifo(stuck)  # reading waits here
    arguments = ("ledger", "check", "--data", str(place.folder.root), "--resume", str(state))
    wait_for(lambda: time.time() - stuck.stat().st_ctime > 2.5, "files that have settled")
    process = subprocess.Popen(  # whoever runs the tests in the background ignores Ctrl-C
        ["env", "--default-signal=INT", *COMMAND, *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(lambda: marks(state) == 4, "four files")
        process.send_signal(number)
        assert process.wait(30) != 0
    finally:
        process.kill()
        process.wait()
    stuck.unlink()
    stuck.write_bytes(content)

    done = cli(*arguments)

    assert done.returncode == 0, done.stdout
    assert "4 files read since" in done.stdout
    assert "Going on with the check that began" in done.stderr
    assert not state.exists()


def test_the_state_may_not_lie_with_what_is_checked(place: Place) -> None:
    root = place.folder.root
    done = cli("ledger", "check", "--data", str(root), "--resume", str(root / "state" / "check"))

    assert done.returncode == 2
    assert "outside the data folder" in done.stderr


def marks(state: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        return len(state.read_bytes().partition(b"\n")[2]) // 16
    return -1
