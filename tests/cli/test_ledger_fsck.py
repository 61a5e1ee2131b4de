"""`ledger fsck` as a technician runs it."""

from __future__ import annotations

import json
from pathlib import Path

from running import cli
from sites import make_place


def test_a_lost_tile_is_found_mended_and_recorded(tmp_path: Path) -> None:
    place = make_place(tmp_path / "data")
    place.wired.close()
    tile = place.folder.ledger / "tile/0/000.p/7"
    content = tile.read_bytes()
    tile.write_bytes(bytes(len(content)))
    data = str(place.folder.root)

    found = cli("ledger", "fsck", "--data", data)
    assert found.returncode == 8
    assert "changed  tile/0/000.p/7" in found.stdout
    mended = cli("ledger", "fsck", "--data", data, "--repair", "--json")

    assert mended.returncode == 0, mended.stderr
    report = json.loads(mended.stdout)
    assert (report["holds"], report["repaired"]) == (True, ["tile/0/000.p/7"])
    (aside,) = (place.folder.root / "state" / "tiles-replaced").iterdir()
    assert (aside / "tile/0/000.p/7").read_bytes() == bytes(len(content))
    checked = cli("ledger", "check", "--data", data, "--json")
    assert checked.returncode == 0, checked.stdout
    assert json.loads(checked.stdout)["entries"] == 8  # the eighth says that it was mended
