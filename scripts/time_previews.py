"""Times previews that are not kept yet: an hour of shielded footage, 640x360, 5 pictures a second.

uv run python scripts/time_previews.py
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from served import CAMERA, served
from shanasheel.actions.previews import preview
from videos import make_video

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR_S = 3600


def main() -> None:
    """Record, ask for random moments, print milliseconds."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "data") as hub:
        video = make_video(
            Path(folder) / "hour.mp4", frames=5 * HOUR_S, rate=5, gop=10, size=(640, 360),
            options={"bf": "0"},
        )  # fmt: skip
        hub.record(video, START, target_s=10, fragment_s=0.05)
        rng = random.Random(7)
        preview(hub.site, CAMERA, START, width_px=160)  # imports the decoder
        moments = [START + timedelta(seconds=2 * at + 1) for at in rng.sample(range(1, 1799), 300)]
        for name, ask in (("action", _call), ("over HTTP", _get)):
            took = sorted(ask(hub, at) for at in moments)
            middle, most = statistics.median(took), took[284]
            print(f"{name}: median {middle:.1f} ms, 95 of 100 within {most:.1f} ms")


def _call(hub, at) -> float:
    begun = time.perf_counter()
    preview(hub.site, CAMERA, at, width_px=160)
    return (time.perf_counter() - begun) * 1000


def _get(hub, at) -> float:
    begun = time.perf_counter()
    answer = hub.get(f"/cameras/{CAMERA}/preview?at={at.isoformat().replace('+', '%2B')}&width=161")
    assert answer.status == 200
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
