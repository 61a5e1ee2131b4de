"""What the shield hides when it is sure, when it is not, and when nobody is seen at all."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import av
import numpy as np
import pytest

from planes import as_rgb
from shanasheel.base.errors import InvalidInput
from shanasheel.domain.cameras import KIND_NUMBERS, CameraId, Kind
from shanasheel.domain.seen import Detections
from shanasheel.domain.shielding import Hide, Shielding
from shanasheel.watch.tracking import Tracker
from shanasheel.watch.vision import Picture, Shield, still
from shanasheel.watch.vision.masks import Masks

CAMERA = CameraId("C1")
START = datetime(2026, 1, 1, tzinfo=UTC)
WIDTH_PX, HEIGHT_PX = 640, 480
PERSON, VEHICLE = Kind.PERSON, Kind.VEHICLE
WALKER = (300, 100, 340, 200)
NOISE = np.random.default_rng(3).integers(0, 255, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)


def picture_at(at_s: float) -> Picture:
    return Picture(
        camera=CAMERA, at=START + timedelta(seconds=at_s), frame_index=round(at_s * 10),
        frame=av.VideoFrame.from_ndarray(NOISE, format="rgb24"),
    )  # fmt: skip


def seen(at_s: float, *boxes: tuple[float, ...], score: float = 0.9, kind: Kind = PERSON):
    count = len(boxes)
    return Detections(
        camera=CAMERA, at=START + timedelta(seconds=at_s), frame_index=round(at_s * 10),
        width_px=WIDTH_PX, height_px=HEIGHT_PX,
        boxes=np.array(boxes, np.float32).reshape(-1, 4), scores=np.full(count, score, np.float32),
        kinds=np.full(count, KIND_NUMBERS[kind], np.int16), labels=np.zeros(count, np.int16),
    )  # fmt: skip


def hidden(masks: Masks, box: tuple[float, ...]) -> float:
    """Return the share of a box, in pixels of the picture, that is masked."""
    x1, y1, x2, y2 = (int(edge) for edge in box)
    return float(masks.covered(WIDTH_PX, HEIGHT_PX)[y1:y2, x1:x2].mean())


def lone_look(shielding: Shielding | None = None, **what: object) -> Masks:
    box = what.pop("box", WALKER)
    return Shield(shielding).cover(picture_at(0), seen(0, box, **what))


def test_of_a_sure_person_the_head_is_hidden_and_the_legs_are_seen() -> None:
    masks = lone_look()

    assert hidden(masks, (300, 100, 340, 125)) == 1.0
    assert hidden(masks, (300, 140, 340, 200)) == 0.0


@pytest.mark.parametrize(
    "unsure",
    [
        {"score": 0.3},  # weak
        {"box": (0, 100, 40, 200)},  # cut by the left edge …
        {"box": (600, 100, 640, 200)},  # … the right …
        {"box": (300, 0, 340, 90)},  # … the upper …
        {"box": (300, 390, 340, 480)},  # … the lower
        {"box": (300, 100, 308, 124)},  # tiny
    ],
    ids=["weak", "left", "right", "top", "bottom", "tiny"],
)
def test_who_may_have_a_head_elsewhere_is_hidden_whole(unsure: dict[str, object]) -> None:
    masks = lone_look(**unsure)

    assert hidden(masks, unsure.get("box", WALKER)) == 1.0


def test_whole_people_are_hidden_where_that_is_set() -> None:
    assert hidden(lone_look(Shielding(hide=Hide.PEOPLE)), WALKER) == 1.0


def walk(missed_from: int, looks: int) -> list[tuple[Masks, tuple[float, ...]]]:
    """Return the masks of each look, 0.2 s apart, and where the walker is; it goes unseen."""
    tracker, shield, found = Tracker(CAMERA), Shield(), []
    for look in range(looks):
        at_s, x = look / 5, 100 + 8 * look
        box = (x, 100, x + 40, 200)
        detections = seen(at_s, *([box] if look < missed_from else []))
        tracker.push(detections)
        found.append((shield.cover(picture_at(at_s), detections, tracker.missed()), box))
    return found


def test_who_is_followed_but_missed_is_hidden_whole_where_they_should_be() -> None:
    looks = walk(missed_from=10, looks=25)

    for masks, box in looks[10:18]:  # 1.6 s, far over the hold
        assert hidden(masks, box) > 0.95
    assert hidden(looks[-1][0], (0, 0, WIDTH_PX, HEIGHT_PX)) == 0.0  # the track is lost


def test_masks_last_to_the_next_look_however_long_that_takes() -> None:
    shield = Shield()
    shield.cover(picture_at(0), seen(0, WALKER))

    soon = shield.cover(picture_at(4), seen(4))
    later = shield.cover(picture_at(8), seen(8))

    assert hidden(soon, (300, 100, 340, 125)) == 1.0
    assert hidden(later, (0, 0, WIDTH_PX, HEIGHT_PX)) == 0.0


def test_a_lone_look_hides_whoever_may_be_there() -> None:
    faint = seen(0, WALKER, score=0.1)

    for found in (faint, seen(0, WALKER)):
        assert hidden(Shield(lone=True).cover(picture_at(0), found), WALKER) == 1.0


def test_private_windows_are_grey_whoever_is_seen_in_the_view_and_in_every_picture() -> None:
    window = ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.5))
    shield = Shield(Shielding(windows=(window,)))
    picture = picture_at(0)
    masks = shield.cover(picture, seen(0, (100, 100, 140, 220)))

    shown = as_rgb(shield.render(picture, masks))

    inside = shown[49:239, 65:319].reshape(-1, 3)
    assert len(np.unique(inside, axis=0)) == 1
    assert hidden(masks, (64, 48, 320, 240)) == 1.0
    assert hidden(masks, (330, 250, 640, 480)) == 0.0
    cut = still(picture, masks, box=(64, 48, 320, 240))
    with av.open(io.BytesIO(cut)) as jpeg:
        pixels = next(jpeg.decode(video=0)).to_ndarray(format="rgb24")
    middle = pixels[pixels.shape[0] // 3 : pixels.shape[0] // 2, pixels.shape[1] // 3 : -80]
    assert middle.std() < 8


@pytest.mark.parametrize(
    "window",
    [
        ((0, 0), (1, 1)),
        ((0, 0), (1, 1), (1, 0), (0, 1)),  # crosses itself: a part would stay open
        ((0, 0), (1.2, 0), (1, 1)),
    ],
)
def test_a_private_window_that_would_hide_less_than_drawn_is_refused(window: tuple) -> None:
    with pytest.raises(InvalidInput):
        Shielding(windows=(window,))


def test_plates_are_hidden_with_the_lower_half_of_vehicles_where_that_is_set() -> None:
    car, lower = (200, 200, 400, 300), (200, 252, 400, 300)

    masks = lone_look(Shielding(plates=True), box=car, kind=VEHICLE)

    assert hidden(masks, lower) == 1.0
    assert hidden(masks, (200, 200, 400, 240)) == 0.0
    assert hidden(lone_look(box=car, kind=VEHICLE), car) == 0.0


def test_a_face_that_no_person_was_found_around_is_hidden_with_its_head() -> None:
    face = np.array([[500, 300, 520, 324]], np.float32)
    with_face = replace(seen(0, WALKER), faces=face)

    masks = Shield().cover(picture_at(0), with_face)

    assert hidden(masks, (496, 290, 524, 326)) == 1.0
    assert hidden(masks, (500, 340, 520, 400)) == 0.0
    assert hidden(masks, (300, 140, 340, 200)) == 0.0


def test_where_faces_cannot_be_found_people_are_hidden_whole() -> None:
    masks = Shield().cover(picture_at(0), replace(seen(0, WALKER), faces=None))

    assert hidden(masks, WALKER) == 1.0
