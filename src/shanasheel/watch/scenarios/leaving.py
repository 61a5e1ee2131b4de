"""Something is set down and left; or not quite."""

from __future__ import annotations

import numpy as np

from shanasheel.domain.alerts import EventKind
from shanasheel.domain.rules import Rule, RuleKind
from shanasheel.watch.scenarios.actors import Actor, Script, Truth, person
from shanasheel.watch.scenarios.street import Random, traffic
from shanasheel.watch.scenarios.ways import BENT, RATE, UPRIGHT, Floats, Walk

#: Length, width, height in metres: a backpack, a suitcase, a box, a sports bag, a gas bottle.
_SORTS = (
    (0.35, 0.3, 0.5), (0.5, 0.3, 0.65), (0.4, 0.4, 0.35), (0.6, 0.3, 0.3), (0.32, 0.32, 0.6),
)  # fmt: skip
_AFTER_S = 30.0
_SECONDS = 120.0
_BESIDE = np.array([0.4, -0.2])


def abandoned_object(random: Random, happens: bool) -> Script:  # noqa: FBT001 - two sides
    """Somebody sets something down and goes; or takes it on, stays by it, leaves it to friends.

    Or somebody else takes it before long.
    """
    script = Script(seconds=_SECONDS, actors=traffic(random, _SECONDS, people=3, vehicles=2))
    script.rules.append(Rule(rule=RuleKind.ABANDONED_OBJECT, after_s=_AFTER_S))
    x, y = float(random.uniform(-6, 6)), float(random.uniform(1.5, 6))
    first = round(float(random.uniform(12, 18)) * RATE)
    walk = Walk((-18.0, y)).to((x, y), speed=1.2)
    down = len(walk.points) + round(RATE)
    walk.wait(2, BENT).wait(float(random.uniform(1, 6)))
    leaves_s = (first + len(walk.points)) / RATE
    which = "left" if happens else str(random.choice(["on", "stays", "friends", "taken"]))
    taken_s = _SECONDS
    if which == "on":
        taken_s = leaves_s + 6
        walk.wait(5).wait(1.5, BENT)
    elif which == "stays":
        walk.wait(70)
    walk.to((22.0, y), speed=1.3)
    owner = person(walk, random, first=first)
    script.actors.append(owner)
    if which == "friends":
        script.actors += _friends(random, (x, y), first, down)
    if which == "taken":
        taken_s = leaves_s + 22
        script.actors.append(_taker(random, (x, y), taken_s))
    after = owner if which == "on" else None
    script.actors.append(_thing(random, owner, first + down, taken_s, after))
    if happens:
        script.truths.append(Truth(
            kind=EventKind.ABANDONED_OBJECT, start_s=leaves_s + _AFTER_S,
            end_s=leaves_s + _AFTER_S + 25, where=(x, y),
        ))  # fmt: skip
    return script


def _friends(random: Random, spot: tuple[float, float], first: int, down: int) -> list[Actor]:
    """Return two who came along and stay."""
    found = []
    for aside in (-0.9, 0.9):
        walk = Walk((-18.0 + aside, spot[1] + 0.7)).to((spot[0] + aside, spot[1] + 0.7), speed=1.2)
        walk.wait(70 + down / RATE / 4).to((22.0, spot[1] + 0.7), speed=1.3)
        found.append(person(walk, random, first=first))
    return found


def _taker(random: Random, spot: tuple[float, float], taken_s: float) -> Actor:
    walk = Walk((16.0, spot[1] + 0.3)).to((spot[0] + 0.4, spot[1] + 0.3), speed=1.3)
    first = max(0, round((taken_s - 1) * RATE) - len(walk.points))
    walk.wait(1.5, BENT).to((-20.0, spot[1] + 0.3), speed=1.4)
    return person(walk, random, first=first)


def _thing(
    random: Random, owner: Actor, down: int, taken_s: float, after: Actor | None
) -> Actor:  # fmt: skip
    """Return what is carried by its owner, stands, and is perhaps carried on."""
    places: list[Floats] = []
    last = round(min(taken_s, _SECONDS) * RATE)
    spot = owner.places[min(down - owner.first, len(owner.places) - 1)] + _BESIDE
    for frame in range(owner.first, last):
        carried = owner.places[min(frame - owner.first, len(owner.places) - 1)]
        places.append(spot if frame >= down else carried + _BESIDE)
    if after is not None:
        places += [place + _BESIDE for place in after.places[last - after.first :]]
    way = np.array(places, np.float64).reshape(-1, 2)
    return Actor(
        kind=None, label=-1, size_m=_SORTS[int(random.integers(len(_SORTS)))], first=owner.first,
        places=way, headings=np.full(len(way), float(random.uniform(0, np.pi))),
        poses=np.full(len(way), UPRIGHT, np.int8),
    )  # fmt: skip
