"""Hub, worker, log signer and cosigner killed at random under load: what was given out stays so.

A watcher notes every head that the site publishes and the cosigner shows; people order holds
meanwhile, and each answer is noted. SHANASHEEL_KILLS=200 for the long run.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from cosigning import RunningCosigner, running_cosigner
from running import Product, cli, free_port, running, wait_for
from shanasheel.actions.cosigning import add_cosigner
from shanasheel.app.folder import open_folder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import open_site
from shanasheel.base.hashing import CompactTree
from shanasheel.prove.ledger import LedgerReader, leaf_hash, origin_hash, parse_note, parse_verifier
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from videos import make_video

KILLS = int(os.environ.get("SHANASHEEL_KILLS", "4"))
MODULES = ("shanasheel.app.hub", "shanasheel.app.worker", "shanasheel.app.log_signer", "cosigner")
HOUR_US = 3600 * 10**6


class Watcher:
    """Notes what the site and its cosigner give out, and what people are told is done."""

    def __init__(self, product: Product, cosigner: str, origin: str) -> None:
        self.heads: set[tuple[int, bytes]] = set()
        self.holds: list[str] = []
        self._product, self._stop = product, threading.Event()
        self._urls = (f"{product.url}/log/checkpoint", f"{cosigner}/{origin}/checkpoint")
        self._threads = [threading.Thread(target=one) for one in (self._watch, self._order)]

    def __enter__(self) -> Watcher:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let the last question be answered, and ask no more."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            for url in self._urls:
                try:
                    with urllib.request.urlopen(url, timeout=5) as answer:
                        note = answer.read()
                except OSError:
                    continue  # it was just killed
                head = parse_checkpoint(parse_note(note).text)
                self.heads.add((head.size, head.root))

    def _order(self) -> None:
        number = 0
        while not self._stop.wait(0.3):
            number += 1
            start = int(time.time() * 1e6) - HOUR_US
            asked = {"cameras": ["CAM-0"], "start": str(start), "end": str(start + HOUR_US),
                     "reason": f"order {number}"}  # fmt: skip
            try:
                self.holds.append(self._product.post("/holds", asked)["id"])
            except (urllib.error.URLError, OSError):
                continue  # nobody was told that it is done


@pytest.mark.fault
@pytest.mark.timeout(240 + 40 * KILLS)
def test_random_kills_reuse_no_index_and_lose_nothing_acknowledged(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=500, size=(320, 240), rate=25, gop=25)
    config, data, dice = tmp_path / "cameras.yaml", tmp_path / "data", random.Random(23)
    listed = "".join(f"  - {{id: CAM-{number}, url: '{film}'}}\n" for number in range(2))
    config.write_text(f"cameras:\n{listed}workers: 1\n")
    folder, port = open_folder(data), free_port()
    site = open_site(folder, site_name="killed", workers=Machine(folder.root))
    key = site.verifier_key
    deaths: Counter[str] = Counter()
    with ExitStack() as cosigners:
        cosigner = _cosigner(cosigners, tmp_path, port)
        cosigner.follow(key)
        add_cosigner(site.site, cosigner.keys, cosigner.url, "court")
        site.close()
        name = origin_hash(parse_verifier(key).name)

        with running(config, data) as product, Watcher(product, cosigner.url, name) as seen:
            for number in range(KILLS):
                wait_for(lambda: _up(product), "the site")
                time.sleep(dice.uniform(0.2, 2.5))
                module = MODULES[number % 4] if number < 4 else dice.choice(MODULES)
                deaths[module] += 1
                if module == "cosigner":
                    os.kill(cosigner.process.pid, signal.SIGKILL)
                    cosigner.process.wait()
                    cosigner = _cosigner(cosigners, tmp_path, port)
                    continue
                wait_for(lambda one=module: product.pids(one), module)
                os.kill(dice.choice(product.pids(module)), signal.SIGKILL)
            wait_for(lambda: _up(product), "the site")
            before = max(size for size, _ in seen.heads)
            wait_for(
                lambda: max(size for size, _ in seen.heads) > before + 3, "the log to go on"
            )  # fmt: skip
            seen.stop()  # an order given later would not be among those read now
            known = {one["id"] for one in product.get("/holds")["items"]}

    print(f"{sum(deaths.values())} kills {dict(deaths)}: {len(seen.heads)} heads, "
          f"{len(seen.holds)} orders, {max(seen.heads)[0]} entries")  # fmt: skip
    assert len(seen.holds) > KILLS
    assert known >= set(seen.holds), "an order that was acknowledged is lost"
    _check_heads(folder.ledger, seen.heads)
    checked = cli("ledger", "check", "--data", str(data))
    assert checked.returncode == 0, checked.stdout


def _cosigner(stack: ExitStack, tmp_path: Path, port: int) -> RunningCosigner:
    return stack.enter_context(running_cosigner(tmp_path / "cosigner", port=port))


def _up(product: Product) -> bool:
    try:
        found = product.get("/cameras")["items"]
    except OSError:
        return False
    return bool(product.pids(MODULES[2])) and all(
        one["status"]["state"] == "recording" for one in found
    )


def _check_heads(ledger: Path, heads: set[tuple[int, bytes]]) -> None:
    """Every head that was ever shown is of the tree as it is now: no index has two entries."""
    wanted, tree = dict(heads), CompactTree()
    assert len(wanted) == len(heads), "two trees of one size were shown"
    reader = LedgerReader(ledger)
    assert max(wanted) <= reader.size
    for index in range(max(wanted)):
        tree.push(leaf_hash(reader.entry(index)))
        if index + 1 in wanted:
            assert wanted[index + 1] == tree.root, f"another entry under an index below {index + 1}"
