"""A cosigner answers as C2SP tlog-witness says, and never signs two trees that disagree."""

from __future__ import annotations

import base64
import random
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from logs import SomeLog
from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import Conflict, IntegrityFault, InvalidInput
from shanasheel.base.hashing import EMPTY_ROOT
from shanasheel.prove.ledger import (
    Algorithm,
    Cosigner,
    cosigned_at,
    follow,
    followed,
    load_or_create_cosigner_key,
    origin_hash,
    parse_cosignatures,
    parse_note,
    parse_submission,
)
from shanasheel.prove.ledger.checkpoints import parse_checkpoint

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


@pytest.fixture
def log() -> SomeLog:
    return SomeLog().grow(100)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def cosigner(tmp_path: Path, log: SomeLog, clock: FakeClock) -> Iterator[Cosigner]:
    with open_cosigner(tmp_path, clock) as one:
        follow(tmp_path, log.vkey)
        yield one


def open_cosigner(folder: Path, clock: FakeClock, *algorithms: Algorithm) -> Cosigner:
    signers = [
        load_or_create_cosigner_key(folder / "keys" / f"{one.name}.key", "court.example/1", one)
        for one in algorithms or (Algorithm.ED25519,)
    ]
    return Cosigner(folder, signers, clock)


def key_of(folder: Path, algorithm: Algorithm = Algorithm.ED25519):
    path = folder / "keys" / f"{algorithm.name}.key"
    return load_or_create_cosigner_key(path, "court.example/1", algorithm).verifier


def test_the_first_checkpoint_and_every_consistent_one_after_it_are_signed(
    cosigner: Cosigner, log: SomeLog, tmp_path: Path
) -> None:
    for old, new in ((0, 1), (1, 1), (1, 64), (64, 100)):
        reply = cosigner.add_checkpoint(log.request(old, new))

        assert reply.status == 200
        text = parse_note(log.checkpoint(new)).text
        (line,) = parse_cosignatures(reply.body, text)
        assert key_of(tmp_path).verify(line, text) == int(NOW.timestamp())


def test_one_that_signs_both_ways_gives_both_cosignatures(tmp_path: Path, log: SomeLog) -> None:
    follow(tmp_path, log.vkey)
    with open_cosigner(tmp_path, FakeClock(NOW), *Algorithm) as cosigner:
        reply = cosigner.add_checkpoint(log.request(0, 9))

    note = parse_note(log.checkpoint(9) + reply.body)
    assert cosigned_at(note, key_of(tmp_path, Algorithm.ED25519))
    assert cosigned_at(note, key_of(tmp_path, Algorithm.ML_DSA_44))


def test_what_it_signed_last_is_shown_with_the_logs_own_signature(
    cosigner: Cosigner, log: SomeLog, tmp_path: Path
) -> None:
    assert cosigner.newest(origin_hash(log.key.name)) is None  # never cosigned
    assert cosigner.newest("0" * 64) is None
    assert cosigner.newest("../keys") is None

    cosigner.add_checkpoint(log.request(0, 5) + b"\xe2\x80\x94 stranger.example AAAAAAAAAAA=\n")

    note = parse_note(cosigner.newest(origin_hash(log.key.name)) or b"")
    assert parse_checkpoint(note.text).size == 5
    assert [line.name for line in note.signatures] == [log.key.name, "court.example/1"]
    (one,) = followed(tmp_path)
    assert (one.origin, one.newest and one.newest.size) == (log.key.name, 5)


def test_refusals_are_those_of_the_specification(cosigner: Cosigner, log: SomeLog) -> None:
    cosigner.add_checkpoint(log.request(0, 50))
    other, forked = SomeLog("other.example/log").grow(60), log.fork(40)
    stranger = SomeLog().grow(60)  # the same name, another key

    assert cosigner.add_checkpoint(log.request(0, 60)).status == 409
    assert cosigner.add_checkpoint(log.request(50, 60)[4:]).status == 400
    assert cosigner.add_checkpoint(other.request(50, 60)).status == 404
    assert cosigner.add_checkpoint(stranger.request(50, 60)).status == 403
    assert cosigner.add_checkpoint(forked.request(50, 60)).status == 422
    assert cosigner.add_checkpoint(forked.request(50, 50)).status == 422
    too_large_old = log.request(50, 60).replace(b"old 50", b"old 61", 1)
    assert cosigner.add_checkpoint(too_large_old).status == 400
    longer = log.request(50, 60).replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1)
    assert cosigner.add_checkpoint(longer).status == 422
    # None of them changed what it remembers.
    assert cosigner.add_checkpoint(log.request(50, 60)).status == 200


