"""Clips known to show no weapon, through the whole pipeline: how often it cries wolf."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from shanasheel.app.offline import default_camera
from shanasheel.app.second_looking import WeaponModels
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.watch.pipeline import Analysis, AnalysisSettings
from shanasheel.watch.sources import read_footage
from shanasheel.watch.vision import Detector, SecondLooks, WeaponModel
from shanasheel.watch.vision.registry import Registry
from shanasheel.watch.vision.weapon_scores import CUTS_PER_HOUR, judge_stills, scores_of
from shanasheel.watch.vision.weapon_stills import read_stills

_START = datetime(2026, 1, 1, tzinfo=UTC)


def weapon_model_named(registry: Registry, name: str) -> WeaponModel:
    """Return a weapon model by name, or by the path of a card.

    Raises:
        NotFound, InvalidInput, IntegrityFault, Unavailable: as for `WeaponModels.one`.
    """
    return WeaponModels(registry).one(name)


def measure_weapons(
    data: Path, detector: Detector, model: WeaponModel, quiet: list[Path]
) -> dict[str, object]:
    """Return how well a model does on labelled stills, and how often it is wrong on clips.

    Raises:
        NotFound, InvalidInput: there are no labelled stills, or a file cannot be read.
    """
    body = scores_of(judge_stills(read_stills(data), detector, lambda _still: model))
    clips = {clip.name: false_events(clip, detector, model) for clip in quiet}
    return {"model": model.name, "backend": model.backend, **body, "quiet": clips}


def false_events(clip: Path, detector: Detector, model: WeaponModel) -> dict[str, object]:
    """Return what a clip without weapons raises all the same.

    `person_hours` are hours of people looked at at the full rate. With few people in a clip,
    nothing can be told of rates much below one in that time.

    Raises:
        NotFound, InvalidInput: it cannot be played.
    """
    camera = default_camera("quiet")
    looks = SecondLooks(lambda: (model.name, lambda: model))
    analysis = Analysis(
        camera, detector, ids=IdMaker(SystemClock()), second_looks=looks,
        settings=AnalysisSettings(live=False, shield=False),
        save_picture=lambda _sighting, _picture: "",
    )  # fmt: skip
    events, at = 0, _START
    for packet in read_footage(clip, camera=camera.id, start=_START):
        events += _seen(analysis.push(packet).events)
        at = packet.at
    events += _seen(analysis.flush().events)
    if looks.fault:
        raise InvalidInput(looks.fault, "Mend its card.")
    hours = (at - _START).total_seconds() / 3600
    return {
        "seconds": round(hours * 3600, 1),
        "looks": looks.looks,
        "person_hours": round(looks.looks / CUTS_PER_HOUR, 4),
        "suspicious_looks": looks.suspicious,
        "false_events": events,
        "false_events_per_camera_hour": round(events / hours, 1) if hours else None,
    }


def _seen(events: list[Event]) -> int:
    return sum(event.kind is EventKind.WEAPON_SEEN for event in events)
