"""The docs name everything the code offers, and their links and examples hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from shanasheel.app import settings
from shanasheel.app.settings import read_settings
from shanasheel.base import errors
from shanasheel.cli.main import app
from shanasheel.domain.alerts import AlertState, EventKind
from shanasheel.domain.footage import GapCause

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"


def commands(command: object, name: str) -> Iterator[tuple[str, object]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for word, child in children.items():
        yield from commands(child, f"{name} {word}")


def test_every_command_and_option_is_documented() -> None:
    text = (REFERENCE / "commands.md").read_text()

    missing = []
    for name, command in commands(get_command(app), "shanasheel"):
        _, found, section = text.partition(f"## `{name}`\n")
        section = section.split("\n## ")[0]
        missing += [] if found else [name]
        for parameter in command.params:  # type: ignore[attr-defined]
            for option in [o for o in parameter.opts if o.startswith("--") and o != "--help"]:
                missing += [] if option in section else [f"{name} {option}"]

    assert missing == []


def test_every_command_has_help_with_an_example() -> None:
    for name, command in commands(get_command(app), "shanasheel"):
        assert "Example:" in (command.help or ""), name  # type: ignore[attr-defined]


def test_every_setting_is_documented() -> None:
    text = (REFERENCE / "configuration.md").read_text()
    models = (
        settings.Settings, settings.CameraSettings, settings.PlaceSettings,
        settings.ZoneSettings, settings.LineSettings,
    )  # fmt: skip

    for model in models:
        section = text.partition(f"## {model.__name__}\n")[2].split("\n## ")[0]
        assert [field for field in model.model_fields if f"`{field}`" not in section] == []


def test_every_event_cause_state_and_error_is_documented() -> None:
    text = (REFERENCE / "words.md").read_text()
    words = [*(kind.value for kind in EventKind), *(cause.value for cause in GapCause)]
    words += [state.value for state in AlertState]
    words += [error.__name__ for error in errors.ShanasheelError.__subclasses__()
              if error.__module__ == errors.__name__]  # fmt: skip

    assert [word for word in words if f"`{word}`" not in text] == []


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text())

    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]

    assert broken == []


def test_the_example_configuration_is_valid(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guide" / "cameras.md").read_text()
    file = tmp_path / "cameras.yaml"
    file.write_text(guide.split("```yaml\n")[1].split("```")[0])

    known, cameras = read_settings(file)

    assert known.site == "Basra, old town"
    assert [camera.id for camera in cameras] == ["BSR-001", "BSR-002"]
