"""Made-up happenings on made-up ground, with their truth: what rules are judged by.

The seed is the only input, so that anyone gets the same detections. Nothing here follows tracks or
judges rules: whoever measures pushes `Scenario.film` through the real tracker and rules.
"""

from shanasheel.watch.scenarios.actors import Truth
from shanasheel.watch.scenarios.filming import Filmed, Scenario
from shanasheel.watch.scenarios.staged import STAGES
from shanasheel.watch.scenarios.stories import ordinary_day, staged, story, story_names, warm_up

__all__ = [
    "STAGES",
    "Filmed",
    "Scenario",
    "Truth",
    "ordinary_day",
    "staged",
    "story",
    "story_names",
    "warm_up",
]
