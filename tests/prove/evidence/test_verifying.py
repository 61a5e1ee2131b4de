"""A stranger verifies a bundle by a policy of their own, in words of their own language."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bundled import Bundle, make_bundle
from exhibited import Exhibited, exhibited
from shanasheel.actions.access import LOCAL
from shanasheel.actions.keeping import hold_footage, set_keep_rule
from shanasheel.actions.sweeping import sweep
from shanasheel.cli.main import make_app
from shanasheel.domain.keeping import KeepRule
from shanasheel.prove.evidence import LANGUAGES, State
from shanasheel.prove.evidence.report import words
from sites import disk


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibited]:
    with exhibited(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def bundle(place: Exhibited, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(place, tmp_path_factory.mktemp("bundle"))


def test_an_untouched_bundle_holds_as_folder_and_as_zip(
    place: Exhibited, bundle: Bundle, tmp_path: Path
) -> None:
    zipped = make_bundle(place, tmp_path, name="bundle.zip")
    repacked = bundle.copy(tmp_path / "again")
    shutil.make_archive(str(tmp_path / "deflated"), "zip", repacked.path.parent, "bundle")
    deflated = Bundle(tmp_path / "deflated.zip", bundle.policy, repacked.seal)

    for one in (bundle, zipped, deflated):
        report = one.verify()
        assert report.holds, report.lines("en")
        assert [step.number for step in report.steps] == list(range(1, 16))
        assert report.log == place.verifier_key.split("+")[0]


def test_the_report_says_how_much_is_there_when_it_was_logged_and_who_looked(
    bundle: Bundle,
) -> None:
    steps = {step.name: step for step in bundle.verify().steps}

    covered = [one.given for one in steps["complete"].findings if one.key == "covered"]
    assert [(one["camera"], one["seconds"]) for one in covered] == [("A", "8.0"), ("B", "8.0")]
    assert [one.key for one in steps["bounds"].findings] == ["not_after"]
    assert {one.key for one in steps["custody"].findings} >= {"exhibit_opened", "made", "held"}
    assert steps["custody"].state is State.TOLD
    assert "independent" in {one.key for one in steps["quorum"].findings}


def test_a_gap_with_its_cause_and_footage_deleted_by_rule_are_explained(tmp_path: Path) -> None:
    with exhibited(tmp_path) as place:
        place.gap("A", place.end, place.end + timedelta(seconds=5))
        place.gap("B", place.end, place.end + timedelta(seconds=5))
        bundle = make_bundle(place, tmp_path, end=place.end + timedelta(seconds=5))

        report = bundle.verify()

    assert report.holds, report.lines("en")
    complete = next(step for step in report.steps if step.name == "complete")
    gaps = [one.given for one in complete.findings if one.key == "gap"]
    assert [(one["camera"], one["cause"]) for one in gaps] == [
        ("A", "signal_lost"), ("B", "signal_lost"),
    ]  # fmt: skip


def test_what_the_site_has_no_record_of_is_said_and_not_taken_for_footage(tmp_path: Path) -> None:
    with exhibited(tmp_path) as place:
        bundle = make_bundle(place, tmp_path, start=place.start - timedelta(seconds=30))
        report = bundle.verify()

    assert report.holds
    complete = next(step for step in report.steps if step.name == "complete")
    assert [one.key for one in complete.findings].count("unrecorded") == 2


def test_a_policy_of_others_a_quorum_too_large_and_a_forged_line_are_refused(
    place: Exhibited, bundle: Bundle
) -> None:
    one_more = place.policy(3).replace(b"group most 3", b"group most 2")
    assert bundle.verify(policy=one_more).holds
    stranger = bundle.policy.replace(b"log ", b"#log ")
    failing = {s.name for s in bundle.verify(policy=stranger).steps if s.state is State.FAILS}
    assert "signed" in failing


def test_without_the_proof_beside_it_only_the_originals_can_be_judged(bundle: Bundle) -> None:
    alone = Bundle(bundle.path, bundle.policy, None)

    assert alone.failing() == {"sealed"}
    report = alone.verify(unsealed=True)
    assert report.holds
    assert report.steps[1].state is State.UNKNOWN


def test_the_command_tells_every_step_in_both_languages_and_ends_with_8_when_it_fails(
    bundle: Bundle, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_bytes(bundle.policy)
    copied = bundle.copy(tmp_path)
    command = ["evidence", "verify", str(copied.path), "--policy", str(policy)]

    for language in LANGUAGES:
        told = CliRunner().invoke(make_app("evidence"), [*command, "--lang", language])
        assert told.exit_code == 0, told.output
        assert "{" not in told.output
        assert words(language)["verdict.holds"] in told.output
    next(copied.path.glob("data/originals/**/*.mp4")).unlink()
    told = CliRunner().invoke(make_app("evidence"), [*command, "--json"])
    assert told.exit_code == 8
    report = json.loads(told.stdout)
    assert not report["holds"]
    assert {s["name"] for s in report["steps"] if s["state"] == "fails"} == {
        "whole", "exact", "complete",
    }  # fmt: skip


def test_the_words_are_the_same_in_both_languages() -> None:
    arabic, english = (words(language) for language in LANGUAGES)

    assert list(arabic) == list(english)
    for key, text in english.items():
        assert sorted(_blanks(text)) == sorted(_blanks(arabic[key])), key


def _blanks(text: str) -> list[str]:
    return [part.split("}")[0] for part in text.split("{")[1:]]


def test_a_zip_made_by_others_tools_is_read_from_its_stored_bytes(
    bundle: Bundle, tmp_path: Path
) -> None:
    target = tmp_path / "made.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(bundle.path.rglob("*")):
            archive.write(path, Path("E") / path.relative_to(bundle.path))

    assert Bundle(target, bundle.policy, bundle.seal).verify().holds


def test_footage_that_expired_before_is_told_as_deleted_by_rule(tmp_path: Path) -> None:
    with exhibited(tmp_path) as place:
        set_keep_rule(place.site, KeepRule(days=0.001, alert_days=0.001))
        hold_footage(
            place.site, LOCAL, cameras=["A"], start=place.start + timedelta(seconds=3),
            end=place.end, reason="what is left",
        )  # fmt: skip
        place.site.sequencer.catch_up()
        while sweep(place.site, disk(place.site.data)).segments:
            pass
        bundle = make_bundle(place, tmp_path, cameras=["A"])

    report = bundle.verify()
    assert report.holds, report.lines("en")
    found = {step.name: [one.key for one in step.findings] for step in report.steps}
    assert "deleted" in found["exact"]
    assert "gone" in found["complete"]
