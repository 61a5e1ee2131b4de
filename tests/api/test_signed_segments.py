"""The pages are told what a camera's own signatures say of raw footage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from served import CAMERA, film, served
from shanasheel.base.clock import to_us
from shanasheel.domain.cameras import Stream
from shanasheel.domain.signing import CameraSignature, Doubt, SignatureState

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_segments_say_what_the_camera_signed(tmp_path: Path) -> None:
    with served(tmp_path / "data") as hub:
        first, *others = hub.write(film(tmp_path), NOON, stream=Stream.MAIN)
        signed = CameraSignature(state=SignatureState.BAD, doubts=(Doubt.PICTURES,), groups=2)
        hub.index([replace(first, signed=signed), *others])
        begin = to_us(NOON)

        answer = hub.get(
            f"/cameras/{CAMERA}/segments?stream=main&grant={hub.grant()}"
            f"&from={begin}&to={begin + 8_000_000}"
        )

    told = [one["signed"] for one in answer.json["items"]]
    assert told[0] == {"state": "bad", "doubts": ["pictures"]}
    assert set(map(str, told[1:])) == {"None"}
