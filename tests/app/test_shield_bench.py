"""How much of true heads the shield leaves visible, judged on real footage."""

from __future__ import annotations

import json
import os
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from footage import data_folder
from shanasheel.cli.main import make_app
from shanasheel.watch.vision import ShieldScores

FRAMES = 120


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the first 12 s of the clip, copied, and its truth."""
    source, folder = data_folder("pets09-s2l1"), tmp_path_factory.mktemp("part")
    with av.open(str(source / "vtest.avi")) as read, av.open(str(folder / "a.avi"), "w") as out:
        stream = out.add_stream_from_template(read.streams.video[0])
        for place, packet in enumerate(read.demux(video=0)):
            if packet.dts is None or place >= FRAMES:
                break
            packet.stream = stream
            out.mux(packet)
    lines = (source / "gt.txt").read_text().splitlines()
    kept = [line for line in lines if int(line.split(",")[0]) <= FRAMES]
    (folder / "gt.txt").write_text("\n".join(kept))
    return folder


@pytest.mark.footage
def test_nearly_no_true_head_is_left_visible(part: Path) -> None:
    asked = CliRunner().invoke(make_app(), ["bench", "shield", str(part), "--json"])

    assert asked.exit_code == 0, asked.output
    said = json.loads(asked.stdout)
    assert said["heads_all"] > 250
    assert said["pictures_shown"] >= FRAMES // 2 - 1
    assert said["visible_all_below_90"] <= 0.005
    assert said["visible_all_below_50"] <= 0.002
    assert said["visible_in_glimpses"] <= 0.01
    # A shield that hides everything is none.
    assert 0.01 < said["area_masked"] < 0.2


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    asked = CliRunner().invoke(make_app(), ["bench", "shield", os.fspath(tmp_path)])

    assert asked.exit_code != 0


def test_a_head_counts_as_visible_by_how_much_of_it_is_masked() -> None:
    covered = np.zeros((100, 100), bool)
    covered[10:20, 10:19] = True  # nine tenths of the first head, nothing of the second
    people = np.array([
        [0.1, 0.1, 0.2, 0.6],
        [0.6, 0.1, 0.7, 0.2],
        [0.4, -0.5, 0.5, 0.4],  # its head is above the picture
        [0.96, 0.1, 1.06, 0.6],  # and this one's mostly beside it
    ])  # fmt: skip
    scores = ShieldScores()

    scores.judge(covered, people)

    assert (scores.heads["all"], scores.heads["large"], scores.heads["small"]) == (2, 1, 1)
    assert scores.share("all", 0.9) == 0.5
    assert scores.share("all", 0.99) == 1.0
    assert scores.share("large", 0.5) == 0.0
    assert scores.masked == [0.009]
