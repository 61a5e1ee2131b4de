"""Plans of response: which are in force, and putting in one's own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.errors import Denied, InvalidInput, NotFound
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person, Role
from shanasheel.domain.response import ResponsePlan
from shanasheel.warn import DEFAULT_PLANS, plans_in_force

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_MOST_STEPS = 50


def list_plans(site: Site) -> tuple[ResponsePlan, ...]:
    """Return the plans in force: the site's own first, by name, then the defaults left."""
    with site.store.read() as rows:
        return plans_in_force(rows.response.plans())


def show_plan(site: Site, name: str) -> ResponsePlan:
    """Return one plan in force.

    Raises:
        NotFound: there is none of this name.
    """
    found = next((plan for plan in list_plans(site) if plan.name == name), None)
    if found is None:
        raise NotFound(f"There is no plan {name!r}.", "See `shanasheel plans list`.")
    return found


def put_in_plans(site: Site, who: Person, plans: Sequence[ResponsePlan]) -> tuple[str, ...]:
    """Put plans in force, each in place of the one of its name; return which changed.

    All or none, with a fact for each that changed. Responses that run go on as they began.

    Raises:
        Denied: only investigators and technicians change plans.
        InvalidInput: a plan is not acceptable; every fault is named.
    """
    if who.role not in (Role.INVESTIGATOR, Role.TECHNICIAN):
        raise Denied("Investigators and technicians change plans.", "Ask one of them.")
    faults = [fault for plan in plans for fault in _faults(plan)]
    names = [plan.name for plan in plans]
    faults += [f"{name}: stands there twice" for name in set(names) if names.count(name) > 1]
    if faults:
        raise InvalidInput("; ".join(faults) + ".", "Mend the plans; nothing was changed.")
    with site.store.begin() as rows:
        stored = rows.response.plans()
        known = {plan.name: plan for plan in plans_in_force(stored)}
        changed = [plan for plan in plans if known.get(plan.name) != plan]
        for plan in changed:
            if plan in DEFAULT_PLANS:
                rows.response.drop_plan(plan.name)
            else:
                rows.response.save_plan(plan)
            body = {
                "what": "plan", "name": plan.name, "by": who.name, "kinds": list(plan.kinds),
                "acknowledge_s": plan.acknowledge_s, "escalate_s": plan.escalate_s,
                "escalate_to": plan.escalate_to,
                "steps": [[step.role, step.en, step.ar, step.within_s] for step in plan.steps],
            }  # fmt: skip
            rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
    return tuple(plan.name for plan in changed)


def _faults(plan: ResponsePlan) -> list[str]:
    times = (plan.acknowledge_s, plan.escalate_s, *(step.within_s for step in plan.steps))
    checks = {
        "its name is not 1 to 32 of a-z 0-9 -": _NAME.fullmatch(plan.name),
        "it has no title in English or Arabic": plan.en.strip() and plan.ar.strip(),
        "it names no kind": plan.kinds,
        f"it has not 1 to {_MOST_STEPS} steps": 1 <= len(plan.steps) <= _MOST_STEPS,
        "a time is negative or above a week": all(0 <= one <= 7 * 86_400 for one in times),
        "it escalates before it reminds": not 0 < plan.escalate_s < plan.acknowledge_s,
        "a step has no role or no words": all(
            step.role.strip() and step.en.strip() and step.ar.strip() for step in plan.steps
        ),
        "a text is above 1,000 characters": all(
            len(text) <= 1000 for step in plan.steps for text in (step.role, step.en, step.ar)
        ),
    }
    return [f"{plan.name}: {fault}" for fault, fine in checks.items() if not fine]
