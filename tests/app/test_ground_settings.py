"""Where the ground lies in a view is said in YAML or on the command line, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from running import cli
from shanasheel.app.settings import as_settings, parse_settings
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.ground import Ground, GroundPoint
from shanasheel.domain.wire import dumps, loads
from videos import make_video

POINTS = ("0.2,0.9,0,0", "0.8,0.9,7,0", "0.6,0.4,7,30", "0.4,0.4,0,30")


def listed(points: list[dict[str, object]], ahead: float | None = 90.0) -> bytes:
    camera = {"id": "C", "url": "rtsp://h/x", "ground": {"points": points, "ahead": ahead}}
    return yaml.safe_dump({"cameras": [camera]}).encode()


def yaml_points() -> list[dict[str, object]]:
    rows = [[float(part) for part in text.split(",")] for text in POINTS]
    return [{"at": [x, y], "right": right, "ahead": ahead} for x, y, right, ahead in rows]


def test_a_ground_in_yaml_is_kept_and_written_out_again() -> None:
    (camera,) = parse_settings(listed(yaml_points()), Path("f"))[1] or ()

    assert camera.ground == Ground(
        points=tuple(
            GroundPoint(at=at, right_m=right, ahead_m=ahead)
            for at, right, ahead in (
                ((0.2, 0.9), 0, 0), ((0.8, 0.9), 7, 0), ((0.6, 0.4), 7, 30), ((0.4, 0.4), 0, 30),
            )
        ),
        ahead_deg=90.0,
    )  # fmt: skip
    again = yaml.safe_dump({"cameras": [as_settings(camera, hide=False)]}).encode()
    assert parse_settings(again, Path("f"))[1] == (camera,)
    assert loads(dumps(camera), type(camera)) == camera


@pytest.mark.parametrize(
    ("points", "ahead"),
    [
        (yaml_points()[:3], 90.0),
        ([*yaml_points()[:3], {"at": [1.2, 0.5], "right": 0, "ahead": 30}], 90.0),
        ([{**one, "right": 0} for one in yaml_points()], 90.0),
        (yaml_points(), 360.0),
        ([{**one, "right": -float(str(one["right"]))} for one in yaml_points()], 90.0),
    ],
    ids=["three points", "outside the picture", "a line", "no bearing", "mirrored"],
)
def test_a_ground_that_cannot_be_is_refused(points: list[dict[str, object]], ahead: float) -> None:
    with pytest.raises(InvalidInput):
        parse_settings(listed(points, ahead), Path("f"))


def test_the_command_line_sets_and_forgets_the_ground(tmp_path: Path) -> None:
    film, data = make_video(tmp_path / "a.mp4"), ("--data", str(tmp_path / "data"))
    marked = [word for point in POINTS for word in ("--point", point)]

    assert cli("cameras", "add", "C", str(film), *data).returncode == 0
    done = cli("cameras", "ground", "C", *marked, "--ahead", "90", *data)
    known = yaml.safe_load(cli("cameras", "export", *data).stdout)["cameras"][0]
    wrong = cli("cameras", "ground", "C", *marked[:6], *data)
    assert cli("cameras", "ground", "C", "--forget", *data).returncode == 0
    forgotten = yaml.safe_load(cli("cameras", "export", *data).stdout)["cameras"][0]

    assert done.returncode == 0, done.stderr
    assert known["ground"] == {"points": yaml_points(), "ahead": 90.0}
    assert wrong.returncode == 2
    assert "ground" not in forgotten


def test_the_command_line_takes_height_and_angle_and_tells_how_far_a_point_is_off(
    tmp_path: Path,
) -> None:
    film, data = make_video(tmp_path / "a.mp4"), ("--data", str(tmp_path / "data"))
    marked = [word for point in (*POINTS, "0.5,0.9,3.5,2") for word in ("--point", point)]
    assert cli("cameras", "add", "C", str(film), *data).returncode == 0

    hung = cli("cameras", "ground", "C", "--height", "6", "--tilt", "20", "--wide", "65", *data)
    known = yaml.safe_load(cli("cameras", "export", *data).stdout)["cameras"][0]["ground"]
    half = cli("cameras", "ground", "C", "--height", "6", *data)
    off = cli("cameras", "ground", "C", *marked, *data)

    assert hung.returncode == 0, hung.stderr
    assert len(known["points"]) == 4
    assert half.returncode == 2
    assert "Point 5 lies 2.00 m" in off.stdout
