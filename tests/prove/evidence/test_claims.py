"""Claims (C2PA): made by the reference library, read by it, and by a second one written apart."""

from __future__ import annotations

import io
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import c2pa
import pytest
from cryptography import x509

from claiming import claimant, footage, maker, without_claim
from shanasheel.base.errors import InvalidInput
from shanasheel.prove.evidence.claimant import (
    Claimant,
    load_or_create_claimant,
    root_pem,
)
from shanasheel.prove.evidence.claims import Claim, ClaimReader, ClaimState, Deed, MadeClaim
from shanasheel.prove.footage import gop_leaves
from videos import make_video


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("film")
    return make_video(folder / "film.mp4", frames=50, size=(64, 48), options={"bf": "2"})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Claimant:
    return claimant(tmp_path_factory.mktemp("keys"))


def read(film: bytes, roots: tuple[bytes, ...], sidecar: bytes | None = None) -> Claim:
    return ClaimReader(roots).read(io.BytesIO(film), "film.mp4", sidecar)


def test_a_claim_beside_a_file_leaves_it_as_it_is_and_says_what_it_is(
    film: Path, site: Claimant
) -> None:
    before = film.read_bytes()

    made = maker(site).beside(film, footage())

    assert film.read_bytes() == before
    claim = read(before, (site.root,), made.store)
    assert claim.state is ClaimState.TRUSTED
    assert claim.original_sha256 == "aa"
    assert claim.actions == ("c2pa.created",)
    assert read(before, (site.root,)).state is ClaimState.NONE


def test_a_shielded_copy_leads_to_the_clip_and_that_to_its_originals(
    film: Path, site: Claimant, tmp_path: Path
) -> None:
    making = maker(site)
    originals = [making.beside(film, footage()) for _ in range(2)]

    clip = making.within(film, tmp_path / "clip.mp4", footage(Deed.CLIP), originals)
    making.within(film, tmp_path / "shielded.mp4", footage(Deed.SHIELDED), [clip])

    shown = read((tmp_path / "shielded.mp4").read_bytes(), (site.root,))
    assert shown.state is ClaimState.TRUSTED
    assert (shown.parents, shown.actions) == (("clip.mp4",), ("c2pa.opened", "c2pa.edited"))
    with (tmp_path / "shielded.mp4").open("rb") as stream:
        told = ClaimReader((site.root,)).report(stream, "video/mp4", None)
    chain = {made.label for made in (*originals, clip)} | {told["active_manifest"]}
    assert set(told["manifests"]) == chain
    assert gop_leaves(tmp_path / "clip.mp4") == gop_leaves(film)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "shielded.mp4"]


def test_the_reference_library_alone_trusts_it_with_the_sites_root(
    film: Path, site: Claimant, tmp_path: Path
) -> None:
    maker(site).within(film, tmp_path / "clip.mp4", footage(Deed.CLIP))
    trusting = {"version": 1, "trust": {"user_anchors": root_pem(site.root).decode()}}

    with c2pa.Reader(tmp_path / "clip.mp4", context=c2pa.Context.from_dict(trusting)) as reader:
        assert reader.get_validation_state() == "Trusted"
        told = json.loads(reader.json())
    with c2pa.Reader(tmp_path / "clip.mp4", context=c2pa.Context.from_dict({"version": 1})) as one:
        assert one.get_validation_state() == "Valid"
    assert "thumbnail" not in json.dumps(told)


def test_a_claim_of_others_of_another_file_or_cut_short_is_not_trusted(
    film: Path, site: Claimant, tmp_path: Path
) -> None:
    attacker = claimant(tmp_path / "attacker")
    content = film.read_bytes()
    made = maker(site).beside(film, footage())
    theirs = maker(attacker).beside(film, footage())
    changed = bytearray(content)
    changed[-100] ^= 1

    assert read(content, (site.root,), theirs.store).state is ClaimState.FOREIGN
    assert read(content, (), made.store).state is ClaimState.FOREIGN
    assert read(bytes(changed), (site.root,), made.store).state is ClaimState.BROKEN
    assert read(content, (site.root,), made.store[:-40]).state is ClaimState.BROKEN
    assert read(content, (site.root,), b"").state is ClaimState.BROKEN
    assert read(b"", (site.root,), made.store).state is ClaimState.BROKEN


def test_a_claim_that_was_taken_out_is_no_claim(film: Path, site: Claimant, tmp_path: Path) -> None:
    maker(site).within(film, tmp_path / "clip.mp4", footage(Deed.CLIP))

    stripped = without_claim((tmp_path / "clip.mp4").read_bytes())

    assert read(stripped, (site.root,)).state is ClaimState.NONE


def test_what_cannot_be_signed_leaves_nothing_behind(site: Claimant, tmp_path: Path) -> None:
    for name in ("film.mp4", "film.mkv"):
        (tmp_path / name).write_bytes(b"no film")

    with pytest.raises(InvalidInput, match="No claim can be made"):
        maker(site).within(tmp_path / "film.mp4", tmp_path / "clip.mp4", footage())
    with pytest.raises(InvalidInput, match=r"film\.mkv"):
        maker(site).beside(tmp_path / "film.mkv", footage(), [MadeClaim(title="a", format="b")])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mkv", "film.mp4"]


def test_keys_are_private_made_once_and_renewed_before_they_end(film: Path, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    first = claimant(tmp_path)

    again = load_or_create_claimant(tmp_path, "another name", now)
    next_year = load_or_create_claimant(tmp_path, "site", now + timedelta(days=370))
    late = load_or_create_claimant(tmp_path, "site", now + timedelta(days=365 * 21))

    assert again == first
    assert next_year.root == first.root
    assert next_year.key != first.key
    assert late.root != first.root
    for name in ("claim.key", "claim-root.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert (tmp_path / "claim-root.pem").read_bytes() == root_pem(late.root)
    assert "PRIVATE" not in repr(first)
    # What is handed out today holds for as long as the root: nobody stamps claims.
    leaf = x509.load_pem_x509_certificate(first.certificate)
    assert leaf.not_valid_after_utc == first.until > now + timedelta(days=365 * 20)


def test_a_key_that_others_can_read_or_that_is_damaged_is_refused(tmp_path: Path) -> None:
    claimant(tmp_path)
    key = tmp_path / "claim.key"

    key.chmod(0o640)
    with pytest.raises(InvalidInput, match="open to other users"):
        claimant(tmp_path)
    key.chmod(0o600)
    key.write_bytes(key.read_bytes().replace(b"PRIVATE", b"PUBLIC"))
    with pytest.raises(InvalidInput, match="holds no claim key") as told:
        claimant(tmp_path)
    assert told.value.__cause__ is None
