"""Every route for other programs is described."""

from __future__ import annotations

import re
from pathlib import Path

from shanasheel.api import (
    deciding,
    grounding,
    handing_in,
    installing,
    models,
    playing,
    receiving,
    responding,
    understanding,
)


def test_every_route_for_players_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text()

    paths = [route.path for route in playing.router.routes]

    assert len(paths) == 6
    assert [path for path in paths if f"## `/api/v1{path}`" not in text] == []


def test_every_route_for_installing_models_and_handing_in_is_listed() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text()
    listed = set(re.findall(r"`([A-Z]+) /api/v1([^`?]+)", re.sub(r"{\w+}", "{}", text)))

    routes = {
        (method, re.sub(r"{\w+}", "{}", route.path))
        for router in (installing.router, grounding.router, handing_in.router, models.router)
        for route in router.routes
        for method in route.methods
    }

    assert len(routes) == 25
    assert routes - listed == set()


def test_every_route_about_receivers_is_listed() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "receivers.md").read_text()

    routes = {
        f"{method} /api/v1{route.path}"
        for route in receiving.router.routes
        for method in route.methods
    }

    assert len(routes) == 12
    assert {route for route in routes if f"| `{route}` |" not in text} == set()


def test_every_route_about_alerts_and_answers_is_listed() -> None:
    text = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text()
    listed = set(re.findall(r"`[A-Z]+ (/api/v1[^`?]+)`|^## `(/api/v1[^`]+)`", text, re.MULTILINE))
    known = {re.sub(r"{\w+}", "{}", one or other) for one, other in listed}

    routes = {
        re.sub(r"{\w+}", "{}", f"/api/v1{route.path}")
        for router in (deciding.router, responding.router, understanding.router)
        for route in router.routes
    }

    assert len(routes) == 19
    assert routes - known == set()
