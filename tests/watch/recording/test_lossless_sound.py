"""G.711 becomes FLAC for browsers: other bytes, the same samples."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest

from shanasheel.base.errors import InvalidInput
from shanasheel.watch.recording import as_flac
from sounds import make_talkie


def samples(source: object) -> np.ndarray:
    with av.open(source) as container:  # type: ignore[call-overload]
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return np.concatenate(frames)


@pytest.mark.parametrize("codec", ["pcm_alaw", "pcm_mulaw"])
def test_every_sample_is_the_one_that_was_recorded(tmp_path: Path, codec: str) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound=codec, seconds=3)

    converted = as_flac(film)

    recorded = samples(str(film))
    assert np.array_equal(samples(io.BytesIO(converted)), recorded)
    assert recorded.size == 3 * 8000
    assert np.abs(recorded).max() > 10_000
    assert b"fLaC" in converted


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"not a file of ours" * 50)

    with pytest.raises(InvalidInput):
        as_flac(tmp_path / "x.mp4")
