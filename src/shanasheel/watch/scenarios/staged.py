"""For every rule something it must find, and something alike that it must not.

What a rule needs (zones, lines, hours) is set up with it. The rest of the street goes on around.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from shanasheel.domain.alerts import EventKind
from shanasheel.domain.cameras import Kind, Line, Zone
from shanasheel.domain.rules import Rule, RuleKind
from shanasheel.watch.scenarios.actors import CAR, MOTORCYCLE, Actor, Script, Truth, person, vehicle
from shanasheel.watch.scenarios.actors import rider as rider_of
from shanasheel.watch.scenarios.leaving import abandoned_object
from shanasheel.watch.scenarios.street import KERB_Y, LANES, Random, gain_of, start_of, traffic
from shanasheel.watch.scenarios.ways import BENT, LYING, RATE, SEATED, Drive, Spot, Walk

Stage = Callable[[Random, bool], Script]

SQUARE: tuple[Spot, ...] = ((-5.0, 3.5), (5.0, 3.5), (5.0, 9.0), (-5.0, 9.0))
KERB: tuple[Spot, ...] = ((-8.0, -3.6), (8.0, -3.6), (8.0, 0.6), (-8.0, 0.6))
_ANY = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))  # put right by the camera's view
_MEETS_S = 25.0


def _script(random: Random, seconds: float, *, people: float = 3, vehicles: float = 2) -> Script:
    return Script(
        seconds=seconds, actors=traffic(random, seconds, people=people, vehicles=vehicles)
    )


def _zone(script: Script, name: str, spots: tuple[Spot, ...], rules: tuple[RuleKind, ...] = (),
          kinds: tuple[Kind, ...] = ()) -> None:  # fmt: skip
    script.zones.append((Zone(name=name, points=_ANY, rules=rules, kinds=kinds), spots))


def _true(script: Script, kind: EventKind, start_s: float, end_s: float, where: Spot) -> None:
    script.truths.append(Truth(kind=kind, start_s=start_s, end_s=end_s, where=where))


def zone_entry(random: Random, happens: bool) -> Script:  # noqa: FBT001 - a stage's two sides
    """Somebody walks into a closed square, or along its edge."""
    script = _script(random, 60, people=0, vehicles=3)
    _zone(script, "square", SQUARE, (RuleKind.ZONE_ENTRY,), (Kind.PERSON,))
    x, y = float(random.uniform(-3, 3)), float(random.uniform(5.5, 7.5))
    first = round(20 * RATE)
    if happens:
        walk = Walk((x, 0.5)).to((x, y), speed=1.2).wait(4).to((x, 0.5), speed=1.2)
        _true(script, EventKind.ZONE_ENTRY, 21, 35, (x, y))
    else:
        walk = Walk((-20.0, 1.8)).to((24.0, 1.8), speed=1.3)
    script.actors.append(person(walk, random, first=first))
    return script


def loitering(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """Somebody hangs about in a square for longer than 30 s, or for half of it."""
    script = _script(random, 110, people=0, vehicles=3)
    _zone(script, "square", SQUARE, (RuleKind.LOITERING,), (Kind.PERSON,))
    walk = Walk((-15.0, 6.0)).to((-4.0, 6.0), speed=1.3)
    for _ in range(5 if happens else 1):
        spot = (float(random.uniform(-3, 3)), float(random.uniform(5, 7.5)))
        walk.to(spot, speed=0.8).wait(float(random.uniform(7, 9)))
    walk.to((20.0, 6.0), speed=1.4)
    if happens:
        _true(script, EventKind.LOITERING, 40, 65, (0, 6))
    script.actors.append(person(walk, random, first=round(5 * RATE)))
    return script


def line_crossing(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """Somebody walks over a line, or beside it."""
    script = _script(random, 60, people=0, vehicles=2)
    line = Line(name="line", start=(0, 0), end=(1, 1), kinds=(Kind.PERSON,))
    script.lines.append((line, ((-5.0, 5.0), (5.0, 5.0))))
    x = float(random.uniform(-3, 3))
    if happens:
        walk = Walk((x, 0.5)).to((x, 10.0), speed=1.3)
        _true(script, EventKind.LINE_CROSSING, 21, 32, (x, 5.0))
    else:
        walk = Walk((-20.0, 3.0)).to((24.0, 3.0), speed=1.3)
    script.actors.append(person(walk, random, first=round(20 * RATE)))
    return script


def stopped_vehicle(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """A car stands at the kerb for longer than 45 s, or leaves in time."""
    script = _script(random, 130)
    _zone(script, "kerb", KERB)
    script.rules.append(Rule(rule=RuleKind.STOPPED_VEHICLE, zone="kerb", after_s=45))
    x = float(random.uniform(-5, 5))
    drive = Drive(8).halt(55 + x)
    stops_s = len(drive.distances) / RATE
    drive.wait(75 if happens else 30).cruise(110, 9)
    if happens:
        _true(script, EventKind.STOPPED_VEHICLE, stops_s + 40, stops_s + 60, (x, KERB_Y))
    script.actors = [one for one in script.actors if one.kind is Kind.PERSON]
    script.actors.append(vehicle(drive, CAR, (-55.0, KERB_Y - 1.0), (1.0, 0.0)))
    script.actors += traffic(random, 130, people=0, vehicles=3)
    if not happens:
        script.actors = [one for one in script.actors if not _stands(one)] + [script.actors[-1]]
    return script


def _stands(actor: Actor) -> bool:
    """Return whether a vehicle of the ordinary traffic stands for long too."""
    if actor.kind is Kind.PERSON or len(actor.places) < 200:
        return False
    steps = np.hypot(*np.diff(actor.places, axis=0).T)
    return bool((steps < 0.02).sum() > 40 * RATE)


def scattering(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """People on the square run apart; or a group sets out and jogs the same way."""
    script = _script(random, 60)
    count = int(random.integers(7, 13))
    at_s = _MEETS_S
    for _ in range(count):
        spot = (float(random.uniform(-5, 5)), float(random.uniform(1.5, 9)))
        walk = Walk(spot)
        if random.random() < 0.5:
            walk.wait(at_s + float(random.uniform(0, 1.2)))
        else:
            while len(walk.points) < at_s * RATE:
                walk.to((spot[0] + float(random.uniform(-3, 3)), spot[1]), speed=1.0)
            walk.wait(float(random.uniform(0, 0.8)))
        pace = float(random.uniform(3.0, 5.0)) if happens else float(random.uniform(2.5, 2.9))
        x, y = walk.points[-1]
        if happens:
            angle = math.atan2(y - 5, x) + float(random.normal(0, 0.6))
            walk.to((x + 30 * math.cos(angle), y + 30 * math.sin(angle)), speed=pace)
        elif len(script.actors) and random.random() < 0.45:
            walk.to((x + 30, y), speed=pace)
        else:
            walk.wait(20).to((x - 20, y), speed=1.2)
        script.actors.append(person(walk, random))
    if happens:
        _true(script, EventKind.SCATTERING, at_s, at_s + 10, (0, 5))
    return script


def person_down(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """Somebody falls and stays down; or ties a shoe, sits down, and goes on."""
    script = _script(random, 70, people=1, vehicles=0)
    x, y = float(random.uniform(-6, 6)), float(random.uniform(1.5, 6))
    walk = Walk((-18.0, y)).to((x, y), speed=1.3)
    falls_s = len(walk.points) / RATE
    if happens:
        walk.wait(0.6, BENT).wait(30, LYING)
        _true(script, EventKind.PERSON_DOWN, falls_s + 4, falls_s + 20, (x, y))
    else:
        walk.wait(8, BENT).to((x + 2, y), speed=1.2).wait(15, SEATED).to((22.0, y), speed=1.3)
    script.actors.append(person(walk, random))
    return script


def crowd(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """Twelve gather on the square, where ten are a crowd; or seven."""
    script = _script(random, 80, people=1)
    _zone(script, "square", SQUARE)
    script.rules.append(Rule(rule=RuleKind.CROWD, zone="square", people=10))
    for _ in range(14 if happens else 6):
        spot = (float(random.uniform(-4.3, 4.3)), float(random.uniform(4.2, 8.4)))
        walk = Walk((float(random.choice([-16, 16])), spot[1])).to(spot, speed=1.3)
        while len(walk.points) < 75 * RATE:
            walk.wait(float(random.uniform(4, 10)))
        script.actors.append(person(walk, random, first=int(random.integers(0, 40))))
    if happens:
        _true(script, EventKind.CROWD, 10, 45, (0, 6))
    return script


def wrong_way(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """A car comes against the lane's direction; or one backs over the line to park."""
    script = _script(random, 60, vehicles=0)
    line = Line(name="lane", start=(0, 0), end=(1, 1))
    # Forward is from left to right, seen along the line: along +x, looking towards +y.
    script.lines.append((line, ((0.0, -3.8), (0.0, 0.5))))
    script.rules.append(Rule(rule=RuleKind.WRONG_WAY, line="lane"))
    pace = float(random.uniform(5, 9))
    first = round(15 * RATE)
    if happens:
        drive = Drive(pace).cruise(110)
        script.actors.append(vehicle(drive, CAR, (55.0, LANES[1.0]), (-1.0, 0.0), first=first))
        _true(script, EventKind.WRONG_WAY, 15 + 50 / pace, 15 + 75 / pace, (0, LANES[1.0]))
    else:
        drive = Drive(pace).halt(56.5).wait(1).back(2.4).wait(10).cruise(110, 8)
        script.actors.append(vehicle(drive, CAR, (-55.0, LANES[1.0]), (1.0, 0.0), first=first))
    for at_s in (5, 40):
        going = Drive(8).cruise(110)
        script.actors.append(vehicle(going, CAR, *start_of(1.0), first=round(at_s * RATE)))
    return script


