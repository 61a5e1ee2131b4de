"""What survives remuxing, what does not, and a part proven without the whole."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage import data_folder
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.base.hashing import leaf_hash, root_of
from shanasheel.domain.gops import GroupHasher
from shanasheel.prove.footage import (
    SpanProof,
    find_span,
    gop_leaves,
    gop_root,
    prove_span,
    verify_span,
)
from shanasheel.prove.ledger import ProofMismatch, verify_inclusion
from videos import make_video

LEAVES = [bytes([number]) * 32 for number in range(23)]


def _copied(source: Path, target: Path, *more: str) -> Path:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-i", str(source), "-map", "0:v"]
    subprocess.run([*command, "-c", "copy", *more, str(target)], check=True)
    return target


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mjpeg"])
def test_remuxing_there_and_back_leaves_every_leaf(codec: str, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", codec=codec, frames=50, gop=10)
    leaves = gop_leaves(film)

    there = _copied(film, tmp_path / "film.mkv")
    back = _copied(there, tmp_path / "back.mp4")
    fragmented = _copied(film, tmp_path / "pieces.mp4", "-movflags", "frag_keyframe+empty_moov")

    assert len(leaves) == (50 if codec == "mjpeg" else 5)
    assert film.read_bytes() != back.read_bytes() != fragmented.read_bytes()
    assert gop_leaves(there) == gop_leaves(back) == gop_leaves(fragmented) == leaves
    assert len(set(leaves)) == len(leaves)


@pytest.mark.parametrize("name", ["test_signed_h264.mp4", "test_signed_h265.mp4"])
def test_signed_samples_keep_their_leaves_in_other_containers(name: str, tmp_path: Path) -> None:
    sample = data_folder("vectors/onvif-media-signing") / name

    leaves = gop_leaves(sample)

    assert len(leaves) >= 5
    assert gop_leaves(_copied(sample, tmp_path / "copy.mkv")) == leaves


def test_start_codes_and_lengths_give_the_same_leaves(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=50, gop=10)
    raw = _copied(film, tmp_path / "film.h264", "-bsf:v", "h264_mp4toannexb")

    assert gop_leaves(raw) == gop_leaves(film)


def test_one_bit_changes_one_leaf_and_the_root(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=50, gop=10)
    leaves = gop_leaves(film)
    data = bytearray(film.read_bytes())
    data[_place_of_picture(film, 25) + 20] ^= 0x10  # within a picture's coded bytes
    (tmp_path / "changed.mp4").write_bytes(data)

    changed = gop_leaves(tmp_path / "changed.mp4")

    assert [one != other for one, other in zip(leaves, changed, strict=True)].count(True) == 1
    assert changed[2] != leaves[2]
    assert gop_root(changed) != gop_root(leaves)


def _place_of_picture(film: Path, number: int) -> int:
    with av.open(str(film)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        place = packets[number].pos
    assert place is not None
    return place


def test_other_order_of_groups_is_another_root() -> None:
    for here, there in pairwise(range(len(LEAVES))):
        swapped = list(LEAVES)
        swapped[here], swapped[there] = swapped[there], swapped[here]
        assert gop_root(swapped) != gop_root(LEAVES)


def test_twenty_seconds_of_an_hour_are_proven_without_the_rest() -> None:
    hour = [leaf_hash(number.to_bytes(4)) for number in range(3600)]
    root = gop_root(hour)

    proof = prove_span(hour, 1800, 1819)

    assert len(proof.hashes) <= 2 * 12
    verify_span(proof, hour[1800:1820], root, 3600)
    with pytest.raises(ProofMismatch):
        verify_span(proof, hour[1801:1821], root, 3600)


def test_a_clip_cut_by_ffmpeg_is_proven_by_its_whole_groups(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=100, gop=10)
    whole = gop_leaves(film)
    clip = _copied(film, tmp_path / "clip.mp4", "-ss", "1.2", "-to", "2.5")  # ends within a group

    held = gop_leaves(clip)
    found = find_span(held, whole)

    assert found is not None
    at, first, count = found
    assert count >= len(held) - 1 >= 2
    span = held[at : at + count]
    verify_span(prove_span(whole, first, first + count - 1), span, gop_root(whole), len(whole))


@given(st.data(), st.integers(1, 70))
def test_any_span_is_proven_and_no_other(data: st.DataObject, size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first, size - 1))
    root = gop_root(leaves)

    proof = SpanProof.from_json(prove_span(leaves, first, last).as_json())

    verify_span(proof, leaves[first : last + 1], root, size)
    changed = list(leaves[first : last + 1])
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] = leaf_hash(b"another")
    with pytest.raises(ProofMismatch):
        verify_span(proof, changed, root, size)
    for wrong in _wrong(proof):
        with pytest.raises(ProofMismatch):
            verify_span(wrong, leaves[first : last + 1], root, size)


def _wrong(proof: SpanProof) -> list[SpanProof]:
    def other(hashes: tuple[bytes, ...]) -> SpanProof:
        return SpanProof(first=proof.first, last=proof.last, size=proof.size, hashes=hashes)

    found = [other((*proof.hashes, bytes(32)))]
    for place in range(len(proof.hashes)):
        without = list(proof.hashes)
        taken = without.pop(place)
        found.append(other(tuple(without)))
        without.insert(place, bytes([taken[0] ^ 1]) + taken[1:])
        found.append(other(tuple(without)))
    return found


@given(st.integers(1, 200), st.data())
def test_a_span_of_one_group_is_its_inclusion_proof(size: int, data: st.DataObject) -> None:
    leaves = [bytes([number]) * 32 for number in range(size)]
    index = data.draw(st.integers(0, size - 1))

    hashes = list(prove_span(leaves, index, index).hashes)

    path, begin, end = list[bytes](), 0, size  # leaf end first, as RFC 9162 orders them
    while end - begin > 1:
        middle = begin + (1 << ((end - begin - 1).bit_length() - 1))
        if index < middle:
            path.insert(0, hashes.pop())
            end = middle
        else:
            path.insert(0, hashes.pop(0))
            begin = middle
    verify_inclusion(leaf_hash(leaves[index]), index, size, path, root_of(leaves))


def test_a_proof_of_another_size_is_refused() -> None:
    proof = prove_span(LEAVES, 3, 5)

    with pytest.raises(ProofMismatch):
        verify_span(proof, LEAVES[3:6], gop_root(LEAVES), len(LEAVES) + 1)
    with pytest.raises(InvalidInput):
        prove_span(LEAVES, 3, 23)
    for told in (None, {}, {"first": 0, "last": 0, "size": 1, "hashes": ["zz"]}):
        with pytest.raises(InvalidInput):
            SpanProof.from_json(told)


def test_units_that_muxers_add_do_not_count() -> None:
    picture = b"\0\0\0\1\x65" + b"\x88\x84\x21" * 9
    added = b"\0\0\0\1\x67\x42\0\0\1\x68\xce" + b"\0\0\0\1\x09\x10" + picture + b"\0\0\0"

    plain, more = GroupHasher("h264", 0), GroupHasher("h264", 0)
    plain.add(picture)
    more.add(added)

    assert plain.leaves() == more.leaves()


@given(st.binary(max_size=200), st.integers(0, 4))
def test_any_bytes_as_coded_picture_are_taken_or_refused(data: bytes, size_bytes: int) -> None:
    hasher = GroupHasher("h264", size_bytes)
    try:
        hasher.add(data)
    except InvalidInput:
        return
    assert len(hasher.leaves()) == 1


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")

    with pytest.raises(InvalidInput):
        gop_leaves(tmp_path / "text.mp4")
    with pytest.raises(NotFound):
        gop_leaves(tmp_path / "none.mp4")
