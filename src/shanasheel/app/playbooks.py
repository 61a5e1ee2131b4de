"""Plans as CACAO 2.0 playbooks (OASIS, Committee Specification 01, 27 November 2023), both ways.

Out: a start step, an action with one manual command for each step in order, an end step; roles are
agents of type `group`. What CACAO has no word for (Arabic, kinds of alerts, times from the
confirmation) goes into an extension of ours, so that a playbook comes back as the same plan.

In: playbooks of people doing one thing after another, also side by side (`parallel`); conditions,
loops and machines' commands are refused by name, never left out.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from datetime import datetime

from shanasheel.base.clock import iso
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.alerts import EventKind
from shanasheel.domain.response import PlanStep, ResponsePlan
from shanasheel.prove.ledger import canonical

Json = dict[str, object]

# SPEC: §10.10: when a playbook's id is a UUIDv5, its namespace SHOULD be this one and its name the
# playbook's name and types as RFC 8785 JSON.
_NAMESPACE = uuid.UUID("aa7caf3a-d55a-4e9a-b34e-056215fba56a")
_TYPES = ["notification", "mitigation"]
_CREATED = "2026-01-01T00:00:00.000Z"  # MUST NOT change between versions; ours have no other
_MOST_STEPS = 50
_WRONG = "The playbook cannot be used"


def playbook_of(plan: ResponsePlan, modified: datetime) -> Json:
    """Return a plan as a playbook."""
    name = {"name": plan.en, "playbook_types": _TYPES}
    identifier = plan.cacao or f"playbook--{uuid.uuid5(_NAMESPACE, canonical(name).decode())}"
    steps = [_id("action", identifier, str(number)) for number in range(len(plan.steps))]
    start, end = _id("start", identifier, "start"), _id("end", identifier, "end")
    roles = {step.role: _id("group", identifier, step.role) for step in plan.steps}
    workflow: Json = {start: {"type": "start", "on_completion": (*steps, end)[0]}}
    for number, step in enumerate(plan.steps):
        workflow[steps[number]] = {
            "type": "action",
            "name": step.en,
            "on_completion": (*steps, end)[number + 1],
            "commands": [{"type": "manual", "command": step.en}],
            "agent": roles[step.role],
            "step_extensions": {
                _extension(): {"role": step.role, "ar": step.ar, "within_s": step.within_s}
            },
        }
    workflow[end] = {"type": "end"}
    return {
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": identifier,
        "name": plan.en,
        "description": "What is done once a person has confirmed an alert of these kinds: "
        + ", ".join(plan.kinds),
        "playbook_types": _TYPES,
        "playbook_activities": ["step-sequence", "execute-operation"],
        "created_by": _identity(),
        "created": _CREATED,
        "modified": iso(modified),
        "labels": list(plan.kinds),
        "workflow_start": start,
        "workflow": workflow,
        "playbook_extensions": {
            _extension(): {
                "name": plan.name, "ar": plan.ar, "kinds": list(plan.kinds),
                "acknowledge_s": plan.acknowledge_s, "escalate_s": plan.escalate_s,
                "escalate_to": plan.escalate_to, "own_id": not plan.cacao,
            }
        },
        "agent_definitions": {
            identifier: {"type": "group", "name": role} for role, identifier in roles.items()
        },
        "extension_definitions": {
            _extension(): {
                "type": "extension-definition",
                "name": "Shanasheel response plan",
                "description": "Arabic words, kinds of alerts, times from the confirmation.",
                "created_by": _identity(),
                "schema": "docs/reference/plans.md",
                "version": "1.0.0",
            }
        },
    }  # fmt: skip


def plan_of(body: Json) -> ResponsePlan:
    """Return a playbook as a plan.

    Raises:
        InvalidInput: it lacks what the standard requires, or holds what is not for people to do
            one after the other.
    """
    required = ("spec_version", "id", "name", "created_by", "created", "modified",
                "workflow_start", "workflow")  # fmt: skip
    missing = [name for name in required if not body.get(name)]
    if missing:
        raise InvalidInput(f"{_WRONG}: it has no {', '.join(missing)}.", "Mend the file.")
    if body["spec_version"] != "cacao-2.0":
        raise InvalidInput(f"{_WRONG}: it is {body['spec_version']}.", "Give CACAO 2.0.")
    own = _dict(_dict(body.get("playbook_extensions")).get(_extension()))
    agents, elapsed_s, steps = _dict(body.get("agent_definitions")), 0, []
    for step in _in_order(_dict(body["workflow"]), str(body["workflow_start"])):
        elapsed_s += _timeout_s(step)
        steps.append(_step(step, agents, elapsed_s if _timeout_s(step) else 0))
    title = str(body["name"])
    labels = [str(one) for one in _list(body.get("labels"))]
    known = [label for label in labels if label in {kind.value for kind in EventKind}]
    return ResponsePlan(
        name=str(own.get("name") or _slug(title)),
        en=title,
        ar=str(own.get("ar") or title),
        kinds=tuple(str(one) for one in _list(own.get("kinds")) or known),
        steps=tuple(steps),
        acknowledge_s=_whole(own.get("acknowledge_s", 30)),
        escalate_s=_whole(own.get("escalate_s", 120)),
        escalate_to=str(own.get("escalate_to", "shift_lead")),
        cacao="" if own.get("own_id") is True else str(body["id"]),
    )


def _in_order(workflow: Json, start: str) -> Iterator[Json]:
    """Yield the actions in the order in which a person comes to them."""
    waiting, seen = [start], set[str]()
    while waiting:
        identifier = waiting.pop(0)
        if identifier in seen:
            continue
        seen.add(identifier)
        step = _dict(workflow.get(identifier))
        kind = step.get("type")
        if kind == "action":
            yield step
        elif kind == "parallel":
            waiting[:0] = [str(one) for one in _list(step.get("next_steps"))]
        elif kind not in ("start", "end"):
            raise InvalidInput(
                f"{_WRONG}: step {identifier} is {kind or 'not there'}.",
                "Only actions in a row or side by side are taken in.",
            )
        if len(seen) > 4 * _MOST_STEPS:
            raise InvalidInput(f"{_WRONG}: it has too many steps.", "Divide it.")
        following = step.get("on_completion") or step.get("on_success")
        if following:
            waiting.append(str(following))


def _step(step: Json, agents: Json, within_s: int) -> PlanStep:
    commands = [_dict(one) for one in _list(step.get("commands"))]
    machine = [str(one.get("type")) for one in commands if one.get("type") != "manual"]
    if machine or not commands:
        raise InvalidInput(
            f"{_WRONG}: {step.get('name')!r} runs {', '.join(machine) or 'nothing'}.",
            "Here people act: give manual commands.",
        )
    own = _dict(_dict(step.get("step_extensions")).get(_extension()))
    said = [str(one.get("command") or "") for one in commands]
    words = str(step.get("description") or "") or "; ".join(filter(None, said))
    en = words or str(step.get("name") or "")
    agent = str(_dict(agents.get(str(step.get("agent")))).get("name") or "operator")
    return PlanStep(
        role=str(own.get("role") or agent),
        en=en,
        ar=str(own.get("ar") or en),
        within_s=_whole(own.get("within_s", within_s)),
    )


def _timeout_s(step: Json) -> int:
    """Return a step's own time: CACAO counts milliseconds from its beginning."""
    return -(-_whole(step.get("timeout", 0)) // 1000)


def _id(kind: str, playbook: str, what: str) -> str:
    """Return an identifier that the same playbook always gets: a UUID in the form of version 4."""
    digest = hashlib.sha256(f"{playbook} {kind} {what}".encode()).digest()
    return f"{kind}--{uuid.UUID(bytes=digest[:16], version=4)}"


def _extension() -> str:
    return _id("extension-definition", "shanasheel", "response plan 1")


def _identity() -> str:
    return _id("identity", "shanasheel", "software")


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:32].strip("-") or "playbook"


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{_WRONG}: {value!r} is no whole number.", "Mend the file.")
    return value
