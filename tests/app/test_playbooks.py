"""Plans go out as YAML and as CACAO 2.0 playbooks, and come back as they were."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shanasheel.app.plan_files import plans_of, yaml_of
from shanasheel.app.playbooks import playbook_of
from shanasheel.base.errors import InvalidInput
from shanasheel.warn import DEFAULT_PLANS

NOW = datetime(2026, 11, 25, 1, 2, 3, 456_000, tzinfo=UTC)
# SPEC: CACAO 2.0 §10.10: object-type--UUID, RFC 4122
IDENTIFIER = re.compile(r"[a-z][a-z0-9-]+[a-z0-9]--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")  # fmt: skip # noqa: E501
OTHERS = {
    "type": "playbook",
    "spec_version": "cacao-2.0",
    "id": "playbook--5b5d4d8f-3f2e-4ccb-9a5e-2f6f0c1f3a11",
    "name": "Someone else's: Attack!",
    "created_by": "identity--5b5d4d8f-3f2e-4ccb-9a5e-2f6f0c1f3a12",
    "created": "2025-01-01T00:00:00.000Z",
    "modified": "2025-01-01T00:00:00.000Z",
    "labels": ["shot_heard", "their own word"],
    "workflow_start": "start--1",
    "workflow": {
        "start--1": {"type": "start", "on_completion": "parallel--1"},
        "parallel--1": {
            "type": "parallel",
            "next_steps": ["action--1", "action--2"],
            "on_completion": "action--3",
        },
        "action--1": {
            "type": "action",
            "timeout": 60_000,
            "commands": [{"type": "manual", "command": "Call"}],
            "agent": "group--1",
            "on_completion": "end--1",
        },
        "action--2": {
            "type": "action",
            "name": "Look",
            "commands": [{"type": "manual"}],
            "on_completion": "end--1",
        },
        "action--3": {
            "type": "action",
            "timeout": 30_500,
            "description": "Write down",
            "commands": [{"type": "manual", "command": "x"}],
            "on_success": "end--1",
        },
        "end--1": {"type": "end"},
    },
    "agent_definitions": {"group--1": {"type": "group", "name": "Police"}},
}


def test_plans_come_back_from_yaml_as_they_were() -> None:
    assert plans_of(yaml_of(DEFAULT_PLANS)) == DEFAULT_PLANS


@pytest.mark.parametrize("plan", DEFAULT_PLANS, ids=lambda plan: plan.name)
def test_a_plan_comes_back_from_a_playbook_as_it_was(plan) -> None:
    text = json.dumps(playbook_of(plan, NOW), ensure_ascii=False)

    assert plans_of(text) == (plan,)


def test_a_playbook_holds_what_the_standard_requires() -> None:
    plan = replace(DEFAULT_PLANS[0], escalate_s=77, escalate_to="duty_officer")
    body = playbook_of(plan, NOW)
    workflow, agents = body["workflow"], body["agent_definitions"]

    order, at = [], body["workflow_start"]
    while at:
        order.append(at)
        at = workflow[at].get("on_completion")
    named = {*workflow, *agents, body["id"], body["created_by"], *body["extension_definitions"]}

    assert (body["type"], body["spec_version"]) == ("playbook", "cacao-2.0")
    assert body["modified"] == "2026-11-25T01:02:03.456Z" > body["created"]
    assert set(order) == set(workflow)
    assert [workflow[one]["type"] for one in order] == ["start", *["action"] * 7, "end"]
    assert all(workflow[one]["agent"] in agents for one in order[1:-1])
    assert all(IDENTIFIER.fullmatch(one) for one in named)
    assert playbook_of(plan, NOW) == body  # the same plan, the same identifiers
    assert plans_of(json.dumps(body)) == (plan,)


@pytest.mark.skipif(
    "SHANASHEEL_CACAO_SCHEMAS" not in os.environ,
    reason="SHANASHEEL_CACAO_SCHEMAS names no copy of OASIS' schemas",
)
@pytest.mark.parametrize("plan", DEFAULT_PLANS, ids=lambda plan: plan.name)
def test_a_playbook_is_valid_by_the_schemas_of_oasis(plan) -> None:
    validators = pytest.importorskip("jsonschema.validators")
    referencing = pytest.importorskip("referencing")
    root = Path(os.environ["SHANASHEEL_CACAO_SCHEMAS"])
    schemas = [json.loads(file.read_text("utf-8")) for file in root.rglob("*.json")]
    registry = referencing.Registry().with_resources(
        (schema["$id"], referencing.Resource.from_contents(schema)) for schema in schemas
    )
    whole = next(schema for schema in schemas if schema["$id"].endswith("/playbook.json"))
    check = validators.validator_for(whole)(whole, registry=registry)
    body = json.loads(json.dumps(playbook_of(plan, NOW)))
    broken = {**body, "workflow_start": "start"}

    assert [fault.message for fault in check.iter_errors(body)] == []
    assert not check.is_valid(broken)


def test_anothers_playbook_becomes_a_plan_of_people() -> None:
    (plan,) = plans_of(json.dumps(OTHERS))

    assert (plan.name, plan.kinds) == ("someone-else-s-attack", ("shot_heard",))
    assert [(step.role, step.en, step.within_s) for step in plan.steps] == [
        ("Police", "Call", 60), ("operator", "Look", 0), ("operator", "Write down", 91),
    ]  # fmt: skip
    assert plan.cacao == OTHERS["id"]
    assert playbook_of(plan, NOW)["id"] == OTHERS["id"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"spec_version": "1.1"}, "it is 1.1"),
        ({"created_by": ""}, "it has no created_by"),
        ({"workflow_start": "start--9"}, "not there"),
        ({"workflow": {"start--1": {"type": "while-condition"}}}, "while-condition"),
        (
            {"workflow": {"start--1": {"type": "action", "commands": [{"type": "bash"}]}}},
            "runs bash",
        ),
        ({"workflow": {"start--1": {"type": "action"}}}, "runs nothing"),
    ],
)
def test_what_people_cannot_do_is_refused_by_name(change: dict, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        plans_of(json.dumps({**OTHERS, **change}))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("plans: [{name: x}]", "plans.0.steps"),
        ("plans: [", "not YAML"),
        ("plans: []\nmore: 1", "more"),
        ("x" * (1 << 20) + "y", "larger"),
    ],
)
def test_a_file_that_is_none_says_where(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        plans_of(text)
