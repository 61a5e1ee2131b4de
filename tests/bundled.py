"""A bundle to mutate and to verify."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

from exhibited import Exhibited
from shanasheel.prove.evidence import (
    BundleReport,
    Finding,
    State,
    Verifying,
    open_bag,
    verify_bundle,
)
from shanasheel.prove.evidence.standalone import verify as standalone
from shanasheel.prove.ledger import parse_policy


@dataclass(frozen=True)
class Bundle:
    """A bundle with the policy of who verifies it, and the file beside it."""

    path: Path
    policy: bytes
    seal: bytes | None

    def copy(self, folder: Path) -> Bundle:
        target = folder / self.path.name
        if self.path.is_dir():
            shutil.copytree(self.path, target)
        else:
            folder.mkdir(exist_ok=True, parents=True)
            shutil.copyfile(self.path, target)
        if self.seal is not None:
            target.with_name(f"{target.name}.tlog-proof").write_bytes(self.seal)
        return Bundle(target, self.policy, self.seal)

    def verify(
        self, *, policy: bytes | None = None, unsealed: bool = False, quick: bool = False
    ) -> BundleReport:
        bag = open_bag(self.path)
        try:
            asked = Verifying(
                policy=parse_policy(policy or self.policy), now_s=int(time.time()),
                seal=self.seal, unsealed=unsealed, quick=quick,
            )  # fmt: skip
            report = verify_bundle(bag, asked)
        finally:
            bag.close()
        by_file = by_one_file(self, asked.now_s, policy or self.policy, unsealed)
        assert by_file == keys_of(unread(report, self))
        return report

    def failing(self, *, policy: bytes | None = None) -> set[str]:
        report = self.verify(policy=policy)
        return {step.name for step in report.steps if step.state is State.FAILS}

    def keys(self, name: str) -> list[str]:
        """Return what a step found."""
        return [
            finding.key
            for step in self.verify().steps
            if step.name == name
            for finding in step.findings
        ]


def unread(report: BundleReport, bundle: Bundle) -> BundleReport:
    """Return a report as those find it who read neither clips, claims nor case files."""
    sidecars = sum(name.startswith("data/claims/") for name in sizes_of(bundle.path))
    told = {
        "clips": Finding("clips_unread"),
        "claims": Finding("claims_unread", {"count": str(sidecars)}),
        "case": Finding("case_unread"),
    }
    steps = [
        replace(step, state=State.UNKNOWN, findings=(told[step.name],))
        if step.name in told
        else step
        for step in report.steps
    ]
    return replace(report, steps=tuple(steps))


def sizes_of(path: Path) -> dict[str, int]:
    bag = open_bag(path)
    try:
        return dict(bag.sizes)
    finally:
        bag.close()


def keys_of(report: BundleReport) -> list[tuple[str, str, list[str]]]:
    return [
        (step.name, step.state.value, [one.key for one in step.findings]) for step in report.steps
    ]


def by_one_file(
    bundle: Bundle, now_s: int, policy: bytes, unsealed: bool = False
) -> list[tuple[str, str, list[str]]]:
    """Return the steps as the verifier finds them that is one Python file."""
    done = standalone.Verification(
        standalone.Bag(bundle.path), standalone.Policy(policy), now_s, bundle.seal
    )
    try:
        done.run(unsealed=unsealed)
    finally:
        done.bag.close()
    return [
        (step["name"], step["state"], [one.key for one in step["findings"]]) for step in done.steps
    ]


def make_bundle(
    place: Exhibited, folder: Path, *, name: str = "bundle", **changed: object
) -> Bundle:
    exhibit = place.exhibit(**changed)
    made = place.export(folder / name, exhibit)
    return Bundle(made.bundle, place.policy(), made.proof.read_bytes())
