"""Every route for other programs is described."""

from __future__ import annotations

from pathlib import Path

from shanasheel.api import playing


def test_every_route_for_players_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text()

    paths = [route.path for route in playing.router.routes]

    assert len(paths) == 6
    assert [path for path in paths if f"## `/api/v1{path}`" not in text] == []
