"""An ordinary street: people walk, stand, sit, cross, jog; vehicles pass, queue, park, drop people.

The street lies along the x axis, its two lanes at y = -2 (towards +x) and y = -5.5 (towards -x);
people walk at y = 1 to 4, where shops are, and on the far side at y = -9 to -11. Behind the shops'
side is a square. How often what happens is a guess, the same for every rule.
"""

from __future__ import annotations

import numpy as np

from shanasheel.watch.scenarios.actors import (
    BUS,
    CAR,
    MOTORCYCLE,
    PICKUP,
    TRUCK,
    VAN,
    Actor,
    person,
    rider,
    vehicle,
)
from shanasheel.watch.scenarios.ways import BENT, RATE, SEATED, Drive, Spot, Walk

LANES: dict[float, float] = {1.0: -2.0, -1.0: -5.5}  # direction along x, and where it lies
KERB_Y = -0.6
_FAR_M = 55.0
_SORTS = (CAR, CAR, CAR, CAR, PICKUP, VAN, TRUCK, BUS, MOTORCYCLE, MOTORCYCLE)

Random = np.random.Generator


def traffic(random: Random, seconds: float, *, people: float, vehicles: float) -> list[Actor]:
    """Return who comes by.

    Args:
        people, vehicles: that come in a minute, on average.
    """
    actors: list[Actor] = []
    for at_s in _arrivals(random, seconds, people):
        actors += passers(random, round(at_s * RATE))
    for at_s in _arrivals(random, seconds, vehicles):
        actors += drivers(random, round(at_s * RATE))
    return actors


def _arrivals(random: Random, seconds: float, per_minute: float) -> list[float]:
    """Return seconds, some before the beginning so that the street is not empty at first."""
    count = int(random.poisson(per_minute * (seconds + 60) / 60))
    return sorted(random.uniform(-60, seconds, count).tolist())


def passers(random: Random, first: int) -> list[Actor]:
    """Return one person who comes by, or a few together."""
    kind = random.random()
    if kind < 0.03:
        return _joggers(random, first)
    if kind < 0.05:
        return _children(random, first)
    count = int(random.choice([1, 1, 1, 2, 2, 3, 4]))
    side, way = float(random.choice([1.0, -1.0])), _way(random)
    pace = float(random.uniform(0.9, 1.6))
    stops = [_stop(random) for _ in range(int(random.choice([0, 0, 0, 1, 1, 2])))]
    crosses = random.random() < 0.12
    party = []
    for number in range(count):
        aside = 0.7 * number + float(random.normal(0, 0.1))
        y = float(random.uniform(1.0, 3.2)) if side > 0 else float(random.uniform(-10.5, -9.0))
        walk = Walk((-22 * way, y + aside))
        for x, stay_s, pose in sorted(stops, key=lambda stop: way * stop[0]):
            walk.to((x + float(random.normal(0, 0.4)), y + aside), speed=pace)
            walk.wait(stay_s, pose)
        if crosses:
            walk.to((3 * way, y + aside), (3 * way, (-9.5 if side > 0 else 2) + aside), speed=1.4)
        walk.to((26 * way, walk.points[-1][1] if walk.points else y + aside), speed=pace)
        party.append(person(walk, random, first=first))
    return party


def _stop(random: Random) -> tuple[float, float, int]:
    """Return where somebody stops, for how long, and how: to talk, to tie a shoe, on a bench."""
    luck = random.random()
    if luck < 0.12:
        return float(random.uniform(-9, 9)), float(random.uniform(2, 6)), BENT
    if luck < 0.24:
        return float(random.uniform(-9, 9)), float(random.uniform(20, 120)), SEATED
    return float(random.uniform(-9, 9)), float(random.exponential(25) + 3), 0


def _joggers(random: Random, first: int) -> list[Actor]:
    way, pace, y = _way(random), float(random.uniform(2.5, 3.4)), float(random.uniform(1, 3))
    count = int(random.choice([1, 1, 2, 3]))
    return [
        person(Walk((-24 * way, y + 0.9 * n)).to((26 * way, y + 0.9 * n), speed=pace), random,
               first=first + n)
        for n in range(count)
    ]  # fmt: skip


def _children(random: Random, first: int) -> list[Actor]:
    """Return two or three that chase one another about the square."""
    walks = []
    for _ in range(int(random.choice([2, 3]))):
        walk = Walk((-20.0, 6.0)).to((-6.0, 6.0), speed=1.4)
        for _ in range(int(random.integers(4, 10))):
            spot = (float(random.uniform(-8, 8)), float(random.uniform(4, 10)))
            walk.to(spot, speed=float(random.uniform(1.8, 3.2)))
            if random.random() < 0.4:
                walk.wait(float(random.uniform(0.5, 3)))
        walks.append(walk.to((24.0, 6.0), speed=1.5))
    return [person(walk, random, first=first) for walk in walks]


