"""A running camera's passing car is described; its speed too, from when the ground is measured."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
import yaml
from PIL import Image

from footage import data_folder
from running import cli, running, wait_for

# 20 m across the picture, of which the car crosses a tenth and a bit in a second: 7.5 km/h.
GROUND = ("0,0.5,0,20", "1,0.5,20,20", "1,1,20,0", "0,1,0,0")


def passing(path: Path, photograph: Path) -> Path:
    """Film a photographed car on its way from left to right, 6 s."""
    with Image.open(photograph) as opened:
        car = opened.convert("RGB")
    car = car.resize((300, round(300 * car.height / car.width)))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        stream.options = {"crf": "20"}
        for number in range(60):
            picture = Image.new("RGB", (960, 540), (112, 120, 116))
            picture.paste(car, (20 + 10 * number, 405 - car.height))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture))))
        container.mux(stream.encode(None))
    return path


@pytest.mark.timeout(200)
def test_a_live_camera_describes_and_measures(tmp_path: Path) -> None:
    film = passing(tmp_path / "red.mp4", data_folder("plates-eu") / "test_065.jpg")
    config, data = tmp_path / "site.yaml", str(tmp_path / "data")
    config.write_text(yaml.safe_dump({"cameras": [{"id": "GATE", "url": str(film)}]}))

    with running(config, tmp_path / "data") as product:
        seen = wait_for(lambda: product.get("/sightings?colour=red")["items"], "a red car")
        marked = [word for point in GROUND for word in ("--point", point)]
        assert (
            cli("cameras", "ground", "GATE", *marked, "--ahead", "0", "--data", data).returncode
            == 0
        )
        fast = wait_for(lambda: product.get("/sightings?faster=1")["items"], "a speed")
        span = f"from={seen[-1]['start_us']}&to={fast[0]['end_us']}"
        gaps = product.get(f"/cameras/GATE/timeline?{span}")["gaps"]

    first, measured = seen[-1]["description"]["movement"], fast[0]["description"]["movement"]
    assert first["speed_kmh"] is None
    assert first["towards"] == measured["towards"] == "right"
    assert measured["speed_low_kmh"] < 7.5 < measured["speed_high_kmh"]
    assert measured["bearing_deg"] == pytest.approx(90, abs=measured["bearing_within_deg"])
    assert gaps == []  # measuring the ground interrupts no recording