def drive_by(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """A vehicle slows or stops by somebody and flees; or takes them along."""
    script = _script(random, 70, vehicles=0)
    for passes_s in (0, 32):
        across = Drive(float(random.uniform(7, 11))).cruise(110)
        script.actors.append(vehicle(across, CAR, *start_of(-1.0), first=round(passes_s * RATE)))
    x = float(random.uniform(-1, 5))
    sort = MOTORCYCLE if random.random() < 0.5 else CAR
    drive = Drive(float(random.uniform(8, 12)))
    stops = random.random() < 0.6 or not happens
    if stops:
        drive.halt(55 + x, 3.0).wait(float(random.uniform(2, 9)))
    else:
        drive.slow(55 + x, float(random.uniform(2.0, 3.5)), 3.0)
    beside = len(drive.distances)
    flees = float(random.uniform(3.5, 4.5)) if sort is CAR else float(random.uniform(4.5, 6))
    drive.cruise(110, 16, flees if happens else gain_of(random, sort))
    first = round(15 * RATE)
    stands = Walk((x + float(random.uniform(0, 2)), float(random.uniform(1, 3))))
    stands.wait(15 + beside / RATE - 1)
    if happens:
        stands.wait(0.6, BENT).wait(30, LYING)
        at_s = 15 + beside / RATE
        _true(script, EventKind.DRIVE_BY, at_s - 1, at_s + 8, (x, KERB_Y))
    car = vehicle(drive, sort, (-55.0, KERB_Y - 1.0), (1.0, 0.0), first=first)
    script.actors += [car, person(stands, random)]
    if sort is MOTORCYCLE:
        script.actors.append(rider_of(car, random))
    return script


def weapon_seen(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """Somebody armed walks by, or somebody not."""
    script = _script(random, 60)
    walk = Walk((-16.0, 2.0)).to((0.0, 2.0), speed=1.2).wait(5).to((18.0, 2.0), speed=1.2)
    script.actors.append(person(walk, random, first=round(10 * RATE), armed=happens))
    if happens:
        _true(script, EventKind.WEAPON_SEEN, 12, 42, (0, 2))
    return script


def armed_group(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """Four walk together, one armed; or one armed guard stands where others come by."""
    script = _script(random, 60, people=3 if happens else 5)
    if happens:
        for number in range(4):
            y = 1.6 + 1.1 * (number % 2)
            back = 1.5 * (number // 2)
            walk = Walk((-15.0 - back, y)).to((18.0 - back, y), speed=1.3)
            armed = number == 0
            script.actors.append(person(walk, random, first=round(10 * RATE), armed=armed))
        _true(script, EventKind.ARMED_GROUP, 12, 38, (0, 2))
    else:
        walk = Walk((0.0, 3.0)).wait(55)
        script.actors.append(person(walk, random, armed=True))
    return script


def curfew(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """Somebody walks by at 23:00, or at 21:00; a car stands parked."""
    script = _script(random, 50, people=0, vehicles=0)
    script.hour = 23 if happens else 21
    script.rules.append(Rule(rule=RuleKind.CURFEW, hours=("22:00-05:00",)))
    script.actors.append(vehicle(Drive(0).wait(50), CAR, (3.0, KERB_Y - 1.0), (1.0, 0.0)))
    walk = Walk((-14.0, 2.0)).to((16.0, 2.0), speed=1.4)
    script.actors.append(person(walk, random, first=round(15 * RATE)))
    if happens:
        _true(script, EventKind.CURFEW, 15, 40, (0, 2))
    return script


def no_plate(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """A car without a plate passes, or one with."""
    return _passes(random, RuleKind.NO_PLATE, EventKind.NO_PLATE, bare=happens)


def dark_windows(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """A car with blacked-out windows passes, or one without."""
    return _passes(random, RuleKind.DARK_WINDOWS, EventKind.DARK_WINDOWS, dark=happens)


def convoy(random: Random, happens: bool) -> Script:  # noqa: FBT001 - as above
    """Four such cars follow one another, or one among ordinary ones."""
    script = _script(random, 60, vehicles=0)
    script.rules.append(Rule(rule=RuleKind.CONVOY))
    pace = float(random.uniform(6, 9))
    for number in range(4):
        sort = happens or number == 1
        script.actors.append(
            vehicle(Drive(pace).cruise(110), CAR, *start_of(1.0), bare=sort, dark=sort,
                    first=round((10 + 2.5 * number) * RATE))
        )  # fmt: skip
    if happens:
        _true(script, EventKind.CONVOY, 10 + 40 / pace, 40 + 60 / pace, (0, LANES[1.0]))
    return script


def _passes(
    random: Random, rule: RuleKind, kind: EventKind, *, bare: bool = False, dark: bool = False
) -> Script:
    script = _script(random, 50, vehicles=2)
    script.rules.append(Rule(rule=rule))
    pace = float(random.uniform(5, 8))
    drive = Drive(pace).cruise(110)
    script.actors.append(
        vehicle(drive, CAR, *start_of(1.0), first=round(10 * RATE), bare=bare, dark=dark)
    )
    if bare or dark:
        _true(script, kind, 10 + 40 / pace, 20 + 80 / pace, (0, LANES[1.0]))
    return script


STAGES: dict[EventKind, Stage] = {
    EventKind.ZONE_ENTRY: zone_entry,
    EventKind.LOITERING: loitering,
    EventKind.LINE_CROSSING: line_crossing,
    EventKind.STOPPED_VEHICLE: stopped_vehicle,
    EventKind.SCATTERING: scattering,
    EventKind.PERSON_DOWN: person_down,
    EventKind.CROWD: crowd,
    EventKind.WRONG_WAY: wrong_way,
    EventKind.DRIVE_BY: drive_by,
    EventKind.WEAPON_SEEN: weapon_seen,
    EventKind.ARMED_GROUP: armed_group,
    EventKind.NO_PLATE: no_plate,
    EventKind.DARK_WINDOWS: dark_windows,
    EventKind.CONVOY: convoy,
    EventKind.CURFEW: curfew,
    EventKind.ABANDONED_OBJECT: abandoned_object,
}
