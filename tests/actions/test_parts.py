"""A clip is proven by its groups of pictures; what is changed is told apart from what stands."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from typer.testing import CliRunner

from served import CAMERA, Served, served
from shanasheel.actions.parts import prove_clip, read_clip_proof, verify_clip
from shanasheel.actions.proof import FootageReport, check_footage
from shanasheel.actions.proof_report import Wrong
from shanasheel.app.folder import DataFolder
from shanasheel.app.wiring import read_verifier_key
from shanasheel.base.errors import NotFound
from shanasheel.cli.main import make_app
from shanasheel.domain.cameras import Stream
from shanasheel.domain.footage import Segment
from shanasheel.prove.footage import gop_leaves
from shanasheel.watch.recording import layout_of, with_comment, write_clip
from videos import make_video

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as found:
        yield found


@pytest.fixture
def segments(hub: Served, tmp_path: Path) -> list[Segment]:
    """Eight seconds in groups of 0.4 s, in segments of 2 s."""
    film = make_video(tmp_path / "film.mp4", frames=200, gop=10)
    return hub.record(film, NOON, stream=Stream.MAIN)


def _clip(hub: Served, segments: list[Segment], target: Path, begin: float, end: float) -> Path:
    files = [(hub.site.data / one.path, one.start) for one in segments]
    span = (NOON + timedelta(seconds=begin), NOON + timedelta(seconds=end))
    write_clip(target, files, *span)
    content, header = target.read_bytes(), layout_of(target).init_bytes
    held = "2026-11-23T12:00:00.000Z/2026-11-23T12:00:09.000Z"
    told = f"Shanasheel export; camera {CAMERA}; stream main; asked x; held {held}; missing none"
    target.write_bytes(with_comment(content[:header], told) + content[header:])
    return target


def _check(hub: Served, *, groups: bool = False) -> FootageReport:
    return check_footage(
        hub.site.data, hub.site.store, read_verifier_key(DataFolder(root=hub.site.data)),
        at=hub.site.clock.now(), groups=groups,
    )  # fmt: skip


def test_a_clip_over_segments_is_proven_by_each(
    hub: Served, segments: list[Segment], tmp_path: Path
) -> None:
    clip = _clip(hub, segments, tmp_path / "clip.mp4", 1.0, 5.0)

    proof = prove_clip(hub.site, clip, CAMERA, NOON, NOON + timedelta(seconds=9))
    shown = list(verify_clip(clip, proof, hub.site))

    assert proof.unproven == ()
    assert proof.groups == len(gop_leaves(clip)) == 11  # from 0.8 s to 5.2 s
    assert len(shown) == 3
    assert all(one.ok for one in shown)
    assert [one.segment for one in shown] == [one.id for one in segments[:3]]


def test_a_clip_that_ffmpeg_copied_into_matroska_is_proven(
    hub: Served, segments: list[Segment], tmp_path: Path
) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    source = _clip(hub, segments, tmp_path / "clip.mp4", 0.0, 8.0)
    clip = tmp_path / "cut.mkv"
    command = ["ffmpeg", "-loglevel", "error", "-ss", "2", "-t", "2.5", "-i", str(source)]
    subprocess.run([*command, "-c", "copy", str(clip)], check=True)

    proof = prove_clip(hub.site, clip, CAMERA, NOON, NOON + timedelta(seconds=9))

    assert set(proof.unproven) <= {proof.groups - 1}  # cut within a group
    assert all(one.ok for one in verify_clip(clip, proof, hub.site))


def test_another_picture_another_order_and_another_record_are_found(
    hub: Served, segments: list[Segment], tmp_path: Path
) -> None:
    clip = _clip(hub, segments[:1], tmp_path / "clip.mp4", 0.0, 2.0)
    proof = prove_clip(hub.site, clip, CAMERA, NOON, NOON + timedelta(seconds=9))
    (part,) = proof.parts
    changed = tmp_path / "changed.mp4"
    changed.write_bytes(_flipped(clip))
    other = json.loads(part.record) | {"start_us": 0}
    lied = replace(proof, parts=(replace(part, record=json.dumps(other)),))
    moved = replace(proof, parts=(replace(part, at=1),))

    assert [one.ok for one in verify_clip(changed, proof)] == [False]
    assert [one.ok for one in verify_clip(clip, lied, hub.site)] == [False]
    assert [one.ok for one in verify_clip(clip, moved)] == [False]
    assert [one.ok for one in verify_clip(clip, proof)] == [True]


def _flipped(clip: Path) -> bytes:
    content = bytearray(clip.read_bytes())
    with av.open(str(clip)) as container:
        place = [packet.pos for packet in container.demux(video=0) if packet.size][15]
    assert place is not None
    content[place + 12] ^= 1
    return bytes(content)


def test_what_was_encoded_again_is_not_proven(
    hub: Served, segments: list[Segment], tmp_path: Path
) -> None:
    assert segments
    again = make_video(tmp_path / "again.mp4", frames=50, gop=10, options={"qp": "30"})

    with pytest.raises(NotFound):
        prove_clip(hub.site, again, CAMERA, NOON, NOON + timedelta(seconds=9))


def test_the_check_says_which_groups_of_a_changed_file_stand(
    hub: Served, segments: list[Segment]
) -> None:
    file = hub.site.data / segments[0].path
    file.write_bytes(_flipped(file))  # in the second group

    report = _check(hub)

    (failure,) = report.failures
    assert failure.reason is Wrong.BYTES_DIFFER
    assert failure.groups == "groups of pictures 1, 3, 4, 5 of 5 stand"


def test_bytes_hidden_behind_the_pictures_are_found_and_the_pictures_stand(
    hub: Served, segments: list[Segment]
) -> None:
    file = hub.site.data / segments[0].path
    with file.open("ab") as stream:
        stream.write(b"\0\0\0\x10freehidden!!")

    (failure,) = _check(hub).failures

    assert failure.reason is Wrong.SIZE_DIFFERS
    assert failure.groups == "all 5 groups of pictures stand"


def test_hashes_of_groups_that_were_changed_too_are_not_believed(
    hub: Served, segments: list[Segment]
) -> None:
    file = hub.site.data / segments[0].path
    content = bytearray(_flipped(file))
    content[-1] ^= 1
    file.write_bytes(content)

    (failure,) = _check(hub).failures

    assert failure.groups == "no group of pictures can be told"


def test_a_record_with_another_root_is_found_on_demand(hub: Served, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=50, gop=10)
    (segment,) = hub.write(film, NOON, stream=Stream.MAIN, target_s=9)
    assert segment.gops is not None
    hub.index([replace(segment, gops=replace(segment.gops, root="00" * 32))])

    assert _check(hub).holds
    report = _check(hub, groups=True)
    assert [failure.reason for failure in report.failures] == [Wrong.GROUPS_DIFFER]


def test_an_untouched_site_holds_with_its_groups(hub: Served, segments: list[Segment]) -> None:
    report = _check(hub, groups=True)

    assert report.holds
    assert report.segments == len(segments)


def test_a_segment_of_before_has_a_record_as_before(hub: Served, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=50, gop=10)
    (segment,) = hub.write(film, NOON, stream=Stream.MAIN, target_s=9)
    hub.index([replace(segment, gops=None)])

    with hub.site.store.read() as rows:
        body = rows.facts.body_of(segment.id)

    assert body is not None
    assert "gops" not in json.loads(body)
    assert _check(hub, groups=True).holds


def test_an_export_is_proven_on_the_command_line(
    hub: Served, segments: list[Segment], tmp_path: Path
) -> None:
    clip = _clip(hub, segments, tmp_path / "clip.mp4", 1.0, 3.0)
    proof, data = tmp_path / "clip.json", str(hub.site.data)
    app, runner = make_app("footage"), CliRunner()

    made = runner.invoke(app, ["footage", "prove", str(clip), "--out", str(proof), "--data", data])
    checked = runner.invoke(app, ["footage", "verify", str(clip), str(proof), "--data", data])
    clip.write_bytes(_flipped(clip))
    refused = runner.invoke(app, ["footage", "verify", str(clip), str(proof)])

    assert made.exit_code == 0, made.output
    assert "6 of 6 groups of pictures are proven, in 2 segments" in made.output
    assert checked.exit_code == 0, checked.output
    assert checked.output.count("holds  ") == 2
    assert refused.exit_code == 8
    assert "FAILS" in refused.output
    assert read_clip_proof(proof).groups == 6
