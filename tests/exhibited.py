"""A site with real footage and outsiders who cosign its log at once, to make bundles of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shanasheel.actions.access import LOCAL
from shanasheel.actions.bundling import Bundled, export_exhibit
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.cosigning import add_cosigner
from shanasheel.actions.exhibits import Asked, create_exhibit
from shanasheel.actions.ingest import absorb
from shanasheel.actions.sequence import Deferred, Sequencer
from shanasheel.actions.site import Site
from shanasheel.app.folder import DataFolder, open_folder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import open_site
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.exhibits import Exhibit
from shanasheel.domain.footage import Gap, GapCause, Segment
from shanasheel.domain.wire import to_line
from shanasheel.prove.ledger import CosignedHeads, CosignerSigner, Note, parse_note
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import read_footage
from videos import make_video

AGENCIES = ("court", "bar", "press")


class AtOnce(Deferred):
    """Logs at once, and lets every cosigner sign what was logged."""

    def __init__(self, real: Sequencer, cosigners: list[CosignerSigner], folder: Path) -> None:
        self.real, self.cosigners, self.folder = real, cosigners, folder

    def catch_up(self, *, idle_checkpoint_s: float = 55.0, signed: bool = False) -> int:
        size = self.real.catch_up(idle_checkpoint_s=idle_checkpoint_s, signed=signed)
        path = self.folder / "checkpoint"
        if path.exists() and self.cosigners:
            self.cosign(parse_note(path.read_bytes()))
        return size

    def cosign(self, note: Note) -> None:
        at_s = int(time.time())
        lines = [one.sign(note.text, at_s) for one in self.cosigners]
        CosignedHeads(self.folder).add(note.text, note.signatures, lines)


@dataclass
class Exhibited:
    """A site with cameras A and B, footage of 8 s of each, and three cosigners."""

    site: Site
    folder: DataFolder
    verifier_key: str
    start: datetime
    segments: dict[str, list[Segment]]
    cosigners: list[CosignerSigner]

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=8)

    def policy(self, quorum: int = 2) -> bytes:
        lines = [f"log {self.verifier_key}"]
        names = []
        for agency, cosigner in zip(AGENCIES, self.cosigners, strict=True):
            lines += [f"witness {agency} {cosigner.verifier}", f"#agency {agency} {agency}"]
            names.append(agency)
        lines += [f"group most {quorum} {' '.join(names)}", "quorum most"]
        return "".join(f"{line}\n" for line in lines).encode()

    def exhibit(self, **changed: object) -> Exhibit:
        asked = Asked(
            case="case 7", reason="the white car", cameras=["A", "B"], start=self.start,
            end=self.end,
        )  # fmt: skip
        return create_exhibit(self.site, LOCAL, replace(asked, **changed))

    def export(self, target: Path, exhibit: Exhibit | None = None) -> Bundled:
        code = (exhibit or self.exhibit()).code
        return export_exhibit(self.site, LOCAL, code, target, patience_s=5)

    def record(
        self, film: Path, camera: str, start: datetime, stream: Stream = Stream.MAIN
    ) -> list[Segment]:
        recorder = Recorder(
            data=self.site.data, camera=CameraId(camera), stream=stream, clock=FakeClock(start),
            ids=IdMaker(FakeClock(start)), target_s=2, fragment_s=0.5,
        )  # fmt: skip
        packets = read_footage(film, camera=CameraId(camera), start=start)
        segments = [segment for packet in packets for segment in recorder.push(packet)]
        segments += recorder.finish()
        for segment in segments:
            recorder.acknowledge(segment)
        absorb(self.site, camera, [to_line(one) for one in segments], segments[-1].id)
        return segments

    def gap(self, camera: str, start: datetime, end: datetime) -> Gap:
        gap = Gap(
            id=self.site.ids.new(), camera=CameraId(camera), start=start, end=end,
            cause=GapCause.SIGNAL_LOST,
        )  # fmt: skip
        absorb(self.site, camera, [to_line(gap)], gap.id)
        return gap

    def set_clock(self, camera: str, at: datetime) -> None:
        """Log that a camera's clock was set."""
        event = Event(
            id=self.site.ids.new(), camera=CameraId(camera), kind=EventKind.CLOCK_CHANGED,
            at=at, start=at, detail="camera", numbers=(("step_s", 60.0),),
        )  # fmt: skip
        absorb(self.site, camera, [to_line(event)], event.id)


@contextmanager
def exhibited(root: Path, *, cosigned: bool = True) -> Iterator[Exhibited]:
    """Make a site whose cameras A and B recorded 8 s each, ten minutes ago."""
    folder = open_folder(root / "data")
    wired = open_site(folder, site_name="Basra", workers=Machine(folder.root))
    signers = [
        CosignerSigner(name=f"{name}.example/cosigner/1", private=Ed25519PrivateKey.generate())
        for name in AGENCIES
    ]
    at_once = AtOnce(wired.site.sequencer, signers, folder.ledger)
    site = replace(wired.site, sequencer=at_once)
    apply_cameras(site, [Camera(id=CameraId(name), url="/film.mp4") for name in ("A", "B")])
    for agency, signer in zip(AGENCIES, signers, strict=True) if cosigned else ():
        add_cosigner(site, [str(signer.verifier)], f"https://{agency}.example", agency)
    start = site.clock.now().replace(microsecond=0) - timedelta(minutes=10)
    made = Exhibited(
        site=site, folder=folder, verifier_key=wired.verifier_key, start=start, segments={},
        cosigners=signers,
    )  # fmt: skip
    film = make_video(root / "film.mp4", frames=200, size=(64, 48), options={"bf": "2"})
    for camera in ("A", "B"):
        made.segments[camera] = made.record(film, camera, start)
        made.record(film, camera, start, Stream.SHIELDED)
        site.sequencer.catch_up()
    try:
        yield made
    finally:
        wired.close()
