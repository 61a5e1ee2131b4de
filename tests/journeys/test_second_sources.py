"""What a camera offers beside its main stream: a sub to look at, and notices of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from onvif_camera import Camera, onvif_camera
from rtsp_server import Door, rtsp_server
from running import Product, cli, running, wait_for
from videos import make_video

SECRETS = ("main-s3cret", "sub-s3cret", "S3cret-of-Basra")
MAIN, SUB = (320, 240), (160, 160)


@dataclass
class Scene:
    """A running product with two cameras: GATE has a sub stream, YARD shows nothing that moves."""

    product: Product
    sub: Door
    device: Camera


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("second")
    for name in ("main", "sub"):
        (folder / name).mkdir()
    none = {"bf": "0"}
    make_video(folder / "main" / "film.mp4", frames=1500, gop=25, size=MAIN, options=none)
    make_video(folder / "sub" / "film.mp4", frames=1500, gop=25, size=SUB, options=none)
    still = make_video(folder / "still.mp4", frames=3000, gop=25, size=MAIN, moves=False)
    with ExitStack() as stack:
        main = stack.enter_context(rtsp_server(
            folder / "main", user="u", password="main-s3cret", scheme="digest"))  # fmt: skip
        sub = stack.enter_context(rtsp_server(
            folder / "sub", user="u", password="sub-s3cret", scheme="digest"))  # fmt: skip
        device = stack.enter_context(onvif_camera())
        onvif = device.xaddr.replace("://", f"://{device.user}:{device.password}@")
        cameras = [
            {"id": "GATE", "url": f"rtsp://u:main-s3cret@127.0.0.1:{main.port}/film.mp4",
             "sub_url": f"rtsp://u:sub-s3cret@127.0.0.1:{sub.port}/film.mp4"},
            {"id": "YARD", "url": str(still), "onvif": onvif, "sub_url": "rtsp://127.0.0.1:9/gone"},
        ]  # fmt: skip
        config = folder / "cameras.yaml"
        config.write_text(json.dumps({"workers": 1, "cameras": cameras}))
        product = stack.enter_context(running(config, folder / "data"))
        wait_for(lambda: product.camera("GATE")["state"] == "recording", "recording")
        yield Scene(product=product, sub=sub, device=device)
        device.fault = "silent"  # stopping waits for no camera
    assert product.process.returncode == 0


def sizes(folder: Path) -> list[tuple[int, int]]:
    """Return the picture size of each file, oldest first."""
    found = []
    for path in sorted(folder.rglob("*.mp4")):
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            found.append((stream.width, stream.height))
    return found


@pytest.mark.timeout(200)
def test_the_sub_is_looked_at_and_the_main_steps_in_when_it_dies(scene: Scene) -> None:
    product, data = scene.product, scene.product.data
    shielded = data / "shielded" / "GATE"

    wait_for(lambda: product.camera("GATE")["analysed"] == "sub", "the sub to be looked at")
    wait_for(lambda: product.camera("GATE")["sub"] == "live", "the sub to be live")
    wait_for(lambda: product.camera("GATE")["decoded_share"] > 0, "pictures to be decoded")
    scene.sub.cut.set()
    wait_for(lambda: product.camera("GATE")["analysed"] == "main", "the main to step in")
    lost = product.camera("GATE")
    wait_for(lambda: len(list(shielded.rglob("*.mp4"))) >= 2, "the main to be shown")
    scene.sub.cut.clear()
    wait_for(lambda: product.camera("GATE")["analysed"] == "sub", "the sub to be back")
    wait_for(lambda: len(list(shielded.rglob("*.mp4"))) >= 3, "the sub to be shown again")

    assert lost["sub"] == "lost"
    assert lost["sub_cause"] in {"signal_lost", "unreachable"}
    assert lost["state"] == "recording"
    assert product.camera("GATE")["gaps"] == 0
    square, wide, *_ = [width == height for width, height in sizes(shielded)]
    assert (square, wide) == (True, False)
    assert set(sizes(data / "archive" / "GATE")) == {MAIN}


@pytest.mark.timeout(200)
def test_a_motion_notice_makes_a_quiet_camera_looked_at_for_as_long_as_it_lasts(
    scene: Scene,
) -> None:
    product, device = scene.product, scene.device
    wait_for(lambda: product.camera("YARD")["notices"] == "live", "the subscription")
    wait_for(lambda: product.camera("YARD")["analysed"] == "main", "the main, there is no sub")
    wait_for(lambda: not product.camera("YARD")["active"], "the still picture to be quiet")

    device.notice("tns1:RuleEngine/CellMotionDetector/Motion",
                  data='<t:SimpleItem Name="IsMotion" Value="true"/>')  # fmt: skip
    wait_for(lambda: product.camera("YARD")["active"], "the notice to make it active")
    device.notice("tns1:RuleEngine/CellMotionDetector/Motion",
                  data='<t:SimpleItem Name="IsMotion" Value="false"/>')  # fmt: skip
    wait_for(lambda: not product.camera("YARD")["active"], "it to be quiet again")


@pytest.mark.timeout(200)
def test_a_tamper_notice_calls_a_person_and_is_proven(scene: Scene) -> None:
    product, device = scene.product, scene.device
    wait_for(lambda: product.camera("YARD")["notices"] == "live", "the subscription")

    for said in ("true", "false", "true"):  # a flickering sensor calls once
        device.notice(
            "tns1:VideoSource/GlobalSceneChange/ImagingService",
            source='<t:SimpleItem Name="Source" Value="v1"/>',
            data=f'<t:SimpleItem Name="State" Value="{said}"/>',
        )
    wait_for(lambda: tampered(product), "the alert")
    device.forget_subscriptions()  # as after a restart: a new subscription says nothing twice
    device.notice("tns1:Device/Trigger/Relay", data='<t:SimpleItem Name="State" Value="true"/>')

    (alert,) = tampered(product)
    assert (alert["camera"], alert["detail"]) == ("YARD", "scene_change")
    assert alert["priority"] == "high"
    assert alert["events"] == 1


@pytest.mark.timeout(200)
def test_a_device_that_fails_is_followed_again_and_recording_knows_nothing_of_it(
    scene: Scene,
) -> None:
    product, device = scene.product, scene.device
    wait_for(lambda: product.camera("YARD")["notices"] == "live", "the subscription")

    device.fault = "garbage"
    wait_for(lambda: product.camera("YARD")["notices"] == "lost", "the loss to be said")
    device.fault = ""
    wait_for(lambda: product.camera("YARD")["notices"] == "live", "a new subscription")
    now = product.camera("YARD")

    assert (now["state"], now["gaps"]) == ("recording", 0)
    assert (now["sub"], now["sub_cause"]) == ("lost", "unreachable")


def test_no_password_of_any_source_is_shown(scene: Scene) -> None:
    data = scene.product.data
    listed = cli("cameras", "list", "--data", str(data), "--json")
    exported = cli("cameras", "export", "--data", str(data))
    shown = listed.stdout + exported.stdout + json.dumps(scene.product.get("/cameras"))
    shown += "".join(path.read_text() for path in (data / "logs").iterdir())

    assert '"sub_url"' in listed.stdout
    assert "onvif: http://operator:***@" in exported.stdout
    for secret in SECRETS:
        assert secret not in shown


def tampered(product: Product) -> list[dict]:
    return [one for one in product.get("/alerts")["items"] if one["kind"] == "camera_tampered"]
