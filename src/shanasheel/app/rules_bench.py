"""Every rule against made-up happenings whose truth is known, through the real tracker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from shanasheel.app.made_up_describer import most_recall
from shanasheel.app.offline import default_camera
from shanasheel.app.scenario_run import Outcome, run_scenario
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import EventKind
from shanasheel.warn import COUNTED_ONLY
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.scenarios import STAGES, Scenario, ordinary_day, staged, story, story_names
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import load_detector

#: Seeds that constants of the rules were chosen on; the table is printed of others.
TUNING_SEED = 1
TABLE_SEED = 2001
#: A camera-day: (how busy, local hour, share of the day), the night nearly empty.
_DAY = ((1.0, 12, 8 / 24), (0.4, 17, 8 / 24), (0.05, 1, 8 / 24))
_PIECE_S = 600.0
_START = datetime(2026, 1, 1, tzinfo=UTC)
_GOAL_RECALL, _GOAL_FALSE = 0.95, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure.

    Args:
        seed: the first; others follow.
        repeats: how often each happening is made up, and each that is nearly one.
        hours: of ordinary days, quiet ones included.
        jobs: processes.
    """

    seed: int = TABLE_SEED
    repeats: int = 10
    hours: float = 3.0
    jobs: int = 1


#: What is made up: a word for the sort, a name or rule, a seed, and a length or a side.
_Task = tuple[str, str, int, float, int]


def measure_rules(plan: Plan, say: Callable[[str], None]) -> dict[str, object]:
    """Return recall, false alerts, and what falls short, for every rule.

    `most_recall` is what the made-up describer of vehicles leaves its rules when no track breaks.
    With `ground` metres are measured on a calibrated ground, without by the things' own sizes.
    """
    tasks = [*_staged(plan), *_stories(plan), *_ordinary(plan)]
    outcomes: list[tuple[_Task, Outcome]] = []
    for number, done in enumerate(_outcomes(tasks, plan.jobs), 1):
        outcomes.append((tasks[number - 1], done))
        if number % 50 == 0:
            say(f"{number} of {len(tasks)} scenarios …")
    hours = sum(task[3] for task in tasks if task[0] == "ordinary") / 3600
    return {
        "seed": plan.seed,
        "ordinary_hours": round(hours, 2),
        "most_recall": {kind.value: round(most, 3) for kind, most in most_recall().items()},
        "ground": _table(outcomes, hours, measured=True),
        "no_ground": _table(outcomes, hours, measured=False),
    }


def _staged(plan: Plan) -> list[_Task]:
    return [
        ("staged", kind.value, plan.seed + number, 0.0, int(happens))
        for kind in STAGES
        for happens in (True, False)
        for number in range(plan.repeats)
    ]


def _stories(plan: Plan) -> list[_Task]:
    return [
        ("story", name, plan.seed + number, 0.0, 0)
        for name in story_names()
        for number in range(plan.repeats)
    ]


def _ordinary(plan: Plan) -> list[_Task]:
    tasks: list[_Task] = []
    for place, (_busy, _hour, share) in enumerate(_DAY):
        left_s, number = plan.hours * 3600 * share, 0
        while left_s > 1:
            tasks.append(("ordinary", "", plan.seed + number, min(_PIECE_S, left_s), place))
            left_s, number = left_s - _PIECE_S, number + 1
    return tasks


def _made(task: _Task) -> Scenario:
    sort, name, seed, seconds, side = task
    if sort == "staged":
        return staged(EventKind(name), seed, happens=bool(side))
    if sort == "story":
        return story(name, seed)
    busy, hour, _share = _DAY[side]
    return ordinary_day(seed, seconds, busy=busy, hour=hour)


def _outcome(task: _Task) -> Outcome:
    return run_scenario(_made(task))


def _outcomes(tasks: Sequence[_Task], jobs: int) -> Iterable[Outcome]:
    if jobs == 1:
        yield from map(_outcome, tasks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_outcome, tasks)


