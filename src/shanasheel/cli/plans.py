"""`shanasheel plans`: what is done once an alert is confirmed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions.access import LOCAL
from shanasheel.actions.plans import list_plans, put_in_plans, show_plan
from shanasheel.api import present_response
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.plan_files import plans_of, yaml_of
from shanasheel.app.playbooks import playbook_of
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import InvalidInput
from shanasheel.cli.options import DataOption, JsonOption

app = typer.Typer(no_args_is_help=True, help="What is done once an alert is confirmed.")


@app.command("list")
def list_all(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the plans in force.

    Example: [bold]shanasheel plans list[/bold]
    """
    with open_beside(open_folder(data or default_folder())) as site:
        found = list_plans(site)
    if as_json:
        typer.echo(json.dumps([present_response.plan(one) for one in found], ensure_ascii=False))
        return
    for plan in found:
        typer.echo(
            f"{plan.name:<20} {len(plan.steps)} steps, asks louder after {plan.acknowledge_s} s, "
            f"passes to {plan.escalate_to} after {plan.escalate_s} s; for {', '.join(plan.kinds)}"
        )


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of the plan.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print one plan as YAML.

    Example: [bold]shanasheel plans show armed-attack[/bold]
    """
    with open_beside(open_folder(data or default_folder())) as site:
        plan = show_plan(site, name)
    if as_json:
        typer.echo(json.dumps(present_response.plan(plan), ensure_ascii=False))
        return
    typer.echo(yaml_of([plan]), nl=False)


@app.command("apply")
def apply_file(
    file: Annotated[Path, typer.Argument(help="YAML of plans, or one CACAO 2.0 playbook (JSON).")],
    kinds: Annotated[
        list[str] | None, typer.Option("--for", help="Kind of alert it is for, instead of its own.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Put plans in force, each in place of the one of its name.

    Responses that run go on as they began. Plans of other names stay.

    Example: [bold]shanasheel plans apply plans.yaml[/bold]

    Example: [bold]shanasheel plans apply playbook.json --for shot_heard[/bold]
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"{file} cannot be read: {fault}.", "Give YAML or JSON.") from fault
    plans = plans_of(text)
    if kinds:
        plans = tuple(replace(plan, kinds=tuple(kinds)) for plan in plans)
    with open_beside(open_folder(data or default_folder())) as site:
        changed = put_in_plans(site, LOCAL, plans)
    typer.echo(f"changed: {', '.join(changed) or 'nothing'}")


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="One plan; all of them unless given.")] = "",
    cacao: Annotated[
        bool, typer.Option("--cacao", help="One plan as a CACAO 2.0 playbook (JSON).")
    ] = False,
    data: DataOption = None,
) -> None:
    """Print plans as YAML that `apply` takes, or one as a CACAO 2.0 playbook.

    Example: [bold]shanasheel plans export > plans.yaml[/bold]

    Example: [bold]shanasheel plans export armed-attack --cacao > attack.json[/bold]
    """
    if cacao and not name:
        raise InvalidInput("A playbook is one plan.", "Name the plan.")
    with open_beside(open_folder(data or default_folder())) as site:
        found = [show_plan(site, name)] if name else list(list_plans(site))
        now = site.clock.now()
    if cacao:
        typer.echo(json.dumps(playbook_of(found[0], now), ensure_ascii=False, indent=2))
        return
    typer.echo(yaml_of(found), nl=False)
