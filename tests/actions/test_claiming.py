"""What a site claims of footage: its own as captured, that of others as handed in; once a root."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from exhibited import Exhibited, exhibited
from shanasheel.actions.claiming import Claiming, ready_claimant
from shanasheel.actions.gathering import Original, gather
from shanasheel.base.clock import EPOCH
from shanasheel.domain.facts import FactKind, StoredFact
from shanasheel.prove.evidence.claims import Claim, ClaimReader, ClaimState


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibited]:
    with exhibited(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def claiming(place: Exhibited) -> Claiming:
    exhibit, claimant = place.exhibit(cameras=["A"]), ready_claimant(place.site)
    with place.site.store.read() as rows:
        gathered = gather(rows, exhibit, place.site.clock.now())
    return Claiming(place.site, exhibit, gathered, claimant)


def claim_of(claiming: Claiming, original: Original) -> Claim:
    sidecar = claiming.original(original)
    assert sidecar is not None
    film = (claiming.site.data / original.path).read_bytes()
    reader = ClaimReader((claiming.claimant.root,))
    return reader.read(io.BytesIO(film), original.path, sidecar)


def test_what_our_cameras_recorded_is_claimed_as_captured(claiming: Claiming) -> None:
    original = claiming.gathered.originals[0]

    claim = claim_of(claiming, original)

    assert (claim.state, claim.actions) == (ClaimState.TRUSTED, ("c2pa.created",))
    assert claim.original_sha256 == original.sha256
    assert not claiming.left_out


def test_what_others_handed_in_is_claimed_as_repackaged_from_that(claiming: Claiming) -> None:
    body = json.dumps({"k": "intake", "camera": "A", "path": "intake/7/film.mkv"}).encode()
    fact = StoredFact(entry=7, id="7", kind=FactKind.INTAKE.value, body=body, salt=bytes(16))
    claiming.gathered = replace(claiming.gathered, footage=(*claiming.gathered.footage, fact))

    claim = claim_of(claiming, claiming.gathered.originals[0])

    assert claim.state is ClaimState.TRUSTED
    assert claim.parents == ("intake/7/film.mkv",)
    assert claim.actions == ("c2pa.opened", "c2pa.repackaged")
    handed_in = Original(path="intake/7/film.mkv", sha256="", size_bytes=0)
    assert claiming.original(handed_in) is None


def test_a_file_about_which_nothing_can_be_claimed_is_said_and_handed_out_as_it_is(
    claiming: Claiming, tmp_path: Path
) -> None:
    (tmp_path / "A_1_2.mp4").write_bytes(b"no film")

    path = claiming.clip(tmp_path / "A_1_2.mp4", claiming.gathered.segments["A"])

    assert path == tmp_path / "A_1_2.mp4"
    assert "A_1_2.mp4" in claiming.left_out[0]


def test_the_root_is_named_in_the_log_once_and_again_when_it_is_another(place: Exhibited) -> None:
    def named() -> list[str]:
        with place.site.store.read() as rows:
            facts = rows.facts.of_kind(FactKind.KEY, EPOCH)
            return [json.loads(fact.body)["certificate_sha256"] for fact in facts]

    first = ready_claimant(place.site)
    assert named() == [first.fingerprint]
    assert ready_claimant(place.site) == first
    assert named() == [first.fingerprint]
    keys = place.site.data / "keys"
    for name in ("claim-root.key", "claim.key"):
        (keys / name).unlink()

    other = ready_claimant(place.site)

    assert sorted(named()) == sorted([first.fingerprint, other.fingerprint])
