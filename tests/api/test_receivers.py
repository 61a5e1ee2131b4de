"""Receivers over HTTP: added, told, and acknowledging what they were told."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest

from running import wait_for
from served import Served, served
from shanasheel.actions.access import add_account
from shanasheel.actions.deliveries import alert_deliveries
from shanasheel.app.delivering import Delivering
from shanasheel.domain.people import Role
from told import confirmed, dismissed, outside, raised, receive

pytestmark = pytest.mark.timeout(120)


def test_a_receiver_that_was_down_gets_everything_and_acknowledges(tmp_path: Path) -> None:
    with served(tmp_path) as hub, outside() as receiver:
        body = {"name": "Guard post", "kind": "webhook", "address": receiver.url, "language": "en"}
        added = hub.ask("POST", "/receivers", body)
        assert added.status == 201
        assert added.json["made_secret"].startswith("whsec_")
        identifier = added.json["id"]
        delivering = Delivering(hub.site, tmp_path / "run")
        delivering.start()
        try:
            receiver.answers = [503, 500]  # it fails, and returns
            alert = confirmed(hub.site, raised(hub.site))
            wait_for(lambda: receiver.said(alert.code) == ["confirmed"], "the confirmed alert")
            alert = dismissed(hub.site, alert)
            wait_for(lambda: receiver.said(alert.code) == ["confirmed", "cancelled"], "its end")
            wait_for(lambda: standing(hub.get("/deliveries").json) == ["sent", "sent"], "the note")
        finally:
            delivering.stop()

        told = hub.get(f"/alerts/{alert.id}/deliveries").json["items"]
        assert [(one["said"], one["tries"]) for one in told] == [("confirmed", 3), ("cancelled", 1)]
        assert [one["must_be_acknowledged"] for one in told] == [False, True]
        attempts = hub.get(f"/deliveries/{told[0]['id']}").json["attempts"]
        assert [one["outcome"] for one in attempts] == ["failed", "failed", "sent"]
        with urllib.request.urlopen(f"{hub.url}/metrics", timeout=20) as answer:
            owed = 'shanasheel_receiver_cancellations_unacknowledged{receiver="Guard post"} 1'
            assert owed in answer.read().decode()
        asked = receiver.effects[1]["data"]["acknowledge"]
        wrong = hub.ask("POST", asked["url"].removeprefix("/api/v1"), {"token": "guessed"})
        assert wrong.status == 404
        right = hub.ask("POST", asked["url"].removeprefix("/api/v1"), {"token": asked["token"]})
        assert right.json["acknowledged"]
        assert hub.get("/deliveries?unacknowledged=true").json["items"] == []

        shown = hub.get("/receivers").text + hub.get("/deliveries").text
        assert added.json["made_secret"] not in shown
        assert asked["token"] not in shown
        assert_changes(hub, identifier, body)


def assert_changes(hub: Served, identifier: str, body: dict) -> None:
    changed = hub.ask("PUT", f"/receivers/{identifier}", {**body, "active": False})
    assert changed.json["active"] is False
    assert hub.ask("POST", f"/receivers/{identifier}/tests").status == 202
    assert hub.ask("DELETE", f"/receivers/{identifier}").status == 204
    assert hub.get("/receivers").json["items"] == []
    refused = hub.ask("POST", "/receivers", {**body, "address": "ftp://x"})
    assert (refused.status, refused.json["field"]) == (422, "address")


def test_where_accounts_exist_only_acknowledging_needs_no_login(tmp_path: Path) -> None:
    with served(tmp_path) as hub:
        receive(hub.site, "https://hook.example.org/", reach="https://hub.example.org/")
        alert = confirmed(hub.site, raised(hub.site))
        message = alert_deliveries(hub.site, alert.id)[0][0].message
        add_account(hub.site, "ali", Role.OPERATOR, "a long enough password")

        for path in ("/receivers", "/deliveries", f"/alerts/{alert.id}/deliveries"):
            assert hub.get(path).status == 401
        path = f"/acknowledgements/{message.id}"
        assert hub.ask("POST", path, {"token": "x" * 32}).status == 404
        assert hub.ask("POST", path, {"token": message.token}).status == 200
        assert hub.ask("POST", f"/deliveries/{message.id}/send").status == 401


def standing(answer: dict) -> list[str]:
    return [one["state"] for one in answer["items"]]
