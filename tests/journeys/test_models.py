"""Bring your own model: added by its card, pulled from a server, checked, used by a camera."""

from __future__ import annotations

import datetime as dt
import http.server
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner

from onnx_models import card_for, constant_model
from running import running, wait_for
from shanasheel.actions.access import LOCAL
from shanasheel.actions.cameras import add_camera
from shanasheel.app.detectors import Detectors
from shanasheel.app.folder import open_folder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import ShanasheelError
from shanasheel.cli.main import make_app
from shanasheel.domain.cameras import Camera, CameraId
from shanasheel.watch.vision.trial import drawn_picture
from videos import make_video

PERSON = np.array([[[64, 48, 20, 40, 1, 0.9, 0, 0]]], np.float32)
YOLO = {"family": "yolo", "form": "v5"}


def shanasheel(*words: object, code: int = 0) -> str:
    """Run a command in this process, which spares a start of Python; return what it says."""
    done = CliRunner().invoke(make_app("models"), [str(word) for word in words])
    fault = done.exception if isinstance(done.exception, ShanasheelError) else None
    ended = fault.handling.exit_code if fault else done.exit_code
    assert ended == code, (done.output, done.exception)
    return str(fault) if fault else done.stdout


def test_a_model_is_added_checked_measured_and_used_by_a_camera(tmp_path: Path) -> None:
    data = tmp_path / "data"
    model = constant_model(tmp_path / "m.onnx", {"o": PERSON})
    card = card_for(model, output=YOLO)
    with open_beside(open_folder(data)) as site:
        add_camera(site, LOCAL, Camera(id=CameraId("C1"), url="rtsp://127.0.0.1/1"))

    added = json.loads(shanasheel("models", "add", model, "--card", card, "--data", data, "--json"))
    shanasheel("models", "use", "tiny", "--camera", "C1", "--data", data)
    shanasheel("models", "bench", "tiny", "--data", data)
    refused = shanasheel("models", "use", "nothing", "--data", data, code=3)
    listed = json.loads(shanasheel("models", "list", "--data", data, "--json"))

    assert added["backends"] == ["openvino", "onnxruntime"]
    assert "no model 'nothing'" in refused
    by_name = {each["name"]: each for each in listed}
    assert by_name["nanodet-g-int8"]["used_by"] == ["site"]
    assert by_name["nanodet-g-int8"]["from"] == "built in"
    assert by_name["yolox-nano"]["from"] == "can be pulled"
    tiny = by_name["tiny"]
    assert (tiny["used_by"], tiny["licence"]) == (["C1"], "Apache-2.0")
    assert tiny["cpu_ms"] >= 0
    assert tiny["best"].startswith(("openvino", "onnxruntime"))

    with open_beside(open_folder(data)) as site, site.store.read() as rows:
        camera = rows.cameras.one("C1")
        facts = [json.loads(fact.body) for fact in rows.facts.after(-1, 100)]
    said = {fact.get("what"): fact for fact in facts}
    assert said["model_added"]["licence"] == "Apache-2.0"
    assert said["model_used"]["sha256"] == tiny["sha256"]
    assert said["model_used"]["camera"] == "C1"

    # The worker's detector looks at this camera with it, and at others with the built-in one.
    detectors = Detectors(data, lambda name: camera if name == "test" else None)
    found = detectors.detect(drawn_picture())
    assert found.scores == pytest.approx([0.9])
    np.testing.assert_allclose(found.boxes, [[270, 140, 370, 340]], atol=1)

    # One whose file was changed is not run: the built-in one looks instead.
    (data / "models" / "tiny" / "m.onnx").write_bytes(b"other")
    broken = Camera(id=CameraId("test"), url="rtsp://127.0.0.1/1", model="tiny")
    instead = Detectors(data, lambda _: broken).detect(drawn_picture())
    assert instead.scores.max(initial=0.0) < 0.5
    wrong = shanasheel("models", "verify", "--data", data, "--json", code=1)
    assert {each["name"]: each["right"] for each in json.loads(wrong)} == {
        "nanodet-g-int8": True, "nanodet-g": True, "tiny": False,
    }  # fmt: skip


