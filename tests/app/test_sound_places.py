"""`shanasheel sound locate` on files as people write them."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

from running import cli

_SHOT = (30.5085, 47.7804)
_CAMERAS = {
    "BSR-001": (30.5070, 47.7790),
    "BSR-002": (30.5110, 47.7795),
    "BSR-003": (30.5105, 47.7840),
    "BSR-004": (30.5068, 47.7835),
}


def _csv(path: Path, clock: str) -> Path:
    begun = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    lines = ["camera,lat,lon,at,clock"]
    for name, (lat, lon) in _CAMERAS.items():
        east_m = (lon - _SHOT[1]) * 111_195 * math.cos(math.radians(_SHOT[0]))
        north_m = (lat - _SHOT[0]) * 111_195
        at = begun + timedelta(seconds=math.hypot(east_m, north_m) / 346.1)
        lines.append(f"{name},{lat},{lon},{at.isoformat()},{clock}")
    path.write_text("\n".join(lines))
    return path


def test_the_place_is_printed_with_its_error_or_the_reason_why_not(tmp_path: Path) -> None:
    told = cli("sound", "locate", str(_csv(tmp_path / "a.csv", "measured")), "--json")
    refused = cli("sound", "locate", str(_csv(tmp_path / "b.csv", "unknown")))
    (tmp_path / "c.csv").write_text("camera,lat,lon,at\nA,95,47,2026-11-23T18:00:00\nB,30,x,y")
    bad = cli("sound", "locate", str(tmp_path / "c.csv"))

    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert abs(found["lat"] - _SHOT[0]) < 0.00003
    assert abs(found["lon"] - _SHOT[1]) < 0.00003
    assert found["at"].startswith(("2026-11-23T18:00:00", "2026-11-23T17:59:59.99"))
    assert found["cameras"] == list(_CAMERAS)
    assert 2 < found["radius_m"] < 30
    assert (refused.returncode, bad.returncode) == (1, 2)
    assert "clock of known quality" in refused.stdout
    assert "arrival 1: lat or lon" in bad.stderr
    assert "arrival 2" in bad.stderr
