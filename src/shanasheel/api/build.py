"""The FastAPI application with every route under /api/v1."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI

import shanasheel
from shanasheel.actions.finding import Findings
from shanasheel.api import (
    combining,
    copying,
    deciding,
    finding,
    grounding,
    handing_in,
    health,
    installing,
    keeping,
    log_files,
    metrics,
    models,
    overview,
    people,
    playing,
    protecting,
    proving,
    receiving,
    responding,
    trying,
    understanding,
    watched_for,
    watching,
)
from shanasheel.api.context import Desk
from shanasheel.api.guard import BoundedBodies
from shanasheel.api.problems import answer_problems
from shanasheel.api.turns import Turns

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_api(desk: Desk, lifespan: Lifespan | None = None) -> FastAPI:
    """Return the application that serves `desk`, without pages."""
    app = FastAPI(
        title="Shanasheel",
        version=shanasheel.__version__,
        description="City cameras that warn of armed attack and keep proof.",
        docs_url=None,  # the stock page would load scripts from outside
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.state.desk = desk
    app.state.checks = proving.Checks()
    app.state.findings, app.state.turns = Findings(), Turns()
    answer_problems(app)
    app.add_middleware(BoundedBodies)
    modules = (
        people, watching, overview, playing, responding, understanding, deciding, combining,
        protecting, finding, keeping, proving, copying, installing, watched_for, grounding, trying,
        handing_in, models, health, receiving,
    )  # fmt: skip
    for module in modules:
        app.include_router(module.router, prefix="/api/v1")
    app.include_router(log_files.router)
    app.include_router(metrics.router)  # where Prometheus looks unless told otherwise
    return app