def drivers(random: Random, first: int) -> list[Actor]:
    """Return a vehicle that comes by, and whoever gets out of it or in."""
    way = _way(random)
    sort = _SORTS[int(random.integers(len(_SORTS)))]
    if sort is BUS or sort is TRUCK:
        return [_passing(random, first, way, sort)]
    luck = random.random()
    if luck < 0.06 and way > 0:
        return _parks(random, first, sort)
    if luck < 0.12 and way > 0:
        return _taxi(random, first, sort)
    if luck < 0.2:
        return _with_rider(random, _queues(random, first, way, sort))
    return _with_rider(random, _passing(random, first, way, sort))


def _with_rider(random: Random, actor: Actor) -> list[Actor]:
    return [actor, rider(actor, random)] if actor.label == MOTORCYCLE[3] else [actor]


def start_of(way: float) -> tuple[Spot, Spot]:
    """Return where traffic of a direction comes from, and its direction."""
    return (-_FAR_M * way, LANES[way]), (way, 0.0)


def _passing(
    random: Random, first: int, way: float, sort: tuple[float, float, float, int]
) -> Actor:
    drive = Drive(float(random.uniform(6, 13)))
    if random.random() < 0.15:  # for a hole in the road, a person, a turn
        drive.slow(_FAR_M + float(random.uniform(-12, 8)), float(random.uniform(2, 5)))
        drive.cruise(2 * _FAR_M, float(random.uniform(7, 12)), gain_of(random, sort))
    drive.cruise(2 * _FAR_M)
    return vehicle(drive, sort, *start_of(way), first=first)


def _queues(random: Random, first: int, way: float, sort: tuple[float, float, float, int]) -> Actor:
    """Return a vehicle that waits in traffic, people beside it."""
    drive = Drive(float(random.uniform(6, 11)))
    drive.halt(_FAR_M + float(random.uniform(-12, 6)), float(random.uniform(1.5, 3)))
    drive.wait(float(random.uniform(3, 35)))
    drive.cruise(2 * _FAR_M, float(random.uniform(7, 12)), gain_of(random, sort))
    return vehicle(drive, sort, *start_of(way), first=first)


def _parks(random: Random, first: int, sort: tuple[float, float, float, int]) -> list[Actor]:
    """Return a vehicle at the kerb whose driver goes to a shop and comes back."""
    x = float(random.uniform(-10, 8))
    drive = Drive(float(random.uniform(6, 9))).halt(_FAR_M + x, 1.8)
    stops, stay_s = len(drive.distances), float(random.uniform(15, 180))
    drive.wait(stay_s).cruise(2 * _FAR_M, 9, gain_of(random, sort))
    car = vehicle(drive, sort, (-_FAR_M, KERB_Y - 1.0), (1.0, 0.0), first=first)
    door, shop = (x, KERB_Y + 0.6), (x + float(random.normal(0, 2)), 4.0)
    walk = Walk(door).to(shop, speed=1.2).wait(max(0.0, stay_s - 12)).to(door, speed=1.2)
    return [*_with_rider(random, car), person(walk, random, first=first + stops + 10)]


def _taxi(random: Random, first: int, sort: tuple[float, float, float, int]) -> list[Actor]:
    """Return a vehicle that stops beside somebody who waits, and takes them along."""
    x = float(random.uniform(-10, 8))
    drive = Drive(float(random.uniform(6, 10))).halt(_FAR_M + x, 2.0)
    stops, stay_s = len(drive.distances), float(random.uniform(6, 20))
    drive.wait(stay_s).cruise(2 * _FAR_M, 10, gain_of(random, sort))
    waits = Walk((x + 1.5, 2.5)).wait(max(1.0, stops / RATE + 2)).to((x, KERB_Y + 0.6), speed=1.2)
    car = vehicle(drive, sort, (-_FAR_M, KERB_Y - 1.0), (1.0, 0.0), first=first)
    return [*_with_rider(random, car), person(waits, random, first=first)]


def gain_of(random: Random, sort: tuple[float, float, float, int]) -> float:
    """Return with how many m/s² a driver leaves on an ordinary day."""
    if sort is MOTORCYCLE:
        return float(np.clip(random.normal(2.0, 0.4), 1.0, 3.0))
    return float(np.clip(random.normal(1.5, 0.35), 0.8, 2.4))


def _way(random: Random) -> float:
    return float(random.choice([1.0, -1.0]))
