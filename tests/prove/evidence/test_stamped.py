"""Timestamps in a bundle: verified by the verifier's own roots, and by OpenSSL's own command."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bundled import Bundle, make_bundle
from exhibited import Exhibited, exhibited
from shanasheel.prove.evidence import BundleStep, State, Verifying, open_bag, verify_bundle
from shanasheel.prove.ledger import parse_policy
from shanasheel.prove.ledger.stamps import KeptStamps
from shanasheel.prove.ledger.timestamps import timestamp_query, trust_of
from stamping import LocalAuthority, make_authority


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bundle, LocalAuthority]]:
    """A bundle of a site whose log an authority stamped before and after the second recording."""
    root = tmp_path_factory.mktemp("site")
    authority = make_authority(root / "court")
    with exhibited(root) as place:
        stamp(place, authority)
        film = root / "film.mp4"
        start = place.end
        place.record(film, "A", start)
        place.site.sequencer.catch_up()
        stamp(place, authority)
        yield make_bundle(
            place, root, cameras=["A"], start=start, end=start + (place.end - place.start)
        ), authority  # fmt: skip


def stamp(place: Exhibited, authority: LocalAuthority) -> None:
    kept = KeptStamps(place.folder.ledger)
    data = kept.to_stamp((place.folder.ledger / "checkpoint").read_bytes())
    kept.add("court", data, authority.reply(timestamp_query(data)[0]))


def bounds(bundle: Bundle, root: Path) -> BundleStep:
    bag = open_bag(bundle.path)
    try:
        asked = Verifying(
            policy=parse_policy(bundle.policy), now_s=int(time.time()), seal=bundle.seal,
            trust=trust_of([root.read_text()]),
        )  # fmt: skip
        return next(one for one in verify_bundle(bag, asked).steps if one.name == "bounds")
    finally:
        bag.close()


def test_footage_lies_between_two_timestamps_of_an_authority_the_verifier_trusts(
    stamped: tuple[Bundle, LocalAuthority],
) -> None:
    bundle, authority = stamped

    step = bounds(bundle, authority.root)

    assert step.state is State.HOLDS
    found = {one.key: one.given for one in step.findings}
    assert set(found) == {"not_after", "stamped_before", "stamped_after"}
    assert found["stamped_before"]["at"] <= found["stamped_after"]["at"]
    assert {"stamp_before", "stamp_after"} <= set(bundle.keys("bounds"))  # without roots: told


def test_an_authority_that_is_not_trusted_vouches_for_nothing(
    stamped: tuple[Bundle, LocalAuthority], tmp_path: Path
) -> None:
    other = make_authority(tmp_path / "other")

    step = bounds(stamped[0], other.root)

    assert step.state is State.FAILS
    assert {one.key for one in step.findings} >= {"no_stamp", "stamp_unverified"}


def test_a_timestamp_of_other_bytes_is_found(
    stamped: tuple[Bundle, LocalAuthority], tmp_path: Path
) -> None:
    bundle = stamped[0].copy(tmp_path)
    first, second = sorted(bundle.path.glob("data/timestamps/*/court.tsr"))
    second.write_bytes(first.read_bytes())

    step = bounds(bundle, stamped[1].root)

    assert step.state is State.FAILS


def test_the_command_of_the_text_verifies_them_with_openssl(
    stamped: tuple[Bundle, LocalAuthority], tmp_path: Path
) -> None:
    bundle, authority = stamped
    text = (bundle.path / "VERIFY-en.txt").read_text()
    (command,) = [line for line in text.splitlines() if "openssl ts -verify" in line]
    command = command.replace("ROOT.pem", str(authority.root))

    told = subprocess.run(
        ["bash", "-c", command], cwd=bundle.path, capture_output=True, text=True, timeout=60
    )

    assert (told.stdout + told.stderr).count("Verification: OK") == 2
