"""Clips exchanged or shortened with fitting manifests: found by their groups of pictures alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av

from bundled import Bundle
from forging import rebag
from videos import make_video


def clip_of(bundle: Bundle, camera: str = "A") -> Path:
    (found,) = bundle.path.glob(f"data/clips/{camera}_*.mp4")
    return found


def alone(bundle: Bundle) -> tuple[set[str], list[str]]:
    """Return which steps fail without the seal, and what is found of clips."""
    rebag(bundle.path)
    report = replace(bundle, seal=None).verify(unsealed=True)
    keys = [one.key for step in report.steps if step.name == "clips" for one in step.findings]
    return {step.name for step in report.steps if step.state.value == "fails"}, keys


def recut(source: Path, target: Path, wanted: Sequence[int]) -> None:
    """Write some groups of pictures of a film, one after another, in the order given."""
    groups: list[list[av.Packet]] = []
    with av.open(str(source)) as film, av.open(str(target), "w", format="mp4") as out:
        stream = out.add_stream_from_template(film.streams.video[0])
        for packet in film.demux(video=0):
            if packet.dts is not None:
                if packet.is_keyframe:
                    groups.append([])
                groups[-1].append(packet)
        at = 0
        for group in (groups[number] for number in wanted):
            shift = at - group[0].dts
            for packet in group:
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                at = packet.dts + packet.duration
                packet.stream = stream
                out.mux(packet)


def proof_of(bundle: Bundle) -> Path:
    clip = clip_of(bundle)
    return clip.with_name(f"{clip.name}.proof.json")


def exchange(bundle: Bundle, scratch: Path, wanted: Sequence[int]) -> None:
    """Put a clip of some of its groups in the place of camera A's."""
    clip = clip_of(bundle)
    recut(clip, scratch / "recut.mp4", wanted)
    shutil.copyfile(scratch / "recut.mp4", clip)


def test_every_group_of_every_clip_is_of_the_recordings(bundle: Bundle) -> None:
    (step,) = [one for one in bundle.verify().steps if one.name == "clips"]

    assert [one.key for one in step.findings] == ["clip_groups", "clip_groups"]
    assert all(one.given["proven"] == one.given["groups"] != "0" for one in step.findings)
    (step,) = [one for one in bundle.verify(quick=True).steps if one.name == "clips"]
    assert [one.key for one in step.findings] == ["clips_unread"]


def test_a_clip_with_other_pictures_is_found_though_all_manifests_fit(
    bundle: Bundle, tmp_path: Path
) -> None:
    film = make_video(tmp_path / "other.mp4", frames=200, size=(64, 48), options={"bf": "0"})
    shutil.copyfile(film, clip_of(bundle))

    failing, keys = alone(bundle)

    assert failing == {"clips"}
    assert keys[0] == "clip_differs"


def test_a_clip_cut_shorter_is_found_whatever_its_proof_says(
    bundle: Bundle, tmp_path: Path
) -> None:
    proof = proof_of(bundle)
    exchange(bundle, tmp_path, [0, 1])

    assert alone(bundle)[1][0] == "clip_differs"
    told = json.loads(proof.read_bytes())
    proof.write_text(json.dumps({**told, "groups": 2, "parts": []}))
    assert alone(bundle) == ({"clips"}, ["clip_groups", "clip_groups"])
    proof.unlink()
    assert alone(bundle)[1][0] == "clip_unproven"


def test_a_proof_whose_record_was_changed_is_of_no_proven_recording(bundle: Bundle) -> None:
    proof = proof_of(bundle)
    told = json.loads(proof.read_bytes())
    record = json.loads(told["parts"][0]["record"])
    told["parts"][0]["record"] = json.dumps({**record, "end_us": record["end_us"] + 1})
    proof.write_text(json.dumps(told))

    assert alone(bundle) == ({"clips"}, ["clip_differs", "clip_groups"])


def test_groups_that_change_places_are_found_though_each_part_is_proven(
    bundle: Bundle, tmp_path: Path
) -> None:
    proof = proof_of(bundle)
    told = json.loads(proof.read_bytes())
    assert [part["at"] for part in told["parts"]] == [0, 3, 6, 9]
    exchange(bundle, tmp_path, [*range(3, 10), 0, 1, 2])
    first, *rest = told["parts"]
    moved = [{**part, "at": part["at"] - 3} for part in rest]

    for parts in ([*moved, {**first, "at": 7}], [{**first, "at": 7}, *moved]):
        proof.write_text(json.dumps({**told, "parts": parts}))
        assert alone(bundle) == ({"clips"}, ["clip_differs", "clip_groups"])


def test_groups_left_out_in_the_middle_are_told(bundle: Bundle, tmp_path: Path) -> None:
    proof = proof_of(bundle)
    told = json.loads(proof.read_bytes())
    exchange(bundle, tmp_path, [0, 1, 2, *range(6, 10)])
    first, _, third, fourth = told["parts"]
    parts = [first, {**third, "at": 3}, {**fourth, "at": 6}]

    proof.write_text(json.dumps({**told, "groups": 7, "parts": parts}))

    # Nothing in it was not recorded; that it is another file, the case file still says.
    assert alone(bundle) == ({"case"}, ["clip_skips", "clip_groups", "clip_groups"])
