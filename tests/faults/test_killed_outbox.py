"""Killed between any two steps from a person's decision to the receiver, nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shanasheel.domain.facts import FactKind
from sites import make_place
from told import outside, receive

pytestmark = pytest.mark.fault

# What the hub does from decision to receiver, killed at the n-th step: before and after each
# commit, with a transaction open, before and after sending. Forks, so that nothing is loaded twice.
OUTBOX = """
import os, signal, sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shanasheel.actions.alerts import open_alert
from shanasheel.app.courier import Courier
from shanasheel.app.folder import DataFolder
from shanasheel.app.senders import make_sender
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import SystemClock
from shanasheel.domain.alerts import AlertState
from told import confirmed, dismissed, raised

folder, receiver = DataFolder(root=Path(sys.argv[1])), sys.argv[2]
steps, kill_at = 0, 0

def step():
    global steps
    steps += 1
    if steps == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)

class Store:
    def __init__(self, store):
        self.store, self.read = store, store.read
    @contextmanager
    def begin(self):
        step()
        with self.store.begin() as rows:
            yield rows
            step()
        step()

class Sender:
    def __init__(self, sender):
        self.sender, self.close = sender, sender.close
    def send(self, message):
        step()
        said = self.sender.send(message)
        step()
        return said

class Ahead(SystemClock):
    def now(self):
        return super().now() + timedelta(minutes=later)

def work(alert):
    with open_beside(folder) as real:
        site = replace(real, store=Store(real.store), clock=Ahead())
        with real.store.read() as rows:
            known, key = rows.receivers.one(receiver), rows.receivers.secret(receiver)
        make = lambda *given: Sender(make_sender(*given))
        courier = Courier(site, known, key, make, lambda _settled: None)
        for state, decide in ((AlertState.NEW, confirmed), (AlertState.CONFIRMED, dismissed)):
            record, _ = open_alert(site, alert)
            if record.state is state:
                decide(site, record)
            while courier.send_one():
                pass

def forked(run):
    sys.stdout.flush()
    child = os.fork()
    if not child:
        run()
        sys.stdout.flush()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def begin():
    with open_beside(folder) as site:
        Path(sys.argv[3]).write_text(raised(site).id)

number, code = 0, -signal.SIGKILL
while code == -signal.SIGKILL:
    number += 1
    forked(begin)
    alert = Path(sys.argv[3]).read_text()
    kill_at, later = number, 2 * number
    code = forked(lambda: work(alert))
    kill_at, later = 0, 2 * number + 1
    assert forked(lambda: work(alert)) == 0
assert code == 0, code
print(number - 1)
"""


def test_killed_between_any_two_steps_every_message_has_its_one_effect(tmp_path: Path) -> None:
    place = make_place(tmp_path / "data")
    with outside() as receiver:
        known, _ = receive(place.wired.site, receiver.url)
        place.wired.close()  # the hub is down: what follows is the hub, again and again
        done = subprocess.run(
            [sys.executable, "-c", OUTBOX, str(place.folder.root), known.id, str(tmp_path / "a")],
            capture_output=True, text=True, timeout=200, check=False,
            env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip

    assert done.returncode == 0, done.stderr
    kills = int(done.stdout)
    assert kills >= 20  # two decisions, two messages, each step of each
    codes = [f"A-{number:04}" for number in range(1, kills + 2)]
    assert all(receiver.said(code) == ["confirmed", "cancelled"] for code in codes)
    # At least once: sent twice, with the same identifier, only when killed before we could note it.
    copies = len(receiver.copies) - len(receiver.effects)
    assert 0 < copies <= 6
    with place.wired.site.store.read() as rows:
        facts = [json.loads(fact.body) for fact in rows.facts.after(0, 10_000)
                 if fact.kind is FactKind.DELIVERY]  # fmt: skip
    assert len(facts) == 2 * len(codes)
    assert all(fact["what"] == "sent" for fact in facts)
