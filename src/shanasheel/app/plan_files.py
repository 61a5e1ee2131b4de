"""Plans of response as files: YAML of ours, or one CACAO 2.0 playbook."""

from __future__ import annotations

import json
from collections.abc import Sequence

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shanasheel.app.playbooks import plan_of
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.response import PlanStep, ResponsePlan

_MOST_BYTES = 1 << 20


class StepFile(BaseModel):
    """A step as it stands in a file."""

    model_config = ConfigDict(extra="forbid")

    role: str
    within_s: int = 0
    en: str
    ar: str


class PlanFile(BaseModel):
    """A plan as it stands in a file."""

    model_config = ConfigDict(extra="forbid")

    name: str
    en: str
    ar: str
    kinds: list[str]
    acknowledge_s: int = 30
    escalate_s: int = 120
    escalate_to: str = "shift_lead"
    steps: list[StepFile]
    cacao: str = ""


class PlansFile(BaseModel):
    """A file of plans."""

    model_config = ConfigDict(extra="forbid")

    plans: list[PlanFile] = Field(max_length=100)


def plans_of(text: str) -> tuple[ResponsePlan, ...]:
    """Return the plans of a file: YAML of ours, or a CACAO 2.0 playbook in JSON.

    Raises:
        InvalidInput: it is neither, or too large; every fault is named with its place.
    """
    if len(text) > _MOST_BYTES:
        raise InvalidInput("The file is larger than 1 MiB.", "Give fewer plans.")
    try:
        body = yaml.safe_load(text)  # JSON is YAML
    except yaml.YAMLError as fault:
        raise InvalidInput(
            f"The file is not YAML: {fault}.", "Mend it; nothing was changed."
        ) from (fault)
    if isinstance(body, dict) and body.get("type") == "playbook":
        return (plan_of(_as_json(text)),)
    try:
        read = PlansFile.model_validate(body)
    except ValidationError as fault:
        where = "; ".join(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in fault.errors()
        )
        raise InvalidInput(f"The plans cannot be read: {where}.", "Mend the file.") from fault
    return tuple(_plan(one) for one in read.plans)


def yaml_of(plans: Sequence[ResponsePlan]) -> str:
    """Return plans as YAML that `plans_of` reads."""
    body = {"plans": [_file(plan).model_dump(exclude_defaults=True) for plan in plans]}
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=100)


def _as_json(text: str) -> dict[str, object]:
    try:
        body: dict[str, object] = json.loads(text)
    except ValueError as fault:
        raise InvalidInput(f"A playbook is JSON: {fault}.", "Mend the file.") from fault
    return body


def _plan(one: PlanFile) -> ResponsePlan:
    steps = tuple(
        PlanStep(role=step.role, within_s=step.within_s, en=step.en, ar=step.ar)
        for step in one.steps
    )
    return ResponsePlan(
        name=one.name, en=one.en, ar=one.ar, kinds=tuple(one.kinds), steps=steps,
        acknowledge_s=one.acknowledge_s, escalate_s=one.escalate_s, escalate_to=one.escalate_to,
        cacao=one.cacao,
    )  # fmt: skip


def _file(plan: ResponsePlan) -> PlanFile:
    steps = [
        StepFile(role=step.role, within_s=step.within_s, en=step.en, ar=step.ar)
        for step in plan.steps
    ]
    return PlanFile(
        name=plan.name, en=plan.en, ar=plan.ar, kinds=list(plan.kinds), steps=steps,
        acknowledge_s=plan.acknowledge_s, escalate_s=plan.escalate_s,
        escalate_to=plan.escalate_to, cacao=plan.cacao,
    )  # fmt: skip
