"""The rules of a camera in the configuration file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from shanasheel.app.yaml_places import YamlPlaces
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.rules import Rule, RuleKind, Sensitivity, fault_of


class RuleSettings(BaseModel):
    """Something else a camera watches for, or one of the usual rules changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: RuleKind
    zone: str = Field(default="", max_length=80)
    line: str = Field(default="", max_length=80)
    enabled: bool = True
    sensitivity: Sensitivity = Sensitivity.NORMAL
    after_s: float | None = Field(default=None, gt=0, le=86_400)
    people: int | None = Field(default=None, ge=1, le=1_000)
    away_m: float | None = Field(default=None, gt=0, le=100)
    hours: list[str] = Field(default=[], max_length=32)

    def record(self) -> Rule:
        """Return the record of it."""
        return Rule(**{**self.model_dump(), "hours": tuple(self.hours)})


class Named(Protocol):
    """A zone or line of the file."""

    @property
    def name(self) -> str: ...  # noqa: D102


class Listed(Protocol):
    """A camera of the file, as far as rules go."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def rules(self) -> Sequence[RuleSettings]: ...  # noqa: D102
    @property
    def zones(self) -> Sequence[Named]: ...  # noqa: D102
    @property
    def lines(self) -> Sequence[Named]: ...  # noqa: D102


def check_rules(path: Path, cameras: Sequence[Listed], at: YamlPlaces) -> None:
    """Refuse rules that do not fit their camera, all of them at once, each with its line.

    Raises:
        InvalidInput: naming the camera, the rule and the line of each fault.
    """
    faults = []
    for place, camera in enumerate(cameras):
        zones = tuple(zone.name for zone in camera.zones)
        lines = tuple(line.name for line in camera.lines)
        for number, rule in enumerate(camera.rules):
            fault = fault_of(rule.record(), zones=zones, lines=lines)
            if fault:
                line = at.line(("cameras", place, "rules", number))
                faults.append(f"camera {camera.id}, rule {fault} (line {line})")
    if faults:
        raise InvalidInput(f"{path}: {'; '.join(faults)}.", "See docs/guide/rules.md.")
