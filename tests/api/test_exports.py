"""One file of one span: nothing encoded again, and everything it lacks is said."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from served import CAMERA, Served, film, served
from shanasheel.actions.proof import check_footage
from shanasheel.base.clock import to_us
from shanasheel.domain.cameras import Stream

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as found:
        yield found


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def export(start: datetime, end: datetime, **more: str) -> str:
    words = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/cameras/{CAMERA}/export?from={to_us(start)}&to={to_us(end)}{words}"


def pictures(content: bytes | Path) -> list[str]:
    """Return a hash of every coded picture, in decoding order."""
    opened = io.BytesIO(content) if isinstance(content, bytes) else str(content)
    with av.open(opened) as container:
        return [
            hashlib.sha256(bytes(packet)).hexdigest()
            for packet in container.demux(video=0)
            if packet.size
        ]


def exports_logged(hub: Served) -> list[dict]:
    with hub.site.store.read() as rows:
        bodies = [json.loads(fact.body) for fact in rows.facts.every()]
    return [body for body in bodies if body.get("what") == "export"]


def test_an_export_holds_the_recorded_pictures_of_whole_groups(hub: Served, tmp_path: Path) -> None:
    segments = hub.record(film(tmp_path), NOON)
    recorded = [one for segment in segments for one in pictures(hub.site.data / segment.path)]

    answer = hub.get(export(after(1), after(3)))

    assert answer.status == 200
    assert pictures(answer.body) == recorded[20:80]  # from 0.8 s to 3.2 s
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="GATE_20261123T120001Z_20261123T120003Z.mp4"'
    )
    assert answer.headers["X-Shanasheel-Asked"] == (
        "2026-11-23T12:00:01.000Z/2026-11-23T12:00:03.000Z"
    )
    assert answer.headers["X-Shanasheel-Held"] == (
        "2026-11-23T12:00:00.800Z/2026-11-23T12:00:03.200Z"
    )
    assert answer.headers["X-Shanasheel-Missing"] == "none"
    with av.open(io.BytesIO(answer.body)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 60
        comment = container.metadata["comment"]
    assert "camera GATE; stream shielded" in comment
    assert "held 2026-11-23T12:00:00.800Z/2026-11-23T12:00:03.200Z" in comment
    assert not list((hub.site.data / "cache" / "exports").iterdir())
    assert not exports_logged(hub)


def test_holes_are_listed_and_a_lost_file_is_one(hub: Served, tmp_path: Path) -> None:
    segments = hub.record(film(tmp_path), NOON)
    hub.record(film(tmp_path), after(20))
    (hub.site.data / segments[1].path).unlink()

    answer = hub.get(export(after(-1), after(29)))

    assert answer.headers["X-Shanasheel-Missing"].split(", ") == [
        "2026-11-23T11:59:59.000Z/2026-11-23T12:00:00.000Z",
        "2026-11-23T12:00:02.400Z/2026-11-23T12:00:04.800Z",
        "2026-11-23T12:00:08.000Z/2026-11-23T12:00:20.000Z",
        "2026-11-23T12:00:28.000Z/2026-11-23T12:00:29.000Z",
    ]
    assert answer.headers["X-Shanasheel-Held"].endswith("/2026-11-23T12:00:28.000Z")
    assert len(pictures(answer.body)) == 400 - segments[1].frames


def test_what_follows_a_change_of_format_is_said_to_be_missing(hub: Served, tmp_path: Path) -> None:
    hub.record(film(tmp_path), NOON)
    hub.record(film(tmp_path, size=(320, 240)), after(8))

    answer = hub.get(export(NOON, after(16)))

    assert answer.headers["X-Shanasheel-Held"].endswith("/2026-11-23T12:00:08.000Z")
    assert answer.headers["X-Shanasheel-Missing"] == (
        "2026-11-23T12:00:08.000Z/2026-11-23T12:00:16.000Z"
    )


def test_raw_footage_leaves_an_entry_in_the_ledger_before_it_leaves(
    hub: Served, tmp_path: Path
) -> None:
    hub.record(film(tmp_path), NOON, stream=Stream.MAIN)

    refused = [
        hub.get(export(NOON, after(2), stream="main")).status,
        hub.get(export(NOON, after(2), stream="main", grant="nonsense")).status,
    ]
    nothing = exports_logged(hub)
    grant = hub.grant()
    size = json.loads(hub.get("/ledger").text)["size"]
    answer = hub.get(export(after(0.5), after(2), stream="main", grant=grant))

    assert refused == [403, 403]
    assert nothing == []
    assert answer.status == 200
    (body,) = exports_logged(hub)
    assert body["k"] == "export"
    assert {key: body[key] for key in ("camera", "start_us", "end_us", "grant", "by")} == {
        "camera": CAMERA,
        "start_us": to_us(after(0.5)),
        "end_us": to_us(after(2)),
        "grant": grant,
        "by": "local",
    }
    assert (body["held_start_us"], body["held_end_us"]) == (to_us(NOON), to_us(after(2.4)))
    head = json.loads(hub.get("/ledger").text)
    assert (head["size"], head["pending"]) == (size + 1, 0)
    key = (hub.site.data / "keys" / "log.vkey").read_text().strip()
    assert check_footage(hub.site.data, hub.site.store, key, at=hub.site.clock.now()).holds


def test_a_ledger_that_refuses_lets_nothing_out(hub: Served, tmp_path: Path) -> None:
    hub.record(film(tmp_path), NOON, stream=Stream.MAIN)
    grant = hub.grant()
    with sqlite3.connect(hub.site.data / "shanasheel.db") as database:
        database.execute("DELETE FROM facts WHERE entry >= 2")  # set back behind the ledger
    database.close()

    answer = hub.get(export(NOON, after(2), stream="main", grant=grant))

    assert answer.status == 500
    assert json.loads(answer.text)["title"] == "IntegrityFault"


def test_a_third_export_is_told_to_wait_while_two_are_cut(hub: Served, tmp_path: Path) -> None:
    hub.record(film(tmp_path), NOON)

    with hub.site.cutters, hub.site.cutters:
        refused = hub.get(export(NOON, after(2)))
    answer = hub.get(export(NOON, after(2)))

    assert refused.status == 503
    assert json.loads(refused.text)["remedy"] == "Ask again in a minute."
    assert answer.status == 200


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [(0, 6 * 3600 + 0.1, 422), (0, 0, 422), (5, 1, 422), (60, 61, 404)],
)
def test_what_cannot_be_cut_is_a_problem_document(
    hub: Served, tmp_path: Path, start: float, end: float, status: int
) -> None:
    hub.record(film(tmp_path), NOON)

    answer = hub.get(export(after(start), after(end)))

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    folder = hub.site.data / "cache" / "exports"
    assert not folder.exists() or not list(folder.iterdir())
