"""The log's key in a process of its own: who may ask it, and what happens while it is away."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from log_signing import answers, running_log_signer
from running import cli, wait_for
from shanasheel.actions.access import LOCAL, open_raw
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.ledger_status import ledger_status
from shanasheel.actions.proof import check_footage
from shanasheel.api import Updates
from shanasheel.app.log_signer import serve_log_signer
from shanasheel.app.log_signing import move_log_key, socket_name
from shanasheel.app.machine import Machine
from shanasheel.app.processes import StopFlag, stop_on_signal
from shanasheel.app.signing_watch import SigningWatch
from shanasheel.app.wiring import Wired, is_copy, open_beside, open_site
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.alerts import Alert, EventKind
from shanasheel.domain.cameras import Camera
from shanasheel.domain.people import Purpose
from shanasheel.prove.ledger import LOG_KEY, LOG_MEMORY, LedgerDamaged, SignerAway, parse_verifier
from sites import CAMERA, Place, add_segment, make_place

COMMAND = (sys.executable, "-c", "from shanasheel.cli import main; main()")
NOBODY = 65534


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A site that was stopped."""
    made = make_place(tmp_path / "data")
    made.wired.close()
    return made


@contextmanager
def hub(place: Place) -> Iterator[Wired]:
    """Open a site as the hub does, which leaves the key alone."""
    folder = place.folder
    wired = open_site(folder, site_name="test", workers=Machine(folder.root), hub=True)
    try:
        yield wired
    finally:
        wired.close()


def log_more(wired: Wired, place: Place) -> int:
    add_segment(wired, place.segments[-1].end)
    return wired.site.sequencer.catch_up()


def alerts(wired: Wired) -> list[Alert]:
    with wired.site.store.read() as rows:
        page = rows.alerts.page(states=(), camera=None, limit=50, before=None)
    return [one for one in page if one.kind is EventKind.NOT_SIGNED]


def holds(wired: Wired) -> bool:
    site = wired.site
    return check_footage(site.data, site.store, wired.verifier_key, at=site.clock.now()).holds


def test_the_hub_has_its_log_signed_without_ever_reading_the_key(place: Place) -> None:
    with running_log_signer(place.folder.root):
        # Whatever a hub would read now is no key.
        (place.folder.keys / LOG_KEY).write_text("no key\n")
        with hub(place) as wired:
            assert log_more(wired, place) == 8

            assert ledger_status(wired.site)["size"] == 8
            assert ledger_status(wired.site)["unsigned"] is None
            assert holds(wired)


def test_without_the_signer_logging_goes_on_and_people_are_told(place: Place) -> None:
    with hub(place) as wired:
        apply_cameras(wired.site, [Camera(id=CAMERA, url="/film.mp4")])
        watch, patient = (SigningWatch(wired.site, Updates(), away_s=s) for s in (0.0, 60.0))
        size = log_more(wired, place)

        patient.look()
        assert not alerts(wired)
        watch.look()
        watch.look()

        (alert,) = alerts(wired)
        assert alert.first_event.detail == "away"
        status = ledger_status(wired.site)
        assert (status["size"], status["unsigned"]["fault"]) == (7, "away")
        # Whoever looks at raw footage must be under a signature first.
        with pytest.raises(SignerAway):
            open_raw(wired.site, LOCAL, camera=CAMERA, purpose=Purpose.ALERT, case="2026-0031")

        with running_log_signer(place.folder.root):
            assert wired.site.sequencer.catch_up() > size
            watch.look()
            open_raw(wired.site, LOCAL, camera=CAMERA, purpose=Purpose.ALERT, case="2026-0031")

            assert ledger_status(wired.site)["unsigned"] is None
            assert ledger_status(wired.site)["pending"] == 0
            assert holds(wired)


def test_a_signer_that_hangs_is_not_waited_for_for_ever(place: Place) -> None:
    with running_log_signer(place.folder.root) as signer, hub(place) as wired:
        signer.send_signal(signal.SIGSTOP)
        try:
            assert log_more(wired, place) == 8
            assert wired.site.sequencer.unsigned is not None
        finally:
            signer.send_signal(signal.SIGCONT)
        wired.site.sequencer.catch_up()
        assert wired.site.sequencer.unsigned is None
        assert holds(wired)


def test_a_database_and_ledger_that_were_set_back_stop_the_log(
    place: Place, tmp_path: Path
) -> None:
    """A32: an old copy of all but what the key remembers."""
    folder, old = place.folder, tmp_path / "old"
    shutil.copytree(folder.root, old)
    with running_log_signer(folder.root), hub(place) as wired:
        assert log_more(wired, place) == 8
    for name in ("ledger", "archive"):
        shutil.rmtree(folder.root / name)
        shutil.copytree(old / name, folder.root / name)
    for gone in folder.root.glob("shanasheel.db*"):
        gone.unlink()
    for kept in old.glob("shanasheel.db*"):
        shutil.copy(kept, folder.root)

    with (
        running_log_signer(folder.root),
        pytest.raises(LedgerDamaged, match="signed 8 entries, but the ledger has only 7"),
        hub(place),
    ):
        pass
    # The same without the process, as any command opens the site.
    with pytest.raises(LedgerDamaged), open_beside(folder):
        pass
    done = cli("run", "--data", str(folder.root))
    assert done.returncode == 8
    assert "restore the ledger and the database from their newest copy" in " ".join(
        done.stderr.split()
    )


