"""Putting the pages on the application that serves the API."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import FileResponse
from nicegui import app as pages_app
from nicegui import ui
from nicegui.dependencies import register_importmap_override

from shanasheel.ui.assets import ASSETS, assets_url
from shanasheel.ui.frame import FAVICON
from shanasheel.ui.pages import register


def _notices_script() -> FileResponse:
    """Return the worker that shows notices with no page open; its place decides for which pages."""
    return FileResponse(
        ASSETS / "push_worker.js", media_type="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )  # fmt: skip


def mount(app: FastAPI, *, storage_secret: str) -> None:
    """Register every page and serve them at `/` of `app`.

    Call it once, last: the pages take every path that no route before them has.

    Args:
        app: the application with the API under `/api/v1`.
        storage_secret: signs NiceGUI's own session cookie; keep it between starts.
    """
    pages_app.add_static_files(assets_url(), ASSETS, max_cache_age=31_536_000)
    # Scripts import each other as `shanasheel-ui/x.js`; the page's import map says where they lie.
    register_importmap_override("shanasheel-ui/", f"{assets_url()}/")
    app.add_api_route(
        "/notices.js", _notices_script, include_in_schema=False, response_class=FileResponse
    )
    register()
    ui.run_with(
        app,
        title="Shanasheel",
        favicon=FAVICON,
        dark=None,
        tailwind=False,  # its compiler would run in every browser; the pages have their own CSS
        storage_secret=storage_secret,
        # A page that comes back later than this is loaded anew, and what was being typed is lost.
        reconnect_timeout=60.0,
        show_welcome_message=False,
    )