def test_a_stale_log_is_told_the_size_to_begin_at(cosigner: Cosigner, log: SomeLog) -> None:
    cosigner.add_checkpoint(log.request(0, 50))

    reply = cosigner.add_checkpoint(log.request(20, 60))

    assert (reply.status, reply.body, reply.kind) == (409, b"50\n", "text/x.tlog.size")


def test_a_checkpoint_with_one_good_and_one_forged_known_line_is_refused(
    cosigner: Cosigner, log: SomeLog, tmp_path: Path
) -> None:
    second = SomeLog().grow(100)
    follow(tmp_path, second.vkey)  # the log's next key
    lines = [log.checkpoint(3).split(b"\n\n")[1], second.checkpoint(4).split(b"\n\n")[1]]
    text = log.checkpoint(3).split(b"\n\n")[0]

    assert cosigner.add_checkpoint(b"old 0\n\n" + text + b"\n\n" + b"".join(lines)).status == 403
    assert cosigner.add_checkpoint(second.request(0, 3)).status == 200


def test_an_empty_tree_has_one_root_and_needs_no_proof(cosigner: Cosigner, log: SomeLog) -> None:
    empty = log.key.sign(f"{log.key.name}\n0\n{'A' * 43}=\n")
    wrong = f"old 0\n\n{log.key.name}\n0\n{'A' * 43}=\n\n".encode()
    line = SomeLog.checkpoint(log, 0).split(b"\n\n")[1]

    assert bytes(32) != EMPTY_ROOT
    assert cosigner.add_checkpoint(wrong + line).status == 403
    own = f"\N{EM DASH} {empty.name} {base64.b64encode(empty.key_id + empty.blob).decode()}\n"
    assert cosigner.add_checkpoint(wrong + own.encode()).status == 422
    proven = log.request(0, 5).replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n", 1)
    assert cosigner.add_checkpoint(proven).status == 422
    assert cosigner.add_checkpoint(log.request(0, 0)).status == 200
    assert cosigner.add_checkpoint(log.request(0, 5)).status == 200


def test_time_never_runs_back_in_what_it_signs(
    cosigner: Cosigner, log: SomeLog, clock: FakeClock, tmp_path: Path
) -> None:
    cosigner.add_checkpoint(log.request(0, 5))
    clock.step(datetime(2020, 1, 1, tzinfo=UTC))

    reply = cosigner.add_checkpoint(log.request(5, 6))

    text = parse_note(log.checkpoint(6)).text
    (line,) = parse_cosignatures(reply.body, text)
    assert key_of(tmp_path).verify(line, text) == int(NOW.timestamp())


def test_it_goes_on_after_a_restart_where_it_was(tmp_path: Path, log: SomeLog) -> None:
    follow(tmp_path, log.vkey)
    with open_cosigner(tmp_path, FakeClock(NOW)) as cosigner:
        cosigner.add_checkpoint(log.request(0, 50))

    with open_cosigner(tmp_path, FakeClock(NOW)) as cosigner:
        assert cosigner.add_checkpoint(log.fork(40).request(0, 60)).status == 409
        assert cosigner.add_checkpoint(log.fork(40).request(50, 60)).status == 422
        assert cosigner.add_checkpoint(log.request(50, 60)).status == 200


