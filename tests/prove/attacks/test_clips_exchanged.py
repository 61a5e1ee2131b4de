"""Clips exchanged or shortened with fitting manifests: found by their groups of pictures alone."""

from __future__ import annotations

import json
import shutil
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


def remuxed(source: Path, target: Path, *, groups: int) -> None:
    """Copy the first groups of pictures of a film."""
    with av.open(str(source)) as film, av.open(str(target), "w", format="mp4") as out:
        stream = out.add_stream_from_template(film.streams.video[0])
        seen = 0
        for packet in film.demux(video=0):
            seen += packet.is_keyframe
            if packet.dts is not None and seen <= groups:
                packet.stream = stream
                out.mux(packet)


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
    clip = clip_of(bundle)
    remuxed(clip, tmp_path / "short.mp4", groups=2)
    shutil.copyfile(tmp_path / "short.mp4", clip)

    assert alone(bundle)[1][0] == "clip_differs"
    proof = clip.with_name(f"{clip.name}.proof.json")
    told = json.loads(proof.read_bytes())
    proof.write_text(json.dumps({**told, "groups": 2, "parts": []}))
    assert alone(bundle) == ({"clips"}, ["clip_groups", "clip_groups"])
    proof.unlink()
    assert alone(bundle)[1][0] == "clip_unproven"


def test_a_proof_whose_record_was_changed_is_of_no_proven_recording(bundle: Bundle) -> None:
    clip = clip_of(bundle)
    proof = clip.with_name(f"{clip.name}.proof.json")
    told = json.loads(proof.read_bytes())
    record = json.loads(told["parts"][0]["record"])
    told["parts"][0]["record"] = json.dumps({**record, "end_us": record["end_us"] + 1})
    proof.write_text(json.dumps(told))

    assert alone(bundle) == ({"clips"}, ["clip_differs", "clip_groups"])


def test_parts_that_change_places_are_found(bundle: Bundle) -> None:
    clip = clip_of(bundle)
    proof = clip.with_name(f"{clip.name}.proof.json")
    told = json.loads(proof.read_bytes())
    told["parts"].reverse()
    proof.write_text(json.dumps(told))

    assert alone(bundle) == ({"clips"}, ["clip_differs", "clip_groups"])