def _table(
    outcomes: Sequence[tuple[_Task, Outcome]], hours: float, *, measured: bool
) -> dict[str, dict[str, object]]:
    happened: Counter[EventKind] = Counter()
    found: Counter[EventKind] = Counter()
    nearly: Counter[EventKind] = Counter()
    stories: Counter[EventKind] = Counter()
    false: Counter[EventKind] = Counter()
    for task, outcome in outcomes:
        judged = outcome.judged(measured=measured)
        happened.update(truth.kind for truth in outcome.truths)
        found.update(judged.found)
        if task[0] == "staged" and not task[4]:
            nearly[EventKind(task[1])] += EventKind(task[1]) in judged.false
        if task[0] == "story":
            stories.update(judged.false)
        if task[0] == "ordinary":
            false.update(kind for kind in judged.false if kind not in COUNTED_ONLY)
    repeats = Counter(
        EventKind(task[1]) for task, _ in outcomes if task[0] == "staged" and not task[4]
    )
    return {
        kind.value: _row(
            happened[kind], found[kind], false[kind] * 24 / hours if hours else 0.0,
            nearly=(nearly[kind], repeats[kind]), stories=stories[kind],
        )
        for kind in (*STAGES, EventKind.SHOT_AND_SCATTERING)
    }  # fmt: skip


def _row(
    happened: int, found: int, false_per_day: float, *, nearly: tuple[int, int], stories: int
) -> dict[str, object]:
    recall = found / happened if happened else 0.0
    return {
        "happened": happened,
        "recall": round(recall, 3),
        "false_per_camera_day": round(false_per_day, 2),
        "nearly_raised": nearly[0],
        "nearly": nearly[1],
        "raised_in_stories": stories,
        "meets_goal": recall >= _GOAL_RECALL and false_per_day <= _GOAL_FALSE,
    }


def raised_in(clip: Path) -> dict[str, object]:
    """Return what the rules that always run raise in a real clip, and in how long.

    Raises:
        NotFound, InvalidInput: it cannot be played.
    """
    camera = default_camera("clip")
    analysis = Analysis(
        camera, load_detector(threads=1, live=False), ids=IdMaker(SystemClock()),
        settings=AnalysisSettings(live=False, shield=False),
        save_picture=lambda _sighting, _picture: "",
    )  # fmt: skip
    raised: Counter[str] = Counter()
    at = _START
    for packet in read_footage(clip, camera=camera.id, start=_START):
        raised.update(event.kind.value for event in analysis.push(packet).events)
        at = packet.at
    raised.update(event.kind.value for event in analysis.flush().events)
    return {"seconds": round((at - _START).total_seconds(), 1), "raised": dict(raised)}


def table_of(body: dict[str, object]) -> list[str]:
    """Return the table as lines of text."""
    lines = [f"seed {body['seed']}, {body['ordinary_hours']} h of ordinary days"]
    for which, words in (("ground", "calibrated ground"), ("no_ground", "no ground")):
        rows = body[which]
        lines += ["", f"{words:<22} recall  (of)  false/day  nearly  in stories  goal"]
        if isinstance(rows, dict):
            lines += [_line(kind, row) for kind, row in rows.items()]
    most = body.get("most_recall")
    if isinstance(most, dict):
        limits = ", ".join(f"{kind} {ratio}" for kind, ratio in most.items())
        lines += ["", f"most recall the made-up describer allows with whole tracks: {limits}"]
    clips = body.get("clips")
    if isinstance(clips, dict):
        lines += [f"{name}: {told}" for name, told in clips.items()]
    return lines


def _line(kind: str, row: dict[str, object]) -> str:
    return (
        f"{kind:<22} {row['recall']:>6} {row['happened']:>5} {row['false_per_camera_day']:>10}"
        f" {row['nearly_raised']!s:>4}/{row['nearly']!s:<3}{row['raised_in_stories']:>9}"
        f"  {'met' if row['meets_goal'] else 'MISSED'}"
    )
