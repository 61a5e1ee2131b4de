"""Files handed in over HTTP: hashed as they come, gone when cut off, taken in beside the hub."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from footage import data_folder
from running import wait_for
from served import CAMERA, Answer, Served, film, served
from shanasheel.actions.access import add_account, log_in
from shanasheel.actions.signing import anchors_folder
from shanasheel.actions.uploads import IDLE_S, MOST_BYTES, Uploads
from shanasheel.base.clock import FakeClock
from shanasheel.base.errors import NotFound
from shanasheel.domain.people import Person, Role
from shanasheel.prove.footage import gop_leaves

PASSWORD = "a long enough password"
STATED = {"kind": "stated", "stated": "2026-11-23T18:01:35+03:00"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as one:
        yield one


def send(hub: Served, file: Path, *, name: str = "") -> dict:
    """Send a file in two pieces and return what the hub says of it then."""
    content = file.read_bytes()
    upload = hub.ask(
        "POST", "/uploads", {"name": name or file.name, "size_bytes": len(content)}
    ).json
    half = len(content) // 2
    hub.ask("PUT", f"/uploads/{upload['id']}?offset=0", content[:half])
    return hub.ask("PUT", f"/uploads/{upload['id']}?offset={half}", content[half:]).json


def order(hub: Served, upload: dict, **more: object) -> dict:
    body = {
        "upload": upload["id"], "camera": {"id": "SHOP-12", "fresh": True, "name": "Bakery",
        "name_ar": "مخبز", "place": {"lat_deg": 30.5, "lon_deg": 47.8}},
        "handed_by": "Hassan", "handed_at": "2026-11-24T09:00:00+03:00", "clock": STATED, **more,
    }  # fmt: skip
    answer = hub.ask("POST", "/intakes", body)
    return {"status": answer.status, **answer.json}


def settled(hub: Served) -> dict:
    def idle() -> dict | None:
        listed = hub.get("/intakes").json
        busy = [one for one in listed["orders"] if one["state"] in ("waiting", "working")]
        busy += [one for one in listed["items"] if one["state"] == "working"]
        return None if busy else listed

    return wait_for(idle, "the files to be taken in")  # type: ignore[return-value]


def left(hub: Served) -> list[Path]:
    folders = (hub.site.data / "uploads", hub.site.data / "intake")
    return [file for folder in folders for file in folder.rglob("*") if file.is_file()]


@pytest.mark.timeout(180)
def test_a_file_is_hashed_as_it_comes_kept_and_playable_at_its_corrected_time(
    hub: Served, tmp_path: Path
) -> None:
    first, second = film(tmp_path, frames=250), film(tmp_path, frames=260)

    upload = send(hub, first, name="../../كاميرا 1.mp4")
    points = [
        {"film_s": 2, "shown": "2026-11-23T18:01:37+03:00", "true": "2026-11-23T18:00:02+03:00"}
    ]
    ordered = order(hub, upload, clock={"kind": "visible_clock", "points": points}, note="case 31")
    follower = order(
        hub, send(hub, second), clock={"kind": "follows", "intake": upload["id"]},
        camera={"id": "SHOP-12"},
    )  # fmt: skip
    again = settled(hub) and order(hub, send(hub, second), camera={"id": "SHOP-12"})
    listed = settled(hub)
    newer, older = listed["items"]
    line = hub.get(
        f"/cameras/SHOP-12/timeline?from={older['start_us']}&to={older['start_us'] + 60_000_000}"
    ).json
    shown = hub.get(f"/cameras/SHOP-12/segments?from={older['start']}&to={newer['end']}").json

    assert ordered["status"] == 202, ordered
    assert upload["sha256"] == hashlib.sha256(first.read_bytes()).hexdigest() == older["sha256"]
    assert (older["state"], older["reason"]) == ("done", "")
    assert (older["handed_by"], older["note"]) == ("Hassan", "case 31")
    assert older["handed_at"] == "2026-11-24T06:00:00.000Z"
    assert (older["stated"], older["start"]) == (
        "2026-11-23T15:01:35.000Z", "2026-11-23T15:00:00.000Z",
    )  # fmt: skip
    assert older["ahead_s"] == 95
    assert follower["status"] == 202
    assert newer["start"] == older["end"]
    assert newer["ahead_s"] == 95
    assert line["recorded"]
    assert shown["items"]
    assert again["status"] == 202
    (refused,) = listed["orders"]
    assert (refused["state"], refused["key"]) == ("refused", "handed_in_before")
    stored = list((hub.site.data / "intake").rglob("*.mp4"))
    assert sorted(file.read_bytes() for file in stored) == sorted(
        [first.read_bytes(), second.read_bytes()]
    )
    assert {file.stat().st_mode & 0o777 for file in stored} == {0o400}
    hub.ask("DELETE", f"/uploads/{refused['id']}")
    assert sorted(left(hub)) == sorted(stored)


@pytest.mark.timeout(120)
def test_what_is_handed_in_is_logged_with_its_groups_and_its_cameras_signatures(
    hub: Served,
) -> None:
    vectors = data_folder("vectors/onvif-media-signing")
    film, anchors = vectors / "test_signed_h264.mp4", anchors_folder(hub.site.data)
    anchors.mkdir(parents=True)
    shutil.copy(vectors / "ca.pem", anchors)
    clock = {"kind": "stated", "stated": "2025-01-01T12:00:00+03:00"}  # the certificate lasted then

    order(hub, send(hub, film), clock=clock, handed_at="2026-11-24T09:00:00+03:00")
    settled(hub)

    with hub.site.store.read() as rows:
        bodies = [json.loads(fact.body) for fact in rows.facts.every() if fact.kind == "segment"]
    assert sum(body["gops"]["count"] for body in bodies) == len(gop_leaves(film))
    signed = [body["signed"] for body in bodies if "signed" in body]
    assert {one["state"] for one in signed} == {"ok"}
    assert sum(one["groups"] for one in signed) == 4


@pytest.mark.timeout(120)
def test_what_is_no_film_is_refused_in_words_and_can_be_taken_back(
    hub: Served, tmp_path: Path
) -> None:
    fake = tmp_path / "fake.mp4"
    fake.write_bytes(b"#EXTM3U\nfile:///etc/passwd\n" * 50)

    upload = send(hub, fake)
    order(hub, upload)
    listed = settled(hub)
    hub.ask("DELETE", f"/uploads/{upload['id']}")

    (refused,) = listed["orders"]
    assert refused["state"] == "refused"
    assert "cannot be read as video" in refused["detail"]
    assert listed["items"] == []
    assert left(hub) == []
    assert "SHOP-12" not in hub.get("/cameras?retired=true").text


def test_a_cut_upload_goes_on_where_it_was_cut_and_leaves_nothing_when_it_does_not(
    hub: Served,
) -> None:
    content = bytes(range(256)) * 8192
    upload = hub.ask("POST", "/uploads", {"name": "a.avi", "size_bytes": len(content)}).json
    host, port = hub.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as wire:  # dies in the middle of its body
        wire.sendall(
            f"PUT /api/v1/uploads/{upload['id']}?offset=0 HTTP/1.1\r\nHost: {host}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n".encode()
            + content[:1_500_000]
        )
    wait_for(
        lambda: hub.get(f"/uploads/{upload['id']}").json["offset"], "the pieces before the cut"
    )

    def too_much() -> Answer | None:
        came = hub.get(f"/uploads/{upload['id']}").json["offset"]
        answer = hub.ask("PUT", f"/uploads/{upload['id']}?offset={came}", content)
        # Pieces of before the cut may still be taken in after we have asked how many came.
        return None if answer.status == 409 else answer

    wrong = hub.ask("PUT", f"/uploads/{upload['id']}?offset=0", content)
    early = order(hub, upload)
    much = wait_for(too_much, "the last piece before the cut")
    came = hub.get(f"/uploads/{upload['id']}").json["offset"]
    whole = hub.ask("PUT", f"/uploads/{upload['id']}?offset={came}", content[came:])

    assert 0 < came < len(content)
    assert (wrong.status, wrong.json["key"]) == (409, "offset")
    assert (early["status"], early["key"]) == (409, "upload_unfinished")
    assert isinstance(much, Answer)
    assert much.status == 422
    assert whole.json["sha256"] == hashlib.sha256(content).hexdigest()
    assert hub.ask("DELETE", f"/uploads/{upload['id']}").status == 204
    assert left(hub) == []
    assert hub.get(f"/uploads/{upload['id']}").json["key"] == "upload_gone"


def test_uploads_are_bounded_and_forgotten(hub: Served) -> None:
    too_large = hub.ask("POST", "/uploads", {"name": "a", "size_bytes": MOST_BYTES + 1})
    empty = hub.ask("POST", "/uploads", {"name": "a", "size_bytes": 0})
    clock = FakeClock()
    site = hub.site.__class__(
        **{name: getattr(hub.site, name) for name in hub.site.__slots__ if name != "clock"},
        clock=clock,
    )
    who, uploads = Person(name="t", role=Role.TECHNICIAN), Uploads(site)
    waiting = uploads.begin(who, "a.mp4", 100)
    uploads.append(waiting, 0, b"x" * 10)
    clock.advance(IDLE_S + 1)
    uploads.begin(who, "b.mp4", 100)

    assert (too_large.status, too_large.json["key"]) == (422, "file_large")
    assert empty.json["key"] == "file_empty"
    with pytest.raises(NotFound):
        uploads.find(who, waiting.id)
    assert [file.stat().st_size for file in left(hub)] == [0]
    Uploads(site)  # a hub that starts finds nothing of an earlier one's
    assert left(hub) == []


@pytest.mark.parametrize(
    ("header", "status"),
    [("Content-Length: 9000000", b" 413 "), ("Transfer-Encoding: chunked", b" 411 ")],
)
def test_bodies_that_are_not_streamed_to_disk_are_small(
    hub: Served, header: str, status: bytes
) -> None:
    host, port = hub.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as wire:
        wire.sendall(f"POST /api/v1/uploads HTTP/1.1\r\nHost: {host}\r\n{header}\r\n\r\n".encode())
        answer = wire.recv(4096)

    assert status in answer
    assert b"application/problem+json" in answer


def test_only_who_takes_footage_in_sends_it_and_sees_who_handed_in_what(hub: Served) -> None:
    people = {}
    for role in Role:
        add_account(hub.site, role.value, role, PASSWORD)
        token = log_in(hub.site, role.value, PASSWORD)
        people[role] = {"Cookie": f"shanasheel_session={token}"}
    body = {"name": "a", "size_bytes": 10}

    nobody = [hub.ask("POST", "/uploads", body).status, hub.get("/intakes").status]
    may = {
        role: (
            hub.ask("POST", "/uploads", body, headers=who).status,
            hub.ask("GET", "/intakes", headers=who).status,
        )
        for role, who in people.items()
    }
    mine = hub.ask("POST", "/uploads", body, headers=people[Role.TECHNICIAN]).json
    stranger = hub.ask("GET", f"/uploads/{mine['id']}", headers=people[Role.INVESTIGATOR])

    assert nobody == [401, 401]
    assert may == {
        Role.OPERATOR: (403, 403),
        Role.AUDITOR: (403, 200),
        Role.TECHNICIAN: (201, 200),
        Role.INVESTIGATOR: (201, 200),
    }
    assert stranger.status == 404


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"handed_by": " "}, "nobody_named"),
        ({"camera": {"id": "NONE"}}, "no_such_camera"),
        ({"camera": {"id": CAMERA, "fresh": True}}, "camera_id_taken"),
        ({"camera": {"id": "../x", "fresh": True}}, "camera_id_bad"),
        ({"clock": {**STATED, "ahead_s": 90}}, "evidence_missing"),
        ({"clock": {"kind": "known_event", "film_s": 3, "true": STATED["stated"]}},
         "event_unnamed"),
        ({"clock": {"kind": "stated", "stated": "2026-11-23T18:01:35"}}, "malformed"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_of_a_file_is_refused_at_once(
    hub: Served, tmp_path: Path, more: dict, key: str
) -> None:
    upload = send(hub, film(tmp_path, frames=30))

    answer = order(hub, upload, **more)

    assert (answer["key"], hub.get("/intakes").json["orders"]) == (key, [])
