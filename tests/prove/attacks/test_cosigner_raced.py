"""A11: thousands of requests race at a cosigner that really runs. SHANASHEEL_RACES=10000 for all.

Nothing is known of the order in which it took them. What must hold for every order: of each log it
signed one history, each answer is one that C2SP tlog-witness allows for that request, and nobody
who was told a size is ever told a smaller one.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cosigning import running_cosigner
from logs import SomeLog
from racing import FORK_AT, Asked, race, twins
from shanasheel.prove.ledger import (
    cosigned_at,
    origin_hash,
    parse_cosignatures,
    parse_cosigner_key,
    parse_note,
)
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from shanasheel.prove.ledger.notes import Note

REQUESTS = int(os.environ.get("SHANASHEEL_RACES", "600"))
LOGS, CLIENTS = 3, 2
SIZE = max(120, REQUESTS // 12)


@pytest.mark.timeout(120 + REQUESTS // 10)
def test_a11_racing_requests_never_get_two_histories_cosigned(tmp_path: Path) -> None:
    keys = [Ed25519PrivateKey.generate().private_bytes_raw() for _ in range(LOGS)]
    pairs = [twins(key, number, SIZE) for number, key in enumerate(keys)]
    with running_cosigner(tmp_path) as cosigner:
        for log, _ in pairs:
            cosigner.follow(log.vkey)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(CLIENTS, mp_context=context) as pool:
            jobs = [
                pool.submit(race, cosigner.url, keys, client, SIZE, REQUESTS // CLIENTS)
                for client in range(CLIENTS)
            ]
            answers = [one for job in jobs for one in job.result()]
        shown = [parse_note(cosigner.newest(origin_hash(log.key.name))) for log, _ in pairs]
        key = parse_cosigner_key(cosigner.keys[0])

    assert len(answers) == REQUESTS // CLIENTS * CLIENTS
    counted = Counter(one.status for one in answers)
    print(f"{len(answers)} answers: {dict(sorted(counted.items()))}")
    assert set(counted) == {200, 400, 403, 404, 409, 422}
    for one in answers:
        if one.log < 0 or one.forged or one.old > one.new:
            expected = 404 if one.log < 0 else 403 if one.forged else 400
            assert one.status == expected, one
    for number, pair in enumerate(pairs):
        judged = [
            one for one in answers
            if one.log == number and not one.forged and one.old <= one.new
        ]  # fmt: skip
        last = parse_checkpoint(shown[number].text)
        assert cosigned_at(shown[number], key)
        check_one_log(judged, pair, last.size, last.root)
        check_dates(judged, pair, key)


def check_one_log(
    answers: list[Asked], pair: tuple[SomeLog, SomeLog], size: int, root: bytes
) -> None:
    """Check the answers about one log against the one history it can have."""
    won = next(forked for forked in (False, True) if pair[forked].root(size) == root)
    signed = {one.new for one in answers if one.status == 200}
    assert max(signed) == size > FORK_AT

    for one in answers:
        same = one.forked is won
        if one.status == 200:
            assert same or one.new <= FORK_AT, f"two histories: {one}"
        elif one.status == 409:
            told = int(one.body)
            assert told != one.old
            assert told in signed | {0}, f"a size it never signed: {one}"
        else:
            assert one.status == 422
            assert not same, f"an honest head was refused: {one}"
            assert one.new > FORK_AT
    ordered = sorted(answers, key=lambda one: (one.client, one.turn))
    for _, own in groupby(ordered, key=lambda one: one.client):
        told = [
            one.new if one.status == 200 else int(one.body)
            for one in own if one.status in {200, 409}
        ]  # fmt: skip
        assert all(before <= after for before, after in pairwise(told)), "it went back"


def check_dates(answers: list[Asked], pair: tuple[SomeLog, SomeLog], key: object) -> None:
    """Check every cosignature, and that no larger tree is dated before a smaller one."""
    dated = []
    for one in answers:
        if one.status == 200:
            text = parse_note(pair[one.forked].checkpoint(one.new)).text
            note = Note(text=text, signatures=parse_cosignatures(one.body, text))
            at_s = cosigned_at(note, key)  # type: ignore[arg-type]
            assert at_s
            dated.append((one.new, at_s))
    earliest = {size: min(at for _, at in same) for size, same in _by_size(dated)}
    latest = {size: max(at for _, at in same) for size, same in _by_size(dated)}
    assert all(latest[a] <= earliest[b] for a, b in pairwise(sorted(earliest)))


def _by_size(dated: list[tuple[int, int]]) -> list[tuple[int, list[tuple[int, int]]]]:
    return [(size, list(same)) for size, same in groupby(sorted(dated), key=lambda one: one[0])]
