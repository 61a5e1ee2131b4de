"""The FastAPI application with every route under /api/v1."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI

import shanasheel
from shanasheel.api import (
    copying,
    deciding,
    health,
    keeping,
    people,
    playing,
    proving,
    watching,
)
from shanasheel.api.context import Desk
from shanasheel.api.problems import answer_problems

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
    answer_problems(app)
    for module in (people, watching, playing, deciding, keeping, proving, copying, health):
        app.include_router(module.router, prefix="/api/v1")
    return app
