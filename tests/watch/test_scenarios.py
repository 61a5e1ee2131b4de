"""Made-up happenings: the seed is the only input, and the real tracker and rules find them."""

from __future__ import annotations

import numpy as np
import pytest

from shanasheel.app.made_up_describer import most_recall
from shanasheel.app.scenario_run import run_scenario
from shanasheel.domain.alerts import EventKind
from shanasheel.domain.ground_plane import GroundPlane
from shanasheel.watch.rules.own_scale import OwnScale
from shanasheel.watch.scenarios import STAGES, ordinary_day, staged, story, story_names


def test_the_same_seed_films_the_same_detections() -> None:
    first, again, other = (
        [filmed.detections.boxes for _, filmed in zip(range(50), scene.film(), strict=False)]
        for scene in (
            ordinary_day(3, 30), ordinary_day(3, 30), ordinary_day(4, 30),
        )
    )  # fmt: skip

    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not all(np.array_equal(one, two) for one, two in zip(first, other, strict=True))


def test_the_ground_as_measured_is_about_where_the_camera_sees_it() -> None:
    scene = staged(EventKind.PERSON_DOWN, 5, happens=True)
    metres = np.array([[-3.0, 0.0], [0.0, 0.0], [3.0, 3.0]])

    seen = scene.view.ratios(tuple((float(x), float(y)) for x, y in metres))

    assert GroundPlane(scene.ground).metres(np.array(seen)) == pytest.approx(metres, abs=1.0)


def test_people_who_walk_by_teach_a_view_its_scale() -> None:
    scene, scale = ordinary_day(2, 120), OwnScale()
    for filmed in scene.film():
        found = filmed.detections
        size = (found.width_px, found.height_px)
        for box, kind, score in zip(found.boxes, found.kinds, found.scores, strict=True):
            if kind == 1 and score > 0.6 and box[1] > 3 and box[3] < size[1] - 3:
                x1, y1, x2, y2 = (float(edge) for edge in box / np.tile(size, 2))
                scale.push((x1, y1, x2, y2), size)

    learnt = scale.learnt

    assert learnt is not None
    one, other = (learnt.place(foot) for foot in scene.view.ratios(((-3.0, 3.0), (3.0, 3.0))))
    assert one is not None
    assert other is not None
    assert float(np.hypot(*np.subtract(one, other))) == pytest.approx(6.0, rel=0.35)


@pytest.mark.parametrize("kind", [EventKind.WRONG_WAY, EventKind.CURFEW, EventKind.ZONE_ENTRY])
def test_what_happens_is_found_and_what_nearly_happens_is_not(kind: EventKind) -> None:
    found = run_scenario(staged(kind, 1, happens=True)).judged(measured=True)
    nearly = run_scenario(staged(kind, 1, happens=False)).judged(measured=True)

    assert kind in found.found
    assert kind not in nearly.false


def test_every_scenario_has_its_truth() -> None:
    for kind in STAGES:
        assert kind in {truth.kind for truth in staged(kind, 1, happens=True).script.truths}
        assert not staged(kind, 1, happens=False).script.truths
    for name in story_names():
        assert story(name, 1).script.truths


def test_the_describer_limits_what_its_rules_can_find() -> None:
    most = most_recall(tries=1000)

    # A vehicle is told in 85 % and 44 %, and called only where the rule is sure enough.
    assert 0 < most[EventKind.NO_PLATE] < 0.9
    assert 0 < most[EventKind.DARK_WINDOWS] < 0.5
    assert most[EventKind.CONVOY] > 0
