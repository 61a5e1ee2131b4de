"""What cameras heard of a sound, as the JSON that pages and other programs get."""

from __future__ import annotations

from dataclasses import asdict

from shanasheel.base.clock import iso
from shanasheel.domain.heard import CONFIDENCE, HeardSound, SoundLine, SoundPlace

Json = dict[str, object]


def sound(record: HeardSound) -> Json:
    """Return which cameras heard a sound, and its place, a line, or why there is neither."""
    return {
        "heard": [
            {"camera": one.camera, "at": iso(one.at), "event": one.event,
             "clock": None if one.clock is None else asdict(one.clock)}
            for one in record.heard
        ],
        "place": None if record.place is None else _place(record.place),
        "line": None if record.line is None else _line(record.line),
        "why": None if record.why is None else record.why.value,
    }  # fmt: skip


def _place(place: SoundPlace) -> Json:
    return {**asdict(place), "at": iso(place.at), "confidence": CONFIDENCE}


def _line(line: SoundLine) -> Json:
    return {
        "nearer": line.nearer,
        "nearer_m": line.nearer_m,
        "error_m": line.error_m,
        "confidence": CONFIDENCE,
        "points": [list(point) for point in line.points],
    }
