"""Clients that race at one cosigner, in processes of their own: honest logs, forks, old news."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from logs import SomeLog
from shanasheel.prove.ledger import Signer

FORK_AT = 4
THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request with its answer.

    Args:
        log: its number; -1 for one that the cosigner does not follow.
        forked: whether the head is of the log's other history.
        forged: whether another key signed under the log's name.
        turn: position in its client's own order.
    """

    client: tuple[int, int]
    turn: int
    log: int
    forked: bool
    forged: bool
    old: int
    new: int
    status: int
    body: bytes


def twins(seed: bytes, number: int, size: int) -> tuple[SomeLog, SomeLog]:
    """Return a log and its fork; the same in every process."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    log = SomeLog(key=Signer(name=f"city.example/race/{number}", private=private)).grow(size)
    return log, log.fork(FORK_AT)


def race(url: str, keys: list[bytes], client: int, size: int, requests: int) -> list[Asked]:
    """Send so many requests from several threads at once; return all answers."""
    pairs = [twins(key, number, size) for number, key in enumerate(keys)]
    bodies = _Bodies(pairs)
    answers: list[Asked] = []
    shares = [requests // THREADS + (n < requests % THREADS) for n in range(THREADS)]
    threads = [
        threading.Thread(target=_one, args=(url, bodies, (client, n), share, answers.append))
        for n, share in enumerate(shares)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class _Bodies:
    """Requests, each made once."""

    def __init__(self, pairs: list[tuple[SomeLog, SomeLog]]) -> None:
        self.pairs, self.size = pairs, len(pairs[0][0].leaves)
        name = pairs[0][0].key.name
        self.forger = SomeLog(key=Signer(name=name, private=Ed25519PrivateKey.generate()))
        self.stranger = SomeLog("nobody.example/log").grow(self.size)
        self.forger.leaves = pairs[0][0].leaves
        self._made: dict[tuple[int, bool, bool, int, int], bytes] = {}

    def of(self, log: int, *, forked: bool, forged: bool, old: int, new: int) -> bytes:
        key = (log, forked, forged, old, new)
        if key not in self._made:
            source = self.stranger if log < 0 else self.pairs[log][forked]
            source = self.forger if forged else source
            low, high = sorted((old, new))
            made = source.request(low, high)
            if old > new:
                made = made.replace(f"old {low}".encode(), f"old {old}".encode(), 1)
                made = made.replace(source.checkpoint(high), source.checkpoint(new))
            self._made[key] = made
        return self._made[key]


def _one(
    url: str, bodies: _Bodies, client: tuple[int, int], count: int, told: Callable[[Asked], None]
) -> None:
    dice, place = random.Random(client[0] * 1000 + client[1]), urlsplit(url)
    link = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)
    known = [0] * len(bodies.pairs)
    for turn in range(count):
        log, forked, forged, old, new = _choose(dice, known, bodies.size)
        link.request(
            "POST", "/add-checkpoint",
            bodies.of(log, forked=forked, forged=forged, old=old, new=new),
        )  # fmt: skip
        answer = link.getresponse()
        body = answer.read()
        told(Asked(client=client, turn=turn, log=log, forked=forked, forged=forged, old=old,
                   new=new, status=answer.status, body=body))  # fmt: skip
        if log >= 0 and answer.status == 200:
            known[log] = new
        elif log >= 0 and answer.status == 409:
            known[log] = min(int(body), bodies.size)
    link.close()


def _choose(dice: random.Random, known: list[int], size: int) -> tuple[int, bool, bool, int, int]:
    log = dice.randrange(len(known))
    at, kind = known[log], dice.random()
    further = min(at + dice.randint(1, 3), size)
    if kind < 0.55:
        return log, False, False, at, further
    if kind < 0.70:
        return log, True, False, at, further
    if kind < 0.80:  # the same size again, of this history or the other
        return log, dice.random() < 0.5, False, at, at or 1
    if kind < 0.92:  # what was signed long ago, or what a slow courier still brings
        old = dice.randint(0, max(at - 1, 0))
        return log, dice.random() < 0.5, False, old, dice.randint(max(old, 1), max(at, 1))
    if kind < 0.95:
        return log, False, False, further + 1 if further < size else size, max(at - 1, 1)
    if kind < 0.98:
        return 0, False, True, known[0], min(known[0] + 1, size)
    return -1, False, False, 0, 1
