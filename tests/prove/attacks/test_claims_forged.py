"""A17: claims (C2PA) taken out of a bundle, or made anew with an attacker's certificate."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import encypher_c2pa
import pytest

from bundled import Bundle
from claiming import claimant, footage, maker, without_claim
from exhibited import Exhibited
from forging import Forgery, rebag
from shanasheel.prove.evidence.claimant import root_fingerprint, root_pem
from shanasheel.prove.evidence.claims import ClaimReader, ClaimState, Deed
from shanasheel.prove.ledger import canonical

SIDECARS = "data/claims/**/*.c2pa"


def first(bundle: Bundle, pattern: str) -> Path:
    return sorted(bundle.path.glob(pattern))[0]


def original_of(bundle: Bundle, sidecar: Path) -> Path:
    inside = sidecar.relative_to(bundle.path / "data/claims").as_posix()
    return bundle.path / "data/originals" / inside.removesuffix(".c2pa")


def test_in_a_clean_bundle_every_file_of_footage_is_claimed_by_the_site(bundle: Bundle) -> None:
    films = [*bundle.path.glob("data/originals/**/*.mp4"), *bundle.path.glob("data/clips/*.mp4"),
             *bundle.path.glob("data/shielded/*.mp4")]  # fmt: skip

    (step,) = [one for one in bundle.verify().steps if one.name == "claims"]

    assert [one.key for one in step.findings] == ["claims_trusted", "claims_beside"]
    assert step.findings[0].given["count"] == str(len(films))


def test_a_second_library_written_apart_agrees_about_every_file(bundle: Bundle) -> None:
    told = {
        "trust_pem": root_pem(claim_root(bundle)).decode(), "no_default_trust": True,
        "telemetry": False, "online": False,
    }  # fmt: skip
    attacked = first(bundle, "data/shielded/*.mp4")
    flipped = bytearray(attacked.read_bytes())
    flipped[-1] ^= 1

    for film in sorted(bundle.path.glob("data/**/*.mp4")):
        sidecar = bundle.path / "data/claims" / f"{inside(bundle, film)}.c2pa"
        beside = sidecar.read_bytes() if sidecar.exists() else None
        report = encypher_c2pa.verify(film, "video/mp4", manifest_store=beside, **told)
        assert report["validation_state"] == "Trusted", film
    attacked.write_bytes(flipped)
    report = encypher_c2pa.verify(attacked, "video/mp4", **told)
    assert report["validation_state"] == "Invalid"


def inside(bundle: Bundle, film: Path) -> str:
    return film.relative_to(bundle.path / "data").as_posix().removeprefix("originals/")


def test_a17_a_claim_beside_that_was_taken_away_is_missed_and_the_bundle_is_another(
    bundle: Bundle,
) -> None:
    first(bundle, SIDECARS).unlink()
    rebag(bundle.path)

    assert bundle.failing() == {"sealed"}
    assert "claim_none" in bundle.keys("claims")


def test_a17_a_claim_taken_out_of_a_clip_is_missed_and_the_bundle_is_another(
    bundle: Bundle,
) -> None:
    clip = first(bundle, "data/clips/*.mp4")
    clip.write_bytes(without_claim(clip.read_bytes()))
    rebag(bundle.path)

    assert bundle.failing() == {"sealed"}
    assert "claim_none" in bundle.keys("claims")


def test_a17_a_claim_made_anew_with_an_attackers_certificate_is_not_ours(
    bundle: Bundle, tmp_path: Path
) -> None:
    attacker = maker(claimant(tmp_path / "attacker"))
    sidecar = first(bundle, SIDECARS)
    sidecar.write_bytes(attacker.beside(original_of(bundle, sidecar), footage()).store)
    clip = first(bundle, "data/clips/*.mp4")
    attacker.within(clip, tmp_path / clip.name, footage(Deed.CLIP))
    (tmp_path / clip.name).replace(clip)
    rebag(bundle.path)

    assert bundle.failing() == {"sealed", "claims"}
    assert bundle.keys("claims")[:2] == ["claim_foreign", "claim_foreign"]


def test_a17_without_the_seal_a_claim_of_the_attackers_is_still_not_ours(
    bundle: Bundle, tmp_path: Path
) -> None:
    """The attacker's root in `data/keys` says nothing: only the log's word counts."""
    mine = claimant(tmp_path / "attacker")
    sidecar = first(bundle, SIDECARS)
    sidecar.write_bytes(maker(mine).beside(original_of(bundle, sidecar), footage()).store)
    root = (tmp_path / "attacker/claim-root.pem").read_bytes()
    (bundle.path / "data/keys/claim-roots.pem").write_bytes(root)
    rebag(bundle.path)

    report = bundle.verify(unsealed=True)

    assert not report.holds
    assert bundle.keys("claims")[0] == "claim_foreign"


def test_a17_the_record_of_another_root_does_not_open_its_entry(
    place: Exhibited, bundle: Bundle, tmp_path: Path
) -> None:
    mine = claimant(tmp_path / "attacker")
    (record,) = [
        path for path in bundle.path.glob("data/records/*.json")
        if '"what":"claim_root"' in path.read_text()
    ]  # fmt: skip
    told = {
        "certificate": base64.b64encode(mine.root).decode(),
        "certificate_sha256": root_fingerprint(mine.root),
    }
    record.write_bytes(canonical({**json.loads(record.read_bytes()), **told}))
    sidecar = first(bundle, SIDECARS)
    sidecar.write_bytes(maker(mine).beside(original_of(bundle, sidecar), footage()).store)
    rebag(bundle.path)

    assert bundle.failing() == {"sealed", "opened", "claims"}
    assert "claims_no_root" in bundle.keys("claims")
    assert "claims_trusted" not in bundle.keys("claims")


def test_a17_with_the_stolen_log_key_the_attackers_root_lacks_the_quorum(
    place: Exhibited, bundle: Bundle, tmp_path: Path
) -> None:
    mine = claimant(tmp_path / "attacker")
    forgery = Forgery.of(place, bundle)
    (entry,) = forgery.entries("key")
    forgery.put(entry, {
        **forgery.body(entry),
        "certificate": base64.b64encode(mine.root).decode(),
        "certificate_sha256": root_fingerprint(mine.root),
    })  # fmt: skip

    forged = forgery.write(bundle)

    assert {"sealed", "quorum", "claims"} <= forged.failing()


def test_a18_bytes_in_a_free_box_pass_a_claim_and_not_the_hash(bundle: Bundle) -> None:
    sidecar = first(bundle, SIDECARS)
    original = original_of(bundle, sidecar)
    with original.open("ab") as stream:
        stream.write((16).to_bytes(4, "big") + b"free" + b"hidden!!")
    rebag(bundle.path)

    roots = (claim_root(bundle),)
    with original.open("rb") as stream:
        alone = ClaimReader(roots).read(stream, original.name, sidecar.read_bytes())
    assert alone.state is ClaimState.TRUSTED  # what C2PA alone would say
    assert bundle.failing() >= {"exact", "claims"}
    assert bundle.keys("claims")[0] == "claim_broken"


def claim_root(bundle: Bundle) -> bytes:
    for path in bundle.path.glob("data/records/*.json"):
        told = json.loads(path.read_bytes())
        if told.get("what") == "claim_root":
            return base64.b64decode(told["certificate"])
    pytest.fail("no record of a root")
