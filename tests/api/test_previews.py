"""Small pictures along the timeline: the right moment, shielded footage only, bounded on disk."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from served import CAMERA, Served, film, served
from shanasheel.actions.previews import forget_oldest
from shanasheel.base.clock import to_us
from shanasheel.domain.cameras import Stream

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "data") as found:
        yield found


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def preview(at: datetime, **more: int) -> str:
    words = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/cameras/{CAMERA}/preview?at={to_us(at)}{words}"


def pixels(jpeg: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image).astype(int)


def shown(video: Path, number: int) -> np.ndarray:
    """Return a picture of the film by its number, as decoded from the start."""
    with av.open(str(video)) as container:
        for place, frame in enumerate(container.decode(video=0)):
            if place == number:
                return frame.to_ndarray(format="rgb24").astype(int)
    raise AssertionError(number)


# Key pictures come every 0.8 s, 20 pictures; files end at 2.4, 4.8 and 7.2 s.
@pytest.mark.parametrize(
    ("at_s", "number"), [(0, 0), (0.79, 0), (0.8, 20), (2.39, 40), (2.4, 60), (7.9, 180), (22, 180)]
)
def test_a_preview_is_the_newest_key_picture_at_or_before_the_moment(
    hub: Served, tmp_path: Path, at_s: float, number: int
) -> None:
    video = film(tmp_path)
    hub.record(video, NOON)

    answer = hub.get(preview(after(at_s)))

    assert answer.status == 200
    assert answer.headers["content-type"] == "image/jpeg"
    found, wanted = pixels(answer.body), shown(video, number)
    other = shown(video, (number + 20) % 200)
    assert found.shape == (120, 160, 3)
    assert np.abs(found - wanted).mean() < 3 < np.abs(found - other).mean()


def test_the_second_request_is_answered_from_what_was_kept(hub: Served, tmp_path: Path) -> None:
    hub.record(film(tmp_path), NOON)
    first = hub.get(preview(after(1), width=80)).body
    (kept,) = (hub.site.data / "cache" / "previews").iterdir()
    kept.write_bytes(first + b"kept")

    second = hub.get(preview(after(1.5), width=80)).body

    assert second == first + b"kept"
    assert pixels(first).shape == (60, 80, 3)


def test_nothing_is_shown_without_shielded_footage_nearby(hub: Served, tmp_path: Path) -> None:
    segments = hub.record(film(tmp_path), NOON)
    hub.record(film(tmp_path), after(60), stream=Stream.MAIN)

    far = [hub.get(preview(after(moment))).status for moment in (-0.1, 22.3, 62)]
    for segment in segments:
        (hub.site.data / segment.path).unlink()
    gone = hub.get(preview(after(1)))

    assert far == [404, 404, 404]
    assert gone.status == 404
    assert gone.headers["content-type"] == "application/problem+json"
    assert hub.get(preview(NOON, width=0)).status == 422
    assert hub.get(preview(NOON, width=5000)).status == 422
    assert hub.get(f"/cameras/NOBODY/preview?at={to_us(NOON)}").status == 404


def test_damaged_footage_is_a_problem_document(hub: Served, tmp_path: Path) -> None:
    (segment, *_) = hub.record(film(tmp_path), NOON)
    path = hub.site.data / segment.path
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    content[start : start + 400] = bytes(400)
    path.write_bytes(content)

    answer = hub.get(preview(after(0.1)))

    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("most", "most_bytes", "left"), [(3, 10**6, 3), (99, 25, 2), (0, 0, 0)])
def test_the_oldest_previews_go_first(
    tmp_path: Path, most: int, most_bytes: int, left: int
) -> None:
    for number in range(9):
        (tmp_path / f"{9 - number}.jpg").write_bytes(bytes(10))
        os.utime(tmp_path / f"{9 - number}.jpg", (number, number))

    forget_oldest(tmp_path, most=most, most_bytes=most_bytes)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{number}.jpg" for number in range(1, left + 1)
    ]
