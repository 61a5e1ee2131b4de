"""Combinations as YAML; every fault names its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.alerts import Priority
from shanasheel.domain.combining import Combination, check_hours
from shanasheel.warn.combining import conditions_of

_KEYS = ("name", "when", "hours", "priority", "watched")  # YAML takes a bare `on` for true


def read_combinations(file: Path) -> tuple[Combination, ...]:
    """Return the combinations that a file lists.

    Raises:
        NotFound: there is no such file.
        InvalidInput: names the line of what is wrong in it.
    """
    try:
        text = file.read_text("utf-8")
    except OSError as fault:
        raise NotFound(f"{file} cannot be read.", "Give the path of a YAML file.") from fault
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as fault:
        raise InvalidInput(f"{file}: {fault}", "Mend the YAML.") from fault
    listed = _child(root, "combinations")
    if not isinstance(listed, yaml.SequenceNode):
        raise InvalidInput(f"{file} lists no combinations.", "Give it a list `combinations`.")
    return tuple(_read(file, node) for node in listed.value)


def _read(file: Path, node: yaml.Node) -> Combination:
    where = f"{file}, line {node.start_mark.line + 1}"
    body: Any = yaml.SafeLoader("").construct_document(node)
    if not isinstance(body, dict):
        raise InvalidInput(f"{where}: this is no combination.", "Give name and when.")
    unknown = [key for key in body if key not in _KEYS]
    missing = [key for key in ("name", "when") if not isinstance(body.get(key), str)]
    if unknown or missing:
        what = f"{unknown[0]!r} is not known" if unknown else f"{missing[0]} is missing"
        raise InvalidInput(f"{where}: {what}.", f"There are: {', '.join(_KEYS)}.")
    try:
        priority, on = Priority(body.get("priority", "high")), body.get("watched", True)
    except ValueError as fault:
        raise InvalidInput(
            f"{where}: priority {body['priority']!r} is none.", "Give high, normal or low."
        ) from fault
    if not isinstance(on, bool):
        raise InvalidInput(f"{where}: watched is {on!r}.", "Give true or false.")
    hours = _hours(file, node)
    try:
        conditions_of(body["when"])
        return Combination(
            name=body["name"], when=body["when"], priority=priority, on=on, hours=hours
        )
    except InvalidInput as fault:
        at = _child(node, "when") or node
        raise InvalidInput(
            f"{file}, line {at.start_mark.line + 1}: {fault.message}", fault.remedy
        ) from fault


def _hours(file: Path, node: yaml.Node) -> tuple[str, ...]:
    """Return the hours of a combination, each of which may be wrong in its own line."""
    listed = _child(node, "hours")
    if listed is None:
        return ()
    texts = list(listed.value) if isinstance(listed, yaml.SequenceNode) else [listed]
    for text in texts:
        where = f"{file}, line {text.start_mark.line + 1}"
        if not isinstance(text, yaml.ScalarNode):
            raise InvalidInput(f"{where}: these are no hours.", "Give texts, '22:00-05:00'.")
        try:
            check_hours((text.value,))
        except InvalidInput as fault:
            raise InvalidInput(f"{where}: {fault.message}", fault.remedy) from fault
    return tuple(text.value for text in texts)


def combinations_text(combinations: Sequence[Combination]) -> str:
    """Return the YAML that lists combinations."""
    body = {"combinations": [
        {"name": one.name, "when": one.when, **({"hours": list(one.hours)} if one.hours else {}),
         "priority": one.priority.value, "watched": one.on}
        for one in combinations
    ]}  # fmt: skip
    text: str = yaml.safe_dump(body, allow_unicode=True, sort_keys=False)
    return text


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)