@pytest.mark.parametrize("how", ["removed", "emptied of its end", "another's"])
def test_one_that_lost_its_memory_signs_nothing(tmp_path: Path, log: SomeLog, how: str) -> None:
    follow(tmp_path, log.vkey)
    memory = tmp_path / "logs" / origin_hash(log.key.name) / "checkpoint"
    with open_cosigner(tmp_path, FakeClock(NOW)) as cosigner:
        cosigner.add_checkpoint(log.request(0, 50))
        if how == "removed":
            memory.unlink()
        elif how == "another's":
            memory.write_bytes(log.checkpoint(10))
        else:
            memory.write_bytes(memory.read_bytes()[:-9])

        with pytest.raises(IntegrityFault):
            cosigner.add_checkpoint(log.fork(10).request(10, 60))
        with pytest.raises(IntegrityFault):
            cosigner.add_checkpoint(log.fork(10).request(0, 60))


def test_two_processes_cannot_sign_for_one_folder(tmp_path: Path) -> None:
    with open_cosigner(tmp_path, FakeClock(NOW)), pytest.raises(Conflict):
        open_cosigner(tmp_path, FakeClock(NOW))


def test_its_key_is_for_the_owner_alone(tmp_path: Path) -> None:
    key_of(tmp_path)

    path = tmp_path / "keys" / "ED25519.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(InvalidInput, match="open to other users"):
        key_of(tmp_path)


def test_a_logs_key_file_is_not_taken_for_a_cosigners(tmp_path: Path) -> None:
    load_or_create_cosigner_key(tmp_path / "keys" / "a.key", "x.example", Algorithm.ED25519)

    with pytest.raises(InvalidInput, match="no signing key"):
        load_or_create_cosigner_key(tmp_path / "keys" / "a.key", "x.example", Algorithm.ML_DSA_44)


def test_ten_thousand_racing_requests_sign_one_chain_of_trees(
    cosigner: Cosigner, tmp_path: Path
) -> None:
    """Twenty threads push the log and a fork of it; whatever is signed must be one history."""
    log = SomeLog().grow(120)
    fork = log.fork(1)
    follow(tmp_path, log.vkey)
    requests = {
        (one is fork, old, new): one.request(old, new)
        for one in (log, fork)
        for old in range(119)
        for new in range(old, min(old + 3, 120))
    }
    signed: list[tuple[int, bytes]] = []
    statuses: list[int] = []

    def push(seed: int) -> None:
        rng = random.Random(seed)
        choices, size = list(requests), 0
        for _ in range(500):
            near = [one for one in choices if one[1] == size] or choices
            forked, _, new = key = rng.choice(near if rng.random() < 0.7 else choices)
            reply = cosigner.add_checkpoint(requests[key])
            statuses.append(reply.status)
            if reply.status == 200:
                signed.append((new, (fork if forked else log).root(new)))
            if reply.status == 409:
                size = int(reply.body)

    threads = [threading.Thread(target=push, args=(seed,)) for seed in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(statuses) == 10_000
    assert len(signed) > 20
    roots = dict(signed)
    assert len(set(signed)) == len(roots), "two roots were signed for one size"
    beyond = [size for size in roots if size > 1]
    assert all(roots[size] == log.root(size) for size in beyond) or all(
        roots[size] == fork.root(size) for size in beyond
    )


@given(some.binary(max_size=300))
def test_whatever_is_sent_is_refused_with_a_status(junk: bytes) -> None:
    for body in (junk, b"old 5\n" + junk, b"old 0\n\n" + junk):
        try:
            parse_submission(body)
        except InvalidInput:
            continue


@pytest.mark.parametrize(
    "body",
    [
        b"old 00\n\n",
        b"old -1\n\n",
        b"old  1\n\n",
        b"old 9223372036854775808\n\n",
        b"old 1\r\n\n",
        b"old 1\n" + b"A" * 43 + b"=\n" * 1,
        b"old 1\nAAAA\n\n",
        b"old 1\n" + (b"A" * 43 + b"=\n") * 64 + b"\n",
        b"old 0\n\n" + b"x" * 70_000,
    ],
)
def test_requests_not_to_the_letter_are_refused(
    cosigner: Cosigner, log: SomeLog, body: bytes
) -> None:
    reply = cosigner.add_checkpoint(body + log.checkpoint(5))

    assert reply.status == 400
