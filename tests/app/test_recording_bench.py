"""The bench itself: what is sent arrives, and what is lost is counted."""

from __future__ import annotations

from pathlib import Path

from shanasheel.app.filming import film_cameras, losses, pictures_in
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import SourceLost, open_source


def test_every_picture_of_the_film_is_recorded_and_a_missing_one_is_counted(
    tmp_path: Path,
) -> None:
    clock, name = SystemClock(), CameraId("O-1")
    recorder = Recorder(
        data=tmp_path, camera=name, stream=Stream.MAIN, clock=clock, ids=IdMaker(clock)
    )
    with film_cameras(tmp_path, 60) as film:
        source = open_source(Camera(id=name, url=film.url(name)), clock)
        try:
            for packet in source.packets():
                recorder.push(packet)
                if packet.number == 30:
                    film.end()
        except SourceLost:
            recorder.finish()
        counts = film.counts()

    recorded = pictures_in(tmp_path / "archive")
    assert recorded[name] > 30
    assert losses(counts, recorded)["pictures_missing"] == 0
    assert losses(counts, {name: recorded[name] - 2})["pictures_missing"] == 2
