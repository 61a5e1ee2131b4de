"""Arrivals of a sound in a file, and where on the map the sound was."""

from __future__ import annotations

import csv
import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shanasheel.base.clock import iso
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.heard import CONFIDENCE
from shanasheel.watch.sound import Arrival, Plane, Unlocatable, locate_sound
from shanasheel.watch.sound.locating import CLOCK_S, speed_of_sound

_LARGEST_BYTES = 1024 * 1024
_MOST = 200  # cameras
_FARTHEST_M = 20_000.0  # nothing is heard so far, and the plane would not fit the earth


def place_of_sound(file: Path, *, celsius: float) -> dict[str, object]:
    """Return where the sound was whose arrivals a file lists, or why that cannot be told.

    Args:
        file: CSV with a heading, or a JSON list: `camera`, `lat`, `lon` in degrees, `at` with its
            zone, and `clock`: `measured`, `ntp`, `unknown`, or a standard deviation in seconds.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is not such a list; every fault is named.
    """
    rows = _rows(file)
    faults: list[str] = []
    read = [one for number, row in enumerate(rows) if (one := _read(row, number + 1, faults))]
    if faults:
        raise InvalidInput(f"{file.name}: {'; '.join(faults)}.", "Mend the file.")
    if len({name for name, *_ in read}) < len(read):
        raise InvalidInput(f"{file.name} names a camera twice.", "Keep its first arrival.")
    if not read:
        return {"located": False, "why": "the file lists no arrival"}
    _, lat, lon, begin, _ = read[0]
    plane = Plane(lat_deg=lat, lon_deg=lon)
    arrivals = [
        Arrival(
            camera=name, east_m=plane.metres(its_lat, its_lon)[0],
            north_m=plane.metres(its_lat, its_lon)[1],
            at_s=(at - begin).total_seconds(), clock_s=clock_s,
        )
        for name, its_lat, its_lon, at, clock_s in read
    ]  # fmt: skip
    if max(math.hypot(one.east_m, one.north_m) for one in arrivals) > _FARTHEST_M:
        raise InvalidInput(f"{file.name} has cameras more than 20 km apart.", "Check lat and lon.")
    found = locate_sound(arrivals, speed_mps=speed_of_sound(celsius))
    if isinstance(found, Unlocatable):
        return {"located": False, "why": found.why}
    found_lat, found_lon = plane.degrees(found.east_m, found.north_m)
    return {
        "located": True,
        "lat": found_lat,
        "lon": found_lon,
        "at": iso(begin + timedelta(seconds=found.at_s)),
        "confidence": CONFIDENCE,
        "radius_m": round(found.radius_m, 1),
        "ellipse_major_m": round(found.major_m, 1),
        "ellipse_minor_m": round(found.minor_m, 1),
        "ellipse_bearing_deg": round(found.bearing_deg, 1),
        "cameras": list(found.used),
        "misfit": round(found.misfit, 2),
    }


_Read = tuple[str, float, float, datetime, float | None]


def _rows(file: Path) -> list[dict[str, object]]:
    if not file.is_file():
        raise NotFound(f"There is no file {file}.", "Name a CSV or JSON file of arrivals.")
    if file.stat().st_size > _LARGEST_BYTES:
        raise InvalidInput(f"{file.name} is larger than 1 MiB.", "Name a file of arrivals.")
    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix.lower() == ".json":
            rows = json.loads(text)
        else:
            rows = list(csv.DictReader(text.splitlines()))
    except (ValueError, csv.Error) as fault:
        raise InvalidInput(f"{file.name} is neither CSV nor JSON: {fault}.", "") from fault
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(f"{file.name} is no list of arrivals.", "Give a list of objects.")
    if len(rows) > _MOST:
        raise InvalidInput(f"{file.name} has more than {_MOST} arrivals.", "")
    return rows


def _read(row: dict[str, object], number: int, faults: list[str]) -> _Read | None:
    try:
        lat, lon = float(str(row["lat"])), float(str(row["lon"]))
        at = datetime.fromisoformat(str(row["at"]))
        clock_s = _clock_s(str(row.get("clock") or "unknown"))
        if not (abs(lat) <= 85 and abs(lon) <= 180):
            raise ValueError("lat or lon is not on the map")
        if at.tzinfo is None:
            raise ValueError("at has no zone")
        return str(row["camera"]), lat, lon, at.astimezone(UTC), clock_s
    except KeyError as missing:
        faults.append(f"arrival {number} has no {missing.args[0]}")
    except ValueError as fault:
        faults.append(f"arrival {number}: {fault}")
    return None


def _clock_s(text: str) -> float | None:
    if text == "unknown":
        return None
    clock_s = CLOCK_S[text] if text in CLOCK_S else float(text)
    if not 0 <= clock_s <= 60:
        raise ValueError(f"clock {text} is not between 0 and 60 s")
    return clock_s