def test_a_stopped_log_is_told_at_once(place: Place) -> None:
    with running_log_signer(place.folder.root), hub(place) as wired:
        log_more(wired, place)
        (place.folder.keys / LOG_MEMORY).unlink()
        add_segment(wired, place.segments[-1].end)
        with pytest.raises(LedgerDamaged, match="is missing"):
            wired.site.sequencer.catch_up()

        SigningWatch(wired.site, Updates()).look()

        (alert,) = alerts(wired)
        assert alert.first_event.detail == "stopped"


@contextmanager
def serving(keys: Path, origin: str, place: Path, allowed: frozenset[int]) -> Iterator[None]:
    stop, ready = StopFlag(), threading.Event()
    thread = threading.Thread(
        target=lambda: serve_log_signer(
            keys, origin, place, adopt=None, allowed=allowed, stop=stop, started=ready.set
        )
    )
    thread.start()
    try:
        assert ready.wait(30)
        yield
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()


def test_the_kernel_says_who_may_ask(tmp_path: Path) -> None:
    place = tmp_path / "log.sock"
    with serving(tmp_path / "keys", "a.example/1", place, frozenset({os.geteuid()})):
        assert answers(place)
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert not place.exists()

    with serving(tmp_path / "keys", "a.example/1", place, frozenset({os.geteuid() + 1})):
        assert not answers(place)


def test_one_who_connects_and_says_nothing_keeps_nobody_waiting_for_long(tmp_path: Path) -> None:
    place = tmp_path / "log.sock"
    allowed = frozenset({os.geteuid()})
    with (
        serving(tmp_path / "keys", "a.example/1", place, allowed),
        socket_name(place) as name,
        socket.socket(socket.AF_UNIX) as silent,
        socket.socket(socket.AF_UNIX) as endless,
    ):
        silent.connect(name)
        endless.connect(name)
        endless.settimeout(20)
        with contextlib.suppress(OSError):
            endless.sendall(b"x" * (1 << 20))
        assert answers(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as somebody else")
def test_another_user_may_hold_the_key(place: Place, tmp_path: Path) -> None:
    """The hub of one user is signed for by a process of another, whose key it cannot read."""
    folder, away = place.folder, Path(tempfile.mkdtemp(dir="/tmp"))
    away.chmod(0o755)
    lent = away / "log.sock"
    done = cli(
        "ledger", "signer", "move", "--data", str(folder.root), "--to", str(away / "keys"),
        "--socket", str(lent),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ledger signer serve" in done.stdout
    assert not (folder.keys / LOG_KEY).exists()
    assert not is_copy(folder)
    os.chown(away, NOBODY, NOBODY)
    for one in (away / "keys", *(away / "keys").iterdir()):
        os.chown(one, NOBODY, NOBODY)

    held = os.fork()  # the interpreter itself may lie where that user cannot reach it
    if held == 0:
        _sign_as_nobody(away / "keys", parse_verifier(place.wired.verifier_key).name, lent)
    try:
        wait_for(lambda: answers(lent), "the other user's signer")
        with hub(place) as wired:
            assert log_more(wired, place) == 8
            assert ledger_status(wired.site)["size"] == 8
            assert holds(wired)
    finally:
        os.kill(held, signal.SIGTERM)
        assert os.waitpid(held, 0)[1] == 0
        shutil.rmtree(away)


def _sign_as_nobody(keys: Path, origin: str, place: Path) -> NoReturn:
    status = 1
    try:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        serve_log_signer(
            keys, origin, place, adopt=None, allowed=frozenset({0}), stop=stop_on_signal()
        )
        status = 0
    finally:
        os._exit(status)


def test_the_key_is_moved_once_and_served_by_its_own_command(place: Place, tmp_path: Path) -> None:
    folder, away = place.folder, tmp_path / "signer"
    with pytest.raises(InvalidInput, match="lie in each other"):
        move_log_key(folder, folder.root / "x", away / "s")
    move_log_key(folder, away, away / "s")
    with pytest.raises(NotFound):
        move_log_key(folder, away, away / "s")
    assert stat.S_IMODE(away.stat().st_mode) == 0o700
    assert sorted(one.name for one in away.iterdir()) == ["log.key", "log.signed", "log.vkey"]

    served_by = subprocess.Popen(
        [*COMMAND, "ledger", "signer", "serve", "--folder", str(away), "--socket", str(away / "s")]
    )
    try:
        wait_for(lambda: answers(away / "s"), "the signer's command")
        with open_beside(folder) as site:
            apply_cameras(site, [Camera(id=CAMERA, url="/film.mp4")])
        size = ledger_status(site)["size"]
        assert size > 7
    finally:
        served_by.terminate()
        assert served_by.wait(20) == 0
    with open_beside(folder) as site:
        apply_cameras(site, [Camera(id=CAMERA, url="/other.mp4")])
    assert ledger_status(site)["size"] == size  # nobody signs: entries wait