class Server(http.server.ThreadingHTTPServer):
    """Serves one file over https; cuts off the first time, redirects where it is told to."""

    def __init__(self, content: bytes, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._context = context
        self.content, self.cut, self.asked = content, True, list[str]()

    def finish_request(self, request: socket.socket, client_address: object) -> None:
        with self._context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep silent about clients that refuse the certificate."""


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"https://localhost:{self.server.server_port}/m.onnx")
            self.end_headers()
            return
        begun = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")
        self.server.asked.append(begun)
        rest = self.server.content[int(begun) :]
        self.send_response(206 if int(begun) else 200)
        if int(begun):
            size = len(self.server.content)
            self.send_header("Content-Range", f"bytes {begun}-{size - 1}/{size}")
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if self.server.cut:
            self.server.cut = False
            self.wfile.write(rest[: len(rest) // 2])
            return
        self.wfile.write(rest)

    def log_message(self, *_: object) -> None:
        pass


def certificate_in(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = SystemClock().now()
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )  # fmt: skip
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    model = constant_model(tmp_path / "m.onnx", {"o": PERSON})
    serving = Server(model.read_bytes(), certificate_in(tmp_path / "server.pem"))
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


def test_a_model_is_pulled_over_https_going_on_where_it_was_cut_off(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, model = tmp_path / "data", tmp_path / "m.onnx"
    base = f"https://127.0.0.1:{server.server_port}"
    card = card_for(model, output=YOLO, url=f"{base}/m.onnx")
    pull = ("models", "pull", "tiny", "--card", card, "--data", data)

    stranger = shanasheel(*pull, code=7)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    cut = shanasheel(*pull, code=7)
    shanasheel(*pull)

    size = len(server.content)
    assert "certificate" in stranger.lower()
    assert "cut off" in cut
    assert server.asked == ["0", str(size // 2)]
    assert (data / "models" / "tiny" / "m.onnx").read_bytes() == server.content
    assert not list((data / "models" / ".pulling").iterdir())

    card = card_for(model, "elsewhere", output=YOLO, url=f"{base}/away")
    away = shanasheel("models", "pull", "elsewhere", "--card", card, "--data", data, code=4)
    assert "localhost, which the card does not name" in away

    server.content = server.content[:-1] + b"!"
    card = card_for(model, "altered", output=YOLO, url=f"{base}/m.onnx")
    altered = shanasheel("models", "pull", "altered", "--card", card, "--data", data, code=8)
    assert "SHA-256" in altered
    assert not list((data / "models" / ".pulling").iterdir())


@pytest.mark.timeout(200)
def test_a_running_camera_changes_its_model_without_a_gap(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=500, rate=25, gop=25)
    config = tmp_path / "site.yaml"
    config.write_text(f"site: Basra\nworkers: 1\ncameras:\n  - {{id: GATE, url: {film}}}\n")
    data = tmp_path / "data"
    model = constant_model(tmp_path / "m.onnx", {"o": PERSON})
    open_folder(data)
    shanasheel("models", "add", model, "--card", card_for(model, output=YOLO), "--data", data)

    with running(config, data) as product:
        wait_for(lambda: product.camera("GATE")["state"] == "recording", "recording")
        worker = product.pids("shanasheel.app.worker")
        assert Machine(data).cameras()["GATE"]["tracks"] == 0
        shanasheel("models", "use", "tiny", "--data", data)
        wait_for(lambda: Machine(data).cameras()["GATE"]["tracks"], "what only that model sees")
        count = product.get("/status")["segments"]
        wait_for(lambda: product.get("/status")["segments"] > count, "recording to go on")
        now = SystemClock().now()
        span = f"from={(now - dt.timedelta(hours=1)):%Y-%m-%dT%H:%MZ}&to={now:%Y-%m-%dT%H:%M:%SZ}"
        gaps = product.get(f"/cameras/GATE/timeline?{span}")["gaps"]

        assert product.pids("shanasheel.app.worker") == worker
        assert gaps == []
