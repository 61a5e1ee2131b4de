"""Exhibits over HTTP: made, handed out as a bundle, and every download recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bundled import Bundle
from running import wait_for
from served import CAMERA, Answer, Served, film, served
from shanasheel.actions.access import add_account, log_in
from shanasheel.base.clock import to_us
from shanasheel.domain.cameras import Stream
from shanasheel.domain.people import Role
from shanasheel.prove.evidence.layout import DOWNLOADED


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as found:
        yield found


def produce(hub: Served, folder: Path) -> str:
    """Record 8 s and make an exhibit of it; return its code."""
    start = hub.site.clock.now() - timedelta(minutes=5)
    segments = hub.record(film(folder), start, stream=Stream.MAIN)
    body = {"cameras": [CAMERA], "start": str(to_us(start)), "end": str(to_us(segments[-1].end)),
            "case": "case 7", "reason": "the white car"}  # fmt: skip
    made = hub.ask("POST", "/exhibits", body)
    assert made.status == 200, made.text
    return str(made.json["code"])


def handed_out(hub: Served, code: str, headers: dict[str, str] | None = None) -> Answer:
    begun = hub.ask("POST", f"/exhibits/{code}/bundles", {}, headers=headers).json
    return wait_for(lambda: _done(hub, begun["id"], headers), "the bundle")


def _done(hub: Served, identifier: str, headers: dict[str, str] | None) -> Answer | None:
    told = hub.ask("GET", f"/bundles/{identifier}", headers=headers)
    return None if told.json["state"] == "making" else told


def test_an_exhibit_is_listed_and_its_bundle_verifies(hub: Served, tmp_path: Path) -> None:
    code = produce(hub, tmp_path)

    told = handed_out(hub, code).json
    assert told["state"] == "made", told
    zipped = hub.get(f"/bundles/{told['id']}/file")
    proof = hub.get(f"/bundles/{told['id']}/proof")

    target = tmp_path / told["name"]
    target.write_bytes(zipped.body)
    key = hub.get("/ledger").json["verifier_key"]
    bundle = Bundle(target, f"log {key}\nquorum none\n".encode(), proof.body)
    assert bundle.failing() == set()
    assert f'filename="{code}.zip"' in zipped.headers["Content-Disposition"]
    (listed,) = hub.get("/exhibits").json["items"]
    assert (listed["code"], listed["held"], len(listed["handed_out"])) == (code, True, 1)


def test_each_download_is_an_entry_before_the_first_byte(hub: Served, tmp_path: Path) -> None:
    code = produce(hub, tmp_path)
    told = handed_out(hub, code).json

    hub.get(f"/bundles/{told['id']}/file")
    hub.get(f"/bundles/{told['id']}/file")

    with hub.site.store.read() as rows:
        bodies = [json.loads(fact.body) for fact in rows.facts.every()]
    found = [body for body in bodies if body.get("what") == DOWNLOADED]
    assert [(one["exhibit"], one["by"]) for one in found] == [(code, "local")] * 2


def test_only_who_had_it_made_downloads_it_and_only_investigators_do(
    hub: Served, tmp_path: Path
) -> None:
    code = produce(hub, tmp_path)
    cookies = {}
    for name, role in (("huda", Role.INVESTIGATOR), ("ali", Role.INVESTIGATOR),
                       ("omar", Role.OPERATOR)):  # fmt: skip
        add_account(hub.site, name, role, "correct horse battery")
        token = log_in(hub.site, name, "correct horse battery")
        cookies[name] = {"Cookie": f"shanasheel_session={token}"}

    told = handed_out(hub, code, cookies["huda"]).json
    refused = handed_out(hub, code, cookies["omar"]).json

    assert told["state"] == "made"
    assert refused["state"] == "failed"
    assert "Investigators" in refused["fault"]
    path = f"/bundles/{told['id']}/file"
    assert hub.ask("GET", path, headers=cookies["huda"]).status == 200
    assert hub.ask("GET", path, headers=cookies["ali"]).status == 403


def test_few_bundles_are_kept(hub: Served, tmp_path: Path) -> None:
    code = produce(hub, tmp_path)
    made = [handed_out(hub, code).json["id"] for _ in range(4)]

    assert hub.get(f"/bundles/{made[0]}/file").status == 404
    assert hub.get(f"/bundles/{made[3]}/file").status == 200
    assert len(list((hub.site.data / "cache" / "bundles").iterdir())) == 3
