"""Models over HTTP: who may, what is verified, measured and used, and what the ledger keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from onnx_models import card_for, constant_model
from running import wait_for
from served import CAMERA, Answer, Served, served
from shanasheel.actions.access import add_account, log_in
from shanasheel.actions.cameras import list_cameras
from shanasheel.domain.people import Role
from shanasheel.watch.vision.registry import DEFAULT, Registry

PASSWORD = "a long enough password"
PERSON = np.array([[[64, 48, 20, 40, 1, 0.9, 0, 0]]], np.float32)
ROUTES = [
    ("GET", "/models", None),
    ("PUT", "/models/use", {"model": "tiny", "camera": CAMERA}),
    ("POST", "/models/work", {"deed": "verify"}),
    ("GET", "/models/work", None),
    ("DELETE", "/models/work", None),
]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as one:
        model = constant_model(tmp_path / "m.onnx", {"o": PERSON})
        card = card_for(model, output={"family": "yolo", "form": "v5"})
        Registry(one.site.data).add(model, card)
        yield one


def facts(hub: Served) -> list[dict]:
    with hub.site.store.read() as rows:
        return [json.loads(fact.body) for fact in rows.facts.after(-1, 1000)]


@pytest.mark.timeout(60)
def test_only_those_who_install_see_and_change_models(hub: Served) -> None:
    cookies = {}
    for role in Role:
        add_account(hub.site, role.value, role, PASSWORD)
        cookies[role] = f"shanasheel_session={log_in(hub.site, role.value, PASSWORD)}"
    before = len(facts(hub))

    for method, path, body in ROUTES:
        assert hub.ask(method, path, body).status == 401, path
        for role in (Role.OPERATOR, Role.AUDITOR):
            answer = hub.ask(method, path, body, headers={"Cookie": cookies[role]})
            assert (answer.status, answer.json["key"]) == (403, "not_a_technician"), path

    assert len(facts(hub)) == before
    assert list_cameras(hub.site)[0].model == ""
    technician = {"Cookie": cookies[Role.TECHNICIAN]}
    assert hub.ask("GET", "/models", headers=technician).status == 200
    assert hub.ask("PUT", "/models/use", ROUTES[1][2], headers=technician).status == 204
    assert facts(hub)[-1]["by"] == "technician"


@pytest.mark.timeout(120)
def test_models_are_verified_measured_and_used_from_a_page(hub: Served) -> None:
    def model(name: str) -> dict:
        return next(one for one in hub.get("/models").json["items"] if one["name"] == name)

    def work_done() -> dict:
        return wait_for(
            lambda: (now := hub.get("/models/work").json["work"])["state"] != "working" and now,
            "the work",
        )  # type: ignore[return-value]

    assert hub.get("/models/work").json["work"] is None
    assert (model("tiny")["verified"], model("tiny")["speeds"]) == (None, [])
    assert hub.ask("POST", "/models/work", {"deed": "bench", "model": "tiny"}).status == 202
    busy = hub.ask("POST", "/models/work", {"deed": "verify"})
    assert (busy.status, busy.json["key"]) == (409, "models_busy")
    done = work_done()
    assert (done["state"], done["done"]) == ("done", done["total"])
    measured = model("tiny")
    assert [way["choice"] for way in measured["speeds"] if way["kept"]] == [measured["best"]]
    assert len({way["choice"] for way in measured["speeds"]}) > 1

    assert hub.ask("POST", "/models/work", {"deed": "verify"}).status == 202
    assert work_done()["state"] == "done"
    assert [model(name)["verified"]["right"] for name in ("nanodet-g", "tiny")] == [True, True]

    assert hub.ask("PUT", "/models/use", {"model": "tiny", "camera": CAMERA}).status == 204
    assert model("tiny")["used_by"] == [CAMERA]
    off = {"model": "tiny", "camera": CAMERA, "off": True}
    assert hub.ask("PUT", "/models/use", off).status == 204
    assert hub.ask("PUT", "/models/use", {"model": "tiny"}).status == 204
    assert model("tiny")["used_by"] == ["site"]
    refused = hub.ask("PUT", "/models/use", {"model": "yolox-nano"})
    assert (refused.status, refused.json["key"]) == (404, "model_away")

    # A file that somebody changed counts as unverified at once, is not taken, and is found wrong.
    (hub.site.data / "models" / "tiny" / "m.onnx").write_bytes(b"other")
    assert model("tiny")["verified"] is None
    assert hub.ask("PUT", "/models/use", {"model": "tiny"}).status == 500
    assert hub.ask("POST", "/models/work", {"deed": "bench", "model": "tiny"}).status == 500
    assert hub.ask("POST", "/models/work", {"deed": "verify"}).status == 202
    assert work_done()["state"] == "done"
    assert model("tiny")["verified"]["right"] is False
    said = [fact for fact in facts(hub) if fact.get("what", "").startswith("model")]
    assert [(fact["what"], fact.get("wrong")) for fact in said] == [
        ("model_work", None), ("model_work", None), ("models_verified", []), ("model_used", None),
        ("model_used", None), ("model_used", None), ("model_work", None),
        ("models_verified", ["tiny"]),
    ]  # fmt: skip


@pytest.mark.timeout(60)
def test_a_cameras_own_models_are_chosen_where_its_other_settings_are(hub: Served) -> None:
    def edit(**models: str) -> Answer:
        return hub.ask("PUT", f"/installed/{CAMERA}", {"name": "Gate", "models": models})

    listed = hub.get("/installed").json
    (before,) = listed["items"]
    own = edit(detection="tiny", weapons="none")
    (during,) = hub.get("/installed").json["items"]
    kept = edit()
    file = hub.get("/camera-file").text
    plan = hub.ask("POST", "/camera-file/plans", {"text": file}).json
    wrong = edit(faces="tiny")
    away = edit(detection="yolox-nano")
    unknown = edit(weapons="no-such")
    (after,) = hub.get("/installed").json["items"]
    off = edit(detection="", weapons="")
    (again,) = hub.get("/installed").json["items"]

    assert listed["site_models"] == {"detection": DEFAULT, "faces": "", "weapons": ""}
    assert before["models"] == {"detection": "", "faces": "", "weapons": ""}
    assert (own.status, kept.status, off.status) == (200, 200, 200)
    assert during["models"] == {"detection": "tiny", "faces": "", "weapons": "none"}
    assert "model: tiny" in file
    assert "weapon_model: none" in file
    assert plan["any"] is False
    assert (wrong.status, wrong.json["key"]) == (422, "model_task")
    assert (away.status, unknown.status) == (404, 404)
    assert after == during  # what is refused changes nothing
    assert again["models"] == before["models"]
    said = [fact for fact in facts(hub) if fact.get("what") == "model_used"]
    assert [(fact["model"], fact["off"], fact["camera"]) for fact in said] == [
        ("tiny", False, CAMERA), ("none", False, CAMERA), ("tiny", True, CAMERA),
        ("none", True, CAMERA),
    ]  # fmt: skip
    assert said[0]["sha256"]


@pytest.mark.timeout(60)
def test_measuring_is_stopped_and_leaves_nothing(hub: Served) -> None:
    assert hub.ask("POST", "/models/work", {"deed": "bench", "model": "nanodet-g"}).status == 202

    assert hub.ask("DELETE", "/models/work").status == 204

    assert hub.get("/models/work").json["work"]["state"] == "stopped"
    assert hub.ask("POST", "/models/work", {"deed": "bench", "model": "tiny"}).status == 202
    wait_for(lambda: hub.get("/models/work").json["work"]["state"] == "done", "the next work")
    best = {one["name"]: one["best"] for one in hub.get("/models").json["items"]}
    assert best["tiny"]
    assert not best["nanodet-g"]
