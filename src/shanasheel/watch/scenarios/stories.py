"""Whole happenings: an ambush, a convoy, a market day, a demonstration, and an ordinary day."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np

from shanasheel.domain.alerts import EventKind
from shanasheel.domain.cameras import Line, Zone
from shanasheel.domain.rules import Rule, RuleKind
from shanasheel.watch.scenarios.actors import CAR, Script, Truth, person, vehicle
from shanasheel.watch.scenarios.filming import Scenario, scenario_of
from shanasheel.watch.scenarios.staged import KERB, SQUARE, STAGES
from shanasheel.watch.scenarios.street import KERB_Y, traffic
from shanasheel.watch.scenarios.view import view_of
from shanasheel.watch.scenarios.ways import BENT, LYING, RATE, Drive, Walk

_ANY = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))


def staged(kind: EventKind, seed: int, *, happens: bool) -> Scenario:
    """Return what one rule must find, or must not."""
    number = list(STAGES).index(kind)
    random = np.random.default_rng([seed, number, int(happens)])
    script = STAGES[kind](random, happens)
    name = f"{kind.value}, {'happens' if happens else 'nearly'}"
    return scenario_of(name, seed, script, view_of(random), random)


def ambush(seed: int) -> Scenario:
    """Return: a car stops, three get out armed, shoot, somebody falls, people flee, they leave."""
    random = np.random.default_rng([seed, 101])
    script = Script(seconds=70, actors=traffic(random, 70, people=3, vehicles=2))
    x = float(random.uniform(-6, 0))
    drive = Drive(10).halt(55 + x, 3.0)
    begins_s = 15 + len(drive.distances) / RATE
    drive.wait(14).cruise(110, 16, 3.8)
    script.actors.append(
        vehicle(drive, CAR, (-55.0, KERB_Y - 1.0), (1.0, 0.0), first=round(15 * RATE))
    )
    for number in range(3):
        door = (x - 1.2 + 1.2 * number, 0.3)
        walk = Walk(door).to((door[0] + 3.5, 3.2), speed=1.4).wait(2.5)
        walk.to((door[0], 0.3), speed=1.6)
        script.actors.append(
            person(walk, random, first=round((begins_s + 1) * RATE), armed=number < 2)
        )
    victim = Walk((x + 8, 4.0)).wait(begins_s + 4.5)
    script.actors.append(person(victim.wait(0.6, BENT).wait(30, LYING), random))
    shot_s = begins_s + 4.0
    for _ in range(8):
        spot = (x + float(random.uniform(-2, 9)), float(random.uniform(5, 10)))
        walk = Walk(spot).wait(shot_s + float(random.uniform(0.2, 1.5)))
        angle = math.atan2(spot[1] - 3, spot[0] - x - 3) + float(random.normal(0, 0.4))
        ends = (spot[0] + 30 * math.cos(angle), spot[1] + 30 * math.sin(angle))
        script.actors.append(person(walk.to(ends, speed=float(random.uniform(3, 5))), random))
    script.shots_s = [shot_s]
    where, leaves_s = (x + 3, 3.0), begins_s + 14
    script.truths = [
        Truth(kind=EventKind.DRIVE_BY, start_s=leaves_s, end_s=leaves_s + 8, where=where),
        Truth(kind=EventKind.WEAPON_SEEN, start_s=begins_s, end_s=leaves_s, where=where),
        Truth(kind=EventKind.ARMED_GROUP, start_s=begins_s, end_s=leaves_s, where=where),
        Truth(kind=EventKind.SCATTERING, start_s=shot_s, end_s=shot_s + 10, where=where),
        Truth(kind=EventKind.PERSON_DOWN, start_s=shot_s + 4, end_s=shot_s + 20, where=where),
        Truth(kind=EventKind.SHOT_AND_SCATTERING, start_s=shot_s, end_s=shot_s + 10, where=where),
    ]
    return scenario_of("ambush", seed, script, view_of(random), random)


def market_day(seed: int, seconds: float = 120) -> Scenario:
    """Return: thirty people among stalls, in the way of one another; a crowd, and nothing else."""
    random = np.random.default_rng([seed, 102])
    script = Script(seconds=seconds, actors=traffic(random, seconds, people=4, vehicles=2))
    _crowded(script, 12)
    for _ in range(30):
        spot = (float(random.uniform(-7, 7)), float(random.uniform(3.5, 10)))
        walk = Walk(spot)
        while len(walk.points) < seconds * RATE:
            walk.wait(float(random.exponential(8) + 2), int(random.random() < 0.08) * BENT)
            spot = (float(random.uniform(-7, 7)), float(random.uniform(3.5, 10)))
            walk.to(spot, speed=float(random.uniform(0.6, 1.2)))
        script.actors.append(person(walk, random))
    script.truths = [Truth(kind=EventKind.CROWD, start_s=0, end_s=60, where=(0, 6))]
    return scenario_of("market day", seed, script, view_of(random), random)


def demonstration(seed: int) -> Scenario:
    """Return: forty people come along the street and go by, peacefully."""
    random = np.random.default_rng([seed, 103])
    script = Script(seconds=110, actors=traffic(random, 110, people=3, vehicles=0))
    _crowded(script, 10, KERB)
    for _ in range(40):
        back, y = float(random.uniform(0, 25)), float(random.uniform(-6.5, 0.4))
        walk = Walk((-16.0 - back, y)).to((26.0, y), speed=float(random.uniform(0.75, 0.95)))
        script.actors.append(person(walk, random, first=round(5 * RATE)))
    script.truths = [Truth(kind=EventKind.CROWD, start_s=15, end_s=60, where=(0, -2))]
    return scenario_of("demonstration", seed, script, view_of(random), random)


def _crowded(script: Script, people: int, spots: tuple[tuple[float, float], ...] = SQUARE) -> None:
    script.zones.append((Zone(name="crowd", points=_ANY, rules=()), spots))
    script.rules.append(Rule(rule=RuleKind.CROWD, zone="crowd", people=people))


def ordinary_day(seed: int, seconds: float, *, busy: float = 1.0, hour: int = 12) -> Scenario:
    """Return part of a day on which nothing happens, every rule switched on.

    Args:
        busy: 1 is a street at noon: six parties of people and eight vehicles a minute.
    """
    random = np.random.default_rng([seed, 104, hour])
    script = Script(seconds=seconds, hour=hour)
    script.actors = traffic(random, seconds, people=6 * busy, vehicles=8 * busy)
    script.zones = [
        (Zone(name="square", points=_ANY, rules=()), SQUARE),
        (Zone(name="kerb", points=_ANY, rules=()), KERB),
    ]
    lane = Line(name="lane", start=(0, 0), end=(1, 1))
    script.lines = [(lane, ((0.0, -3.8), (0.0, 0.5)))]
    script.rules += [
        Rule(rule=RuleKind.CROWD, zone="square", people=15),
        Rule(rule=RuleKind.STOPPED_VEHICLE, zone="kerb", after_s=300),
        Rule(rule=RuleKind.WRONG_WAY, line="lane"),
        *(Rule(rule=kind) for kind in (RuleKind.NO_PLATE, RuleKind.DARK_WINDOWS, RuleKind.CONVOY)),
        Rule(rule=RuleKind.ABANDONED_OBJECT),
    ]
    return scenario_of("ordinary day", seed, script, view_of(random, either_way=True), random)


def warm_up(scenario: Scenario) -> Scenario:
    """Return a few busy seconds in the same view, ten minutes before, to learn from."""
    random = np.random.default_rng([scenario.seed, 106])
    script = Script(seconds=12, actors=traffic(random, 12, people=25, vehicles=0))
    return replace(scenario, script=script, start=scenario.start - timedelta(minutes=10))


def story_names() -> tuple[str, ...]:
    """Return what whole happenings there are."""
    return ("ambush", "market day", "demonstration")


def story(name: str, seed: int) -> Scenario:
    """Return a whole happening by its name."""
    return {"ambush": ambush, "market day": market_day, "demonstration": demonstration}[name](seed)
