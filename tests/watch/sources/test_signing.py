"""Signatures that cameras put into their pictures are noticed, in the consortium's own samples."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from footage import data_folder
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.footage import Packet
from shanasheel.watch.sources import read_footage
from shanasheel.watch.sources.signing import signer_of
from videos import make_video


def packets(path: Path) -> list[Packet]:
    start = datetime(2026, 11, 24, tzinfo=UTC)
    return list(read_footage(path, camera=CameraId("C1"), start=start))


@pytest.mark.footage
@pytest.mark.parametrize("name", ["test_signed_h264.mp4", "test_signed_h265.mp4"])
def test_pictures_signed_after_onvif_are_noticed_within_three_seconds(name: str) -> None:
    signed = packets(data_folder("vectors") / "onvif-media-signing" / name)

    assert signer_of(signed[:90]) == "onvif"
    assert signer_of(signed[:1]) == ""


def test_plain_pictures_are_not_called_signed(tmp_path: Path) -> None:
    plain = packets(make_video(tmp_path / "plain.mp4"))
    axis = plain[3]._replace(payload=plain[3].payload + b"\x06\x05\x10Signed Video...0")

    assert signer_of(plain) == ""
    assert signer_of([*plain, axis]) == "axis"
