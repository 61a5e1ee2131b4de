from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shanasheel.base.clock import FakeClock, to_us
from shanasheel.base.ids import IdMaker
from shanasheel.domain.cameras import CameraId, Kind
from shanasheel.watch.tracking import FinishedTrack, sighting_of

START = datetime(2026, 1, 1, tzinfo=UTC)
CAMERA = CameraId("BSR-014")


def track(count: int, step_s: float = 0.2, votes=((7, 9), (2, 2))) -> FinishedTrack:
    steps = np.arange(count)
    return FinishedTrack(
        camera=CAMERA,
        id=4,
        kind=Kind.VEHICLE,
        width_px=200,
        height_px=100,
        at_us=to_us(START) + (steps * step_s * 1e6).astype(np.int64),
        frames=steps.astype(np.int32),
        boxes=np.tile(np.array([[20, 10, 60, 50]], np.float32), (count, 1)),
        scores=np.full(count, 0.6, np.float32),
        hits=count,
        votes=votes,
        confidence=0.6,
        moved=True,
        best_box=(20, 10, 60, 50),
        best_at=START,
        best_frame=0,
    )


def sighting(found: FinishedTrack):
    return sighting_of(found, camera=CAMERA, ids=IdMaker(FakeClock(START)))


def test_a_track_becomes_a_sighting_of_what_most_detections_said():
    found = sighting(track(11))

    assert found is not None
    assert (found.type, found.kind, found.track, found.picture) == ("truck", "vehicle", 4, "")
    assert found.end - found.start == timedelta(seconds=2)


def test_the_path_has_about_a_point_a_second_with_both_ends():
    found = sighting(track(28))

    assert found is not None
    assert [(point.at - START).total_seconds() for point in found.path] == [0, 1, 2, 3, 4, 5, 5.4]
    assert found.path[0].box == pytest.approx((0.1, 0.1, 0.3, 0.5))


@pytest.mark.parametrize("short", [track(2), track(3, 0.1)])
def test_a_glimpse_is_no_sighting(short):
    assert sighting(short) is None


def test_a_type_that_detections_disagree_on_is_not_said():
    found = sighting(track(11, votes=((7, 6), (2, 5))))

    assert found is not None
    assert found.type == "unknown"
    assert found.description is not None
    assert [name for name, _ in found.description.types[:2]] == ["car", "truck"]  # cars are common


def test_a_label_of_another_kind_is_unknown():
    found = sighting(track(5, votes=((0, 5),)))

    assert found is not None
    assert found.type == "unknown"
