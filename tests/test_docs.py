"""The documentation keeps up with the code: a name the code has and the docs lack fails here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import click
import pytest
import typer
from pydantic import BaseModel

import shanasheel
from shanasheel.app import settings
from shanasheel.app.settings import read_settings
from shanasheel.base.errors import ShanasheelError
from shanasheel.cli.main import COMMANDS, make_app
from shanasheel.domain.alerts import AlertState, EventKind, SoundLike, Tampering
from shanasheel.domain.footage import GapCause, ShedCause
from shanasheel.watch.vision.cards import Family, InputCard, ModelCard, OutputCard

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
NOT_OURS = {".git", ".venv", ".venv-uv", "node_modules"}


def markdown_files() -> list[Path]:
    files = ROOT.rglob("*.md")
    return sorted(
        path
        for path in files
        if not any(
            part in NOT_OURS or part.startswith(".") for part in path.relative_to(ROOT).parts
        )
    )


def commands(group: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, by its full name."""
    children = getattr(group, "commands", None)
    if children is None:
        yield " ".join(words), group
        return
    for name, child in children.items():
        yield from commands(child, (*words, name))


def section(text: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of the same or a higher level."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"there is no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def error_classes() -> set[type[ShanasheelError]]:
    """Import the whole package, so that every leaf of the tree of errors is known."""
    for module in pkgutil.walk_packages(shanasheel.__path__, "shanasheel."):
        if not module.name.endswith((".migrations.env", ".__main__")):
            importlib.import_module(module.name)
    found: set[type[ShanasheelError]] = set()
    waiting = [ShanasheelError]
    while waiting:
        children = [c for c in waiting.pop().__subclasses__() if c.__module__.startswith("shana")]
        found.update(children)
        waiting += children
    return found


@pytest.mark.parametrize(
    ("name", "command"), list(commands(typer.main.get_command(make_app()), ("shanasheel",)))
)
def test_every_command_is_documented_with_every_option(name: str, command: click.Command) -> None:
    text = section((REFERENCE / "commands.md").read_text(), f"`{name}`")

    options = [
        word
        for parameter in command.params
        for word in (*parameter.opts, *parameter.secondary_opts)
        if word.startswith("--")
    ]

    missing = [word for word in options if f"`{word}" not in text and f" {word}`" not in text]
    assert not missing


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    whole = typer.main.get_command(make_app())
    told = {
        name: inspect.cleandoc(cmd.help or "").split("\n")[0]
        for name, cmd in whole.commands.items()
    }

    assert told == COMMANDS


def test_every_field_of_the_configuration_is_documented() -> None:
    text = (REFERENCE / "configuration.md").read_text()
    models = [
        value
        for value in vars(settings).values()
        if isinstance(value, type)
        and issubclass(value, BaseModel)
        and value.__module__ == settings.__name__
        and value.model_fields
    ]

    missing = [
        f"{model.__name__}.{field}"
        for model in models
        for field in model.model_fields
        if f"| `{field}` |" not in section(text, f"`{model.__name__}`")
    ]

    assert len(models) == 9
    assert not missing


@pytest.mark.parametrize(
    ("heading", "model"),
    [("The card", ModelCard), ("`input`", InputCard), ("`output`", OutputCard)],
)
def test_every_field_of_a_models_card_is_documented(heading: str, model: type[BaseModel]) -> None:
    text = section((REFERENCE / "models.md").read_text(), heading)

    missing = [
        field
        for field in model.model_fields
        if not re.search(rf"^\| [^|]*`{field}`[^|]* \|", text, re.MULTILINE)
    ]

    assert not missing
    assert all(f"| `{family.value}`" in text for family in Family) or heading == "`input`"


WORDS = (EventKind, SoundLike, Tampering, GapCause, ShedCause, AlertState)


@pytest.mark.parametrize("words", WORDS)
def test_every_word_of_events_gaps_and_alerts_is_documented(words: type[StrEnum]) -> None:
    text = section((REFERENCE / "events.md").read_text(), f"`{words.__name__}`")

    missing = [word.value for word in words if f"| `{word.value}` |" not in text]

    assert not missing


def test_every_error_is_documented_with_its_status_and_exit_code() -> None:
    text = (REFERENCE / "errors.md").read_text()

    missing = [
        error.__name__
        for error in error_classes()
        if not re.search(
            rf"^\| `{error.__name__}` \|.*\| {error.handling.http_status} "
            rf"\| {error.handling.exit_code} \|",
            text,
            re.MULTILINE,
        )
    ]

    assert not missing


@pytest.mark.parametrize("page", markdown_files(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    targets = [
        target.split("#")[0]
        for target in LINK.findall(page.read_text())
        if "://" not in target and not target.startswith(("#", "mailto:"))
    ]

    broken = [target for target in targets if not (page.parent / target).exists()]

    assert not broken


def test_the_screenshot_of_the_readme_is_a_picture() -> None:
    picture = ROOT / "docs" / "guide" / "wall.png"

    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_example_of_a_configuration_is_read(tmp_path: Path) -> None:
    blocks = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "docs/guide/cameras.md").read_text(), re.DOTALL | re.M
    )
    file = tmp_path / "cameras.yaml"
    file.write_text(blocks[0])

    found, cameras = read_settings(file)

    assert found.site
    assert cameras[0].zones
    assert cameras[0].lines
