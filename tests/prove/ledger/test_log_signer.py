"""Whoever holds the log's key signs what continues what it signed last, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from logs import SomeLog
from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import Conflict
from shanasheel.prove.ledger import (
    LOG_KEY,
    LOG_MEMORY,
    AskedSigner,
    Ledger,
    LedgerDamaged,
    LogSigner,
    Reply,
    SignerAway,
    load_or_create_key,
    pack_submission,
    parse_verifier,
    verify_checkpoint,
)
from shanasheel.prove.ledger.checkpoints import Checkpoint
from shanasheel.prove.ledger.log_signer import NEWEST

NAME = "city.example/evidence/1"


@pytest.fixture
def signer(tmp_path: Path) -> Iterator[LogSigner]:
    with LogSigner(tmp_path / "keys", NAME, adopt=None) as made:
        yield made


def ask(signer: LogSigner, log: SomeLog, old: int, new: int) -> Reply:
    return signer.answer(body(log, old, new))


def body(log: SomeLog, old: int, new: int) -> bytes:
    head = Checkpoint(origin=NAME, size=new, root=log.root(new))
    return pack_submission(old, log.proof(old, new), head.text().encode())


def ledger(folder: Path, signer: LogSigner) -> Ledger:
    asked = AskedSigner(parse_verifier(signer.verifier_key), signer.answer)
    return Ledger(folder, asked, NAME, FakeClock())


def test_it_signs_a_log_that_grows_and_shows_what_it_signed_last(signer: LogSigner) -> None:
    log = SomeLog().grow(9)
    assert signer.answer(NEWEST) == Reply(status=200, body=b"")

    for old, new in ((0, 3), (3, 3), (3, 9)):
        reply = ask(signer, log, old, new)
        assert reply.status == 200
        head = verify_checkpoint(reply.body, parse_verifier(signer.verifier_key))
        assert (head.size, head.root) == (new, log.root(new))

    assert signer.answer(NEWEST) == reply


@pytest.mark.parametrize(
    ("what", "status"),
    [
        (lambda log: body(log.fork(2), 5, 9), 422),  # another history, with its own proof
        (lambda log: body(log.fork(2), 5, 5), 422),  # another tree of the same size
        (lambda log: body(log, 3, 9), 409),  # from somewhere else
        (lambda log: body(log, 0, 9), 409),  # as if nothing had been signed
        (lambda log: body(log, 5, 5).replace(b"\n5\n", b"\n3\n"), 400),  # a smaller tree
        (lambda log: body(log, 5, 9).replace(b"city.", b"town."), 400),  # another log
        (lambda log: body(log, 5, 9) + b"more\n", 400),  # lines that nobody asked for
        (lambda _log: b"", 400),
        (lambda _log: b"sign this\n", 400),
    ],
)  # fmt: skip
def test_it_refuses_everything_else_and_forgets_nothing(
    signer: LogSigner, what: object, status: int
) -> None:
    log = SomeLog().grow(9)
    assert ask(signer, log, 0, 5).status == 200
    before = signer.answer(NEWEST)

    assert signer.answer(what(log)).status == status

    assert signer.answer(NEWEST) == before
    assert ask(signer, log, 5, 9).status == 200


def test_it_remembers_after_a_new_start(tmp_path: Path) -> None:
    log = SomeLog().grow(9)
    with LogSigner(tmp_path, NAME, adopt=None) as signer:
        ask(signer, log, 0, 5)

    with LogSigner(tmp_path, NAME, adopt=None) as signer:
        assert ask(signer, log.fork(2), 5, 9).status == 422
        assert ask(signer, log, 5, 9).status == 200


def test_only_one_process_signs(tmp_path: Path, signer: LogSigner) -> None:
    with pytest.raises(Conflict):
        LogSigner(tmp_path / "keys", NAME, adopt=None)

    signer.close()

    LogSigner(tmp_path / "keys", NAME, adopt=None).close()
    with pytest.raises(Conflict):
        signer.answer(NEWEST)


@pytest.mark.parametrize("kept", [None, b"no note\n", "other", "forged"])
def test_without_its_own_memory_it_signs_nothing(tmp_path: Path, kept: bytes | str | None) -> None:
    log, memory = SomeLog().grow(9), tmp_path / LOG_MEMORY
    with LogSigner(tmp_path, NAME, adopt=None) as signer:
        ask(signer, log, 0, 5)
    note = memory.read_bytes()
    if kept is None:
        memory.unlink()
    else:
        other = SomeLog(NAME).grow(3).checkpoint(3)
        forged = note.replace(b"\n5\n", b"\n4\n")
        memory.write_bytes({"other": other, "forged": forged}.get(kept, kept))

    with pytest.raises(LedgerDamaged):
        LogSigner(tmp_path, NAME, adopt=None)


def test_a_memory_taken_away_while_it_runs_stops_it(tmp_path: Path, signer: LogSigner) -> None:
    (tmp_path / "keys" / LOG_MEMORY).unlink()

    with pytest.raises(LedgerDamaged):
        ask(signer, SomeLog().grow(3), 0, 3)


def test_the_key_of_an_earlier_release_begins_where_its_log_was_signed_last(tmp_path: Path) -> None:
    key = load_or_create_key(tmp_path / "keys" / LOG_KEY, NAME)
    log = SomeLog(key=key).grow(9)
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_bytes(log.checkpoint(5))

    with LogSigner(tmp_path / "keys", NAME, adopt=checkpoint) as signer:
        assert ask(signer, log, 0, 9).status == 409
        assert ask(signer, log.fork(2), 5, 9).status == 422
        assert ask(signer, log, 5, 9).status == 200

    checkpoint.write_bytes(log.checkpoint(5))  # later it no longer counts
    with LogSigner(tmp_path / "keys", NAME, adopt=checkpoint) as signer:
        assert ask(signer, log, 5, 9).status == 409


def test_the_log_of_another_key_is_not_adopted(tmp_path: Path) -> None:
    load_or_create_key(tmp_path / "keys" / LOG_KEY, NAME)
    (tmp_path / "checkpoint").write_bytes(SomeLog(NAME).grow(5).checkpoint(5))

    with pytest.raises(LedgerDamaged, match="not signed by this key"):
        LogSigner(tmp_path / "keys", NAME, adopt=tmp_path / "checkpoint")


def test_a_log_set_back_behind_what_its_key_signed_stops_and_says_what_to_do(
    tmp_path: Path, signer: LogSigner
) -> None:
    place, old = tmp_path / "log", tmp_path / "old"
    with ledger(place, signer) as log:
        log.append([b"%d" % at for at in range(5)])
        log.checkpoint()
    shutil.copytree(place, old)
    with ledger(place, signer) as log:
        log.append([b"more"])
        log.checkpoint()
    shutil.rmtree(place)
    old.rename(place)

    with pytest.raises(LedgerDamaged) as fault:
        ledger(place, signer)

    assert "has signed 6 entries, but the ledger has only 5" in fault.value.message
    assert "restore" in fault.value.remedy


def test_a_log_set_back_and_gone_on_with_is_not_signed(tmp_path: Path, signer: LogSigner) -> None:
    """The old copy is opened while the signer is away, and outgrows what it signed."""
    place, old, away = tmp_path / "log", tmp_path / "old", [False]

    def answer(body: bytes) -> Reply:
        if away[0]:
            raise SignerAway("It does not answer.")
        return signer.answer(body)

    def opened() -> Ledger:
        asked = AskedSigner(parse_verifier(signer.verifier_key), answer)
        return Ledger(place, asked, NAME, FakeClock())

    with opened() as log:
        log.append([b"%d" % at for at in range(5)])
        log.checkpoint()
        shutil.copytree(place, old)
        log.append([b"true"])
        log.checkpoint()
    shutil.rmtree(place)
    old.rename(place)
    away[0] = True
    with opened() as log:
        log.append([b"false", b"false"])
        with pytest.raises(SignerAway):
            log.checkpoint()
        away[0] = False

        with pytest.raises(LedgerDamaged, match="another history"):
            log.checkpoint()

    with pytest.raises(LedgerDamaged, match="does not contain the 6 entries"):
        opened()


def test_a_head_that_was_signed_but_never_published_is_gone_on_from(
    tmp_path: Path, signer: LogSigner
) -> None:
    """The writer is killed between the answer and its own files."""
    with ledger(tmp_path / "log", signer) as log:
        log.append([b"a", b"b"])
        head = Checkpoint(origin=NAME, size=2, root=log.root)
        assert signer.answer(pack_submission(0, (), head.text().encode())).status == 200

    with ledger(tmp_path / "log", signer) as log:
        log.append([b"c"])
        assert log.checkpoint().size == 3


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=200, body=b""),
        Reply(status=200, body=SomeLog(NAME).grow(2).checkpoint(2)),  # by another key
        Reply(status=409, body=b"two\n"),
        Reply(status=500, body=b"memory gone\n"),
    ],
)
def test_no_answer_is_believed_unverified(tmp_path: Path, signer: LogSigner, reply: Reply) -> None:
    def answer(body: bytes) -> Reply:
        return Reply(status=200) if body == NEWEST else reply

    asked = AskedSigner(parse_verifier(signer.verifier_key), answer)
    with Ledger(tmp_path / "log", asked, NAME, FakeClock()) as log:
        log.append([b"a"])
        with pytest.raises(LedgerDamaged):
            log.checkpoint()

    assert not (tmp_path / "log" / "checkpoint").exists()
