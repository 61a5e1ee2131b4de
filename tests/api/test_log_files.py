"""The log as static files to strangers: what is under its checkpoint, and nothing else."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from served import Served, served
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.log_files import public_checkpoint
from shanasheel.api.log_files import Gate
from shanasheel.base.clock import FakeClock
from shanasheel.domain.facts import FactKind
from shanasheel.prove.ledger import (
    Algorithm,
    CosignedHeads,
    check_log,
    leaf_hash,
    new_cosigner,
    parse_note,
    parse_verifier,
    verify_checkpoint,
)
from shanasheel.prove.ledger.tiles import unpack_entries


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A hub with 300 entries under its checkpoint."""
    with served(tmp_path_factory.mktemp("log")) as one:
        add_facts(one, 300)
        assert one.site.sequencer.catch_up() == 300
        yield one


def add_facts(hub: Served, size: int) -> None:
    with hub.site.store.begin() as rows:
        rows.facts.add_all(
            [
                make_fact(hub.site.ids.new(), FactKind.SETTING, hub.site.clock.now(), {"what": "x"})
                for _ in range(size - rows.facts.count())
            ]
        )


def raw(hub: Served, path: str) -> int:
    """Return the status for a path sent to the letter: no library tidies it."""
    parts = urlsplit(hub.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection.putrequest("GET", path, skip_host=False)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_stranger_gets_checkpoint_tiles_and_entries(hub: Served) -> None:
    newest = hub.public("/log/checkpoint")
    assert newest.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert newest.headers["Cache-Control"] == "no-cache"
    key = parse_verifier((hub.site.data / "keys" / "log.vkey").read_text())
    assert verify_checkpoint(newest.body, key).size == 300

    entries = hub.public("/log/tile/entries/000")
    assert entries.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert entries.headers["Content-Type"] == "application/octet-stream"
    assert entries.headers["X-Content-Type-Options"] == "nosniff"
    leaves = [leaf_hash(one) for one in unpack_entries(entries.body)]
    assert len(leaves) == 256
    assert hub.public("/log/tile/0/000").body == b"".join(leaves)
    assert len(hub.public("/log/tile/0/001.p/44").body) == 44 * 32
    assert len(hub.public("/log/tile/1/000.p/1").body) == 32


def test_the_whole_log_can_be_fetched_and_checked_elsewhere(hub: Served, tmp_path: Path) -> None:
    for path in (
        "checkpoint", "tile/entries/000", "tile/entries/001.p/44", "tile/0/000",
        "tile/0/001.p/44", "tile/1/000.p/1",
    ):  # fmt: skip
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(hub.public(f"/log/{path}").body)

    report = check_log(tmp_path, (hub.site.data / "keys" / "log.vkey").read_text())

    assert report.holds


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/002", "tile/0/001", "tile/0/001.p/45", "tile/entries/001.p/45", "tile/1/000",
        "tile/1/000.p/2", "tile/7/000.p/1", "tile/8/000", "tile/63/000", "tile/-1/000",
        "tile/0/x000/000", "tile/0/0", "tile/0/0000", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/007", "tile/0/000.p/", "tile/0/000.p", "tile/0/000/", "tile//000",
        "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/" + "x999/" * 4000 + "999",
        "tile/0/999999999999999999999999999", "tile/entries/../../checkpoint.d/300",
        "tile/entries/..%2f..%2flock", "tile/%2e%2e/lock", "tile/0/%00", "../keys/log.key",
        "tile/..%2f..%2fkeys%2flog.key", "tile/0/\\..\\..", "lock", "checkpoint.d/300", "",
        "cosigned/300", "tile/0/\u0660\u0660\u0660".encode().decode("latin-1"),
        "tile/data/000", "tile/00/000", "tile/0/000?x=1#y".replace("?x=1#y", "%3Fx"),
    ],
)  # fmt: skip
def test_whatever_else_is_asked_for_is_not_there(hub: Served, path: str) -> None:
    assert raw(hub, f"/log/{path}".replace("\u00d9\u00a0", "%D9%A0")) in (404, 414)


def test_what_is_not_signed_yet_is_not_shown_and_what_was_stays(tmp_path: Path) -> None:
    with served(tmp_path) as hub:
        add_facts(hub, 100)
        hub.site.sequencer.catch_up()
        begun = hub.public("/log/tile/entries/000.p/100").body
        log = hub.site.sequencer._log
        log.append([b"unsigned"])

        assert hub.public("/log/tile/entries/000.p/101").status == 404

    with served(tmp_path / "other") as hub:
        add_facts(hub, 300)
        hub.site.sequencer.catch_up()
        whole = hub.public("/log/tile/entries/000").body
        assert hub.public("/log/tile/entries/000.p/100").body == whole[: len(begun)]


def test_before_the_first_entry_there_is_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as hub:
        assert not (hub.site.data / "ledger" / "checkpoint").exists()
        assert hub.public("/log/checkpoint").status == 404
        assert hub.public("/log/cosigned").status == 404
        assert hub.public("/log/tile/0/000").status == 404


def test_lines_from_outside_stand_under_the_checkpoint(tmp_path: Path) -> None:
    with served(tmp_path) as hub:
        add_facts(hub, 5)
        hub.site.sequencer.catch_up()
        own = parse_note(public_checkpoint(hub.site.data))
        court = new_cosigner("court.example/1", Algorithm.ED25519)
        heads = CosignedHeads(hub.site.data / "ledger")
        heads.add(own.text, own.signatures, [court.sign(own.text, 1_800_000_000)])

        names = [line.name for line in parse_note(hub.public("/log/checkpoint").body).signatures]
        assert names == [own.signatures[0].name, "court.example/1"]
        assert hub.public("/log/cosigned").body == hub.public("/log/checkpoint").body

        add_facts(hub, 6)
        hub.site.sequencer.catch_up()
        newest = parse_note(hub.public("/log/checkpoint").body)
        assert len(newest.signatures) == 1
        assert parse_note(hub.public("/log/cosigned").body).text == own.text


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    with served(tmp_path, public_log=False) as hub:
        add_facts(hub, 5)
        hub.site.sequencer.catch_up()

        for path in ("checkpoint", "cosigned", "tile/0/000.p/5"):
            assert hub.public(f"/log/{path}").status == 404


@pytest.mark.anyio
async def test_strangers_get_so_many_files_in_a_second(anyio_backend: str) -> None:
    clock = FakeClock(datetime(2026, 12, 1, tzinfo=UTC))
    gate = Gate(clock.monotonic_s)

    taken = [await gate.read(lambda: b"x") for _ in range(401)]
    assert taken == [b"x"] * 400 + [None]

    clock.advance(1)
    taken = [await gate.read(lambda: b"x") for _ in range(201)]
    assert taken == [b"x"] * 200 + [None]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_more_than_that_is_told_to_come_later(tmp_path: Path) -> None:
    with served(tmp_path) as hub:
        add_facts(hub, 5)
        hub.site.sequencer.catch_up()
        parts = urlsplit(hub.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        statuses = []
        for _ in range(3000):
            connection.request("GET", "/log/tile/0/000.p/5")
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
            if answer.status == 429:
                assert answer.headers["Retry-After"] == "1"
                break
        connection.close()

        assert set(statuses) <= {200, 429}
        assert hub.get("/alive").status == 200
