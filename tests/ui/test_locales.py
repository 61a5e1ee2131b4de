"""Both languages say everything, and nothing is kept that nobody says."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

import shanasheel
import shanasheel.ui
from shanasheel.actions.intake_outcomes import IntakeState
from shanasheel.actions.proof_report import Wrong
from shanasheel.base.errors import Invariant
from shanasheel.domain.alerts import (
    AlertState,
    Escalation,
    EventKind,
    Priority,
    SoundLike,
    Tampering,
    Urgency,
)
from shanasheel.domain.cameras import Kind
from shanasheel.domain.cosigning import CosignerFault
from shanasheel.domain.described import Colour, Towards
from shanasheel.domain.footage import GapCause, ShedCause
from shanasheel.domain.heard import Unplaced
from shanasheel.domain.people import Purpose, Role
from shanasheel.domain.receivers import AcknowledgedBy, DeliveryState, ReceiverKind, Said
from shanasheel.domain.response import Logged, ResponseState, StepState
from shanasheel.domain.shielding import Hide
from shanasheel.domain.stamping import StampFault
from shanasheel.prove.ledger import Dependence
from shanasheel.ui.locales import LANGUAGES, preferred, strings, text

UI = Path(shanasheel.ui.__file__).parent
SOURCES = "\n".join(
    file.read_text("utf-8")
    for file in sorted(UI.rglob("*"))
    if file.suffix in {".py", ".js"} and file.name != "locales.py"
)
PLACEHOLDER = re.compile(r"\{(\w+)\}")

#: Families of words and the values that records may hold.
FAMILIES: dict[str, type[StrEnum] | tuple[StrEnum, ...]] = {
    "kind": EventKind,
    "tamper": Tampering,
    "heard": SoundLike,
    "reason": EventKind,
    "cosigner_fault": (*CosignerFault, *StampFault),
    "cosigner_dependence": Dependence,
    "state": AlertState,
    "filter": AlertState,
    "decided": AlertState,
    "priority": Priority,
    "urgency": Urgency,
    "escalation": Escalation,
    "logged": Logged,
    "response_state": ResponseState,
    "step_state": StepState,
    "cause": GapCause,
    "shed": ShedCause,
    "purpose": Purpose,
    "role": Role,
    "thing": Kind,
    "type": Kind,
    "proof_reason": Wrong,
    "intake_state": IntakeState,
    "hide": Hide,
    "receiver_kind": ReceiverKind,
    "said": Said,
    "delivery_state": DeliveryState,
    "acknowledged_how": AcknowledgedBy,
    "colour": Colour,
    "coloured": Colour,
    "towards": Towards,
    "towards_person": Towards,
    "way": Towards,
    "sound_unplaced": Unplaced,
}


def used_keys() -> set[str]:
    return set(re.findall(r"""\b(?:t|text)\((?:lang, )?["']([\w.]+)["']""", SOURCES))


def used_families() -> set[str]:
    return set(re.findall(r"""\btk\(["'](\w+)["']""", SOURCES)) | {
        "cause",
        "clock_of",
        "direction",
        "heard",
        "sign",
        "tamper",
        "coloured",
        "towards",
        "towards_person",
    }


def test_both_languages_have_the_same_keys() -> None:
    assert set(strings("ar")) == set(strings("en"))


def test_both_languages_have_the_same_placeholders() -> None:
    arabic, english = strings("ar"), strings("en")

    different = {
        key
        for key in english
        if set(PLACEHOLDER.findall(arabic[key])) != set(PLACEHOLDER.findall(english[key]))
    }

    assert different == set()


def test_no_string_is_empty() -> None:
    assert {key for lang in LANGUAGES for key, words in strings(lang).items() if not words} == set()


def test_every_key_that_pages_name_exists() -> None:
    assert used_keys() - set(strings("en")) == set()


def test_every_family_that_pages_name_exists() -> None:
    families = {key.split(".")[0] for key in strings("en") if "." in key}

    assert used_families() - families == set()


def test_no_string_is_unused() -> None:
    literals = set(re.findall(r"""["']([\w.]+)["']""", SOURCES))
    kept = {
        key
        for key in strings("en")
        if key not in literals and key.split(".")[0] not in used_families()
    }

    assert kept == set()


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_value_that_a_record_may_hold_has_words(family: str) -> None:
    missing = {
        value
        for value in FAMILIES[family]
        for lang in LANGUAGES
        if f"{family}.{value}" not in strings(lang)
    }

    # `reason` and `kind` words exist for every rule, and so on: a new value needs new words.
    assert missing == set()


def test_every_fault_with_a_name_has_words_and_what_to_do() -> None:
    package = Path(shanasheel.__file__).parent
    named = {
        key
        for file in package.rglob("*.py")
        if "ui" not in file.relative_to(package).parts
        for key in re.findall(r"""\bkey=["'](\w+)["']""", file.read_text("utf-8"))
    } | {"malformed", "intake_died"}

    assert len(named) > 30
    for lang in LANGUAGES:
        for family in ("problem", "remedy"):
            assert {key for key in named if f"{family}.{key}" not in strings(lang)} == set()


def test_a_missing_key_raises() -> None:
    with pytest.raises(Invariant, match="no_such_key"):
        text("en", "no_such_key")


def test_a_missing_placeholder_raises() -> None:
    with pytest.raises(Invariant, match="seconds"):
        text("ar", "camera.delay_s")


def test_the_choice_of_the_visitor_wins_over_the_browser() -> None:
    assert preferred("en", "ar-IQ,ar;q=0.9") == "en"
    assert preferred("nonsense", "en;q=0.4, ar;q=x") == "en"
    assert preferred(None, "fr") == "ar"
    assert preferred(None, None) == "ar"
