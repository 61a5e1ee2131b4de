"""A hub's API over real HTTP on footage that the test recorded, with the holes it wants."""

from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from pathlib import Path

import uvicorn

from running import wait_for
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.ingest import absorb
from shanasheel.actions.site import Site
from shanasheel.actions.uploads import Uploads
from shanasheel.api import Desk, Updates, make_api
from shanasheel.app.camera_files import YamlFiles
from shanasheel.app.finding import OnvifFinder
from shanasheel.app.folder import open_folder
from shanasheel.app.intake_desk import IntakeDesk
from shanasheel.app.machine import Machine
from shanasheel.app.model_desk import ModelDesk
from shanasheel.app.wiring import open_site
from shanasheel.base.clock import FakeClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import Segment
from shanasheel.domain.wire import to_line
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import read_footage
from videos import make_video

CAMERA = CameraId("GATE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the hub answered."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A hub's API with one camera, GATE, of which nothing is recorded yet."""

    site: Site
    url: str

    def get(self, path: str) -> Answer:
        """Return whatever an API address answers."""
        return self.ask("GET", path)

    def ask(
        self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> Answer:
        """Return whatever an API address answers; `body` is bytes, or sent as JSON."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if sent is not None else {}
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}", sent, {**kind, **(headers or {})}, method=method
        )
        return self._answered(request)

    def public(self, path: str) -> Answer:
        """Return what a stranger gets of any address, sent as it is spelt here."""
        return self._answered(urllib.request.Request(f"{self.url}{path}"))

    def _answered(self, request: urllib.request.Request) -> Answer:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(status=answer.status, headers=answer.headers, body=answer.read())
        except urllib.error.HTTPError as fault:
            with fault:
                return Answer(status=fault.code, headers=fault.headers, body=fault.read())

    def grant(self) -> str:
        """Return a grant for GATE's raw footage."""
        body = {"camera": CAMERA, "purpose": "alert", "case": "a test"}
        request = urllib.request.Request(
            f"{self.url}/api/v1/grants",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return str(json.loads(answer.read())["id"])

    def record(
        self,
        video: Path,
        start: datetime,
        *,
        stream: Stream = Stream.SHIELDED,
        target_s: float = 2,
        fragment_s: float = 0.5,
    ) -> list[Segment]:
        """Record a video as if the camera had sent it at `start`; return its segments."""
        segments = self.write(video, start, stream=stream, target_s=target_s, fragment_s=fragment_s)
        self.index(segments)
        return segments

    def write(
        self,
        video: Path,
        start: datetime,
        *,
        stream: Stream = Stream.SHIELDED,
        target_s: float = 2,
        fragment_s: float = 0.5,
    ) -> list[Segment]:
        """Record without telling the hub."""
        recorder = Recorder(
            data=self.site.data, camera=CAMERA, stream=stream, clock=FakeClock(start),
            ids=IdMaker(FakeClock(start)), target_s=target_s, fragment_s=fragment_s,
        )  # fmt: skip
        packets = read_footage(video, camera=CAMERA, start=start)
        segments = [segment for packet in packets for segment in recorder.push(packet)]
        segments += recorder.finish()
        for segment in segments:
            recorder.acknowledge(segment)
        return segments

    def index(self, segments: list[Segment]) -> None:
        """Tell the hub of segments, as a worker's spool does."""
        absorb(self.site, "test", [to_line(segment) for segment in segments], segments[-1].id)
        self.site.sequencer.catch_up()


@contextmanager
def served(folder: Path, *, public_log: bool = True) -> Iterator[Served]:
    """Serve a site in `folder` until the block ends."""
    data = open_folder(folder)
    machine = Machine(data.root)
    wired = open_site(data, site_name="test", workers=machine)
    apply_cameras(wired.site, [Camera(id=CAMERA, url="/film.mp4")])
    uploads = Uploads(wired.site)
    intakes = IntakeDesk(data, wired.site, uploads)
    intakes.start()
    models = ModelDesk(data)
    desk = Desk(
        site=wired.site, updates=Updates(), verifier_key=wired.verifier_key, machine=machine.load,
        finder=OnvifFinder(), camera_files=YamlFiles(),
        uploads=uploads, intakes=intakes, models=models, public_log=public_log,
    )  # fmt: skip
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(make_api(desk), log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started, "the API")
        yield Served(site=wired.site, url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
        intakes.stop()
        models.stop()
        wired.close()


def film(folder: Path, *, frames: int = 200, size: tuple[int, int] = (160, 120)) -> Path:
    """Make 8 s of video with B-frames, a key picture every 0.8 s."""
    return make_video(
        folder / f"film-{frames}-{size[0]}.mp4", frames=frames, size=size, options={"bf": "2"}
    )
