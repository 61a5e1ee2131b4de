"""Rules in the configuration file: what is refused says the camera, the rule and the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from shanasheel.app.settings import as_settings, parse_settings
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.rules import RuleKind, Sensitivity

FILE = Path("/the file")
CAMERA = """
cameras:
  - id: gate
    url: gate.mp4
    time_zone: Asia/Baghdad
    zones:
      - {name: kerb, points: [[0, 0], [1, 0], [1, 1]], rules: [], hours: ["22:00-05:00"]}
    lines:
      - {name: lane, start: [0, 0], end: [1, 1]}
    rules:
"""
GOOD = """
      - {rule: stopped_vehicle, zone: kerb, after_s: 90, sensitivity: high}
      - {rule: wrong_way, line: lane, hours: ["sun-thu 06:00-22:00"]}
      - {rule: drive_by, enabled: false}
"""


def test_rules_of_the_file_come_back_as_they_were() -> None:
    _settings, cameras = parse_settings((CAMERA + GOOD).encode(), FILE)

    assert cameras is not None
    (camera,) = cameras
    assert [one.rule for one in camera.rules] == [
        RuleKind.STOPPED_VEHICLE, RuleKind.WRONG_WAY, RuleKind.DRIVE_BY,
    ]  # fmt: skip
    assert camera.rules[0].sensitivity is Sensitivity.HIGH
    assert camera.rules[1].hours == ("sun-thu 06:00-22:00",)
    listed = as_settings(camera, hide=True)
    assert listed["rules"] == [
        {"rule": "stopped_vehicle", "zone": "kerb", "after_s": 90.0, "sensitivity": "high"},
        {"rule": "wrong_way", "line": "lane", "hours": ["sun-thu 06:00-22:00"]},
        {"rule": "drive_by", "enabled": False},
    ]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("{rule: stopped_vehicle}", "camera gate, rule stopped_vehicle needs a zone (line 12)"),
        ("{rule: crowd, zone: yard}", "there is no zone 'yard' (line 12)"),
        ("{rule: curfew}", "rule curfew needs hours (line 12)"),
        ("{rule: loitering}", "stands under its zone or line, not under rules (line 12)"),
        ("{rule: drive_by, after_s: 3}", "drive_by takes no after_s (line 12)"),
        ("{rule: curfew, hours: [25:00-26:00]}", "'25:00-26:00' are no hours"),
        ("{rule: wrong_way, line: lane, sensitivity: most}", "$.cameras[0].rules[1].sensitivity"),
        ("{rule: ambush}", "(line 12)"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_with_its_line(rule: str, says: str) -> None:
    text = f"{CAMERA}      - {{rule: person_down}}\n      - {rule}\n"

    with pytest.raises(InvalidInput) as refused:
        parse_settings(text.encode(), FILE)

    assert says in refused.value.message


def test_a_time_zone_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        parse_settings((CAMERA.replace("Asia/Baghdad", "Asia/Nowhere") + GOOD).encode(), FILE)
