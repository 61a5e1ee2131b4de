"""A cosigner that is killed again and again never signs two histories."""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path

import pytest

from cosigning import ask, running_cosigner
from logs import SomeLog
from shanasheel.prove.ledger import cosigned_at, origin_hash, parse_cosigner_key, parse_note
from shanasheel.prove.ledger.checkpoints import parse_checkpoint

KILLS = 6


@pytest.mark.fault
def test_a_killed_cosigner_remembers_whatever_it_gave_out(tmp_path: Path) -> None:
    """Two histories are pushed at it while it is killed: what it gave out is one of them."""
    log = SomeLog().grow(400)
    fork = log.fork(1)
    signed: list[tuple[int, bytes]] = []
    rng = random.Random(7)

    for _ in range(KILLS):
        with running_cosigner(tmp_path) as cosigner:
            cosigner.follow(log.vkey)
            done = threading.Event()
            threads = [
                threading.Thread(target=_push, args=(one, cosigner.url, signed, done))
                for one in (log, fork, log, fork)
            ]
            for thread in threads:
                thread.start()
            done.wait(rng.uniform(0.05, 0.4))
            os.kill(cosigner.process.pid, signal.SIGKILL)
            cosigner.process.wait()
            done.set()
            for thread in threads:
                thread.join()

    with running_cosigner(tmp_path) as cosigner:
        note = parse_note(cosigner.newest(origin_hash(log.key.name)))
        key = parse_cosigner_key(cosigner.keys[0])
    assert cosigned_at(note, key)
    last = parse_checkpoint(note.text)
    assert len(signed) > KILLS
    roots = dict(signed)
    assert len(set(signed)) == len(roots)
    assert max(roots) <= last.size
    history = log if last.root == log.root(last.size) else fork
    assert last.root == history.root(last.size)
    assert all(root == history.root(size) for size, root in signed)


def _push(log: SomeLog, url: str, signed: list[tuple[int, bytes]], done: threading.Event) -> None:
    size = 0
    while not done.is_set() and size < len(log.leaves):
        new = min(size + 1, len(log.leaves))
        try:
            status, body, _ = ask(url, log.request(size, new), 5)
        except OSError:
            continue
        if status == 200:
            signed.append((new, log.root(new)))
            size = new
        elif status == 409:
            size = int(body)
        else:
            done.wait(0.01)
