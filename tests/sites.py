"""A site with footage, without recording it: real database, ledger and files."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from shanasheel.actions.ingest import absorb
from shanasheel.actions.proof import FootageReport, check_footage
from shanasheel.app.folder import DataFolder, open_folder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import Wired, open_site
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.footage import Gap, GapCause, Segment
from shanasheel.domain.wire import to_line
from shanasheel.watch.recording.volumes import Look, VolumeState, data_volume

CAMERA = CameraId("cam-1")


@dataclass
class Place:
    """A site with six sealed segments and a gap, all logged."""

    wired: Wired
    folder: DataFolder
    segments: list[Segment]

    def check(self) -> FootageReport:
        site = self.wired.site
        return check_footage(site.data, site.store, self.wired.verifier_key, at=site.clock.now())

    def sql(self, statement: str, *values: object) -> None:
        with sqlite3.connect(self.folder.database) as database:
            changed = database.execute(statement, values).rowcount
        database.close()
        assert changed > 0


def make_place(root: Path) -> Place:
    """Return a site with six sealed segments, five minutes old, and a gap, all logged."""
    folder = open_folder(root)
    wired = open_site(folder, site_name="test", workers=Machine(folder.root))
    begin = wired.site.clock.now() - timedelta(minutes=5)
    segments = [add_segment(wired, begin + timedelta(seconds=10 * number)) for number in range(6)]
    end = segments[-1].end
    gap = Gap(
        id=wired.site.ids.new(),
        camera=CAMERA,
        start=end,
        end=end + timedelta(seconds=3),
        cause=GapCause.SIGNAL_LOST,
    )
    assert not absorb(wired.site, "test", [to_line(gap)], "end").rejected
    assert wired.site.sequencer.catch_up() == 7
    return Place(wired, folder, segments)


def add_segment(
    wired: Wired,
    start: datetime,
    *,
    camera: CameraId = CAMERA,
    stream: Stream = Stream.MAIN,
    size_bytes: int = 2000,
    volume: str = "",
) -> Segment:
    """Store, index and return a segment of 10 s; its facts wait to be logged."""
    site = wired.site
    identifier = site.ids.new()
    content = (f"footage {identifier} ".encode() * size_bytes)[:size_bytes]
    home = "shielded" if stream is Stream.SHIELDED else "archive"
    place = f"{volume}{home}/{camera}/{start:%Y/%m/%d}/{identifier}.mp4"
    path = site.data / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    segment = Segment(
        id=identifier,
        camera=camera,
        stream=stream,
        start=start,
        end=start + timedelta(seconds=10),
        path=place,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        codec="avc1.42c01e",
        mime='video/mp4; codecs="avc1.42C01E"',
        width_px=64,
        height_px=48,
        frames=150,
    )
    assert not absorb(site, "test", [to_line(segment)], identifier).rejected
    return segment


def disk(root: Path, free_bytes: int = 10**15) -> list[Look]:
    """Return what a look at the only disk says: so much is free."""
    return [
        Look(
            volume=data_volume(root),
            state=VolumeState.READY,
            free_bytes=free_bytes,
            total_bytes=10 * free_bytes or 10**12,
        )
    ]
