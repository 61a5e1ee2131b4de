"""The pages: each lays out its frame and mounts one component."""

from __future__ import annotations

from fastapi import Request
from nicegui import ui
from nicegui.element import Element

from shanasheel.ui import elements
from shanasheel.ui.frame import bare, framed

PAGES: tuple[tuple[str, type[Element]], ...] = (
    ("/", elements.Wall),
    ("/map", elements.Map),
    ("/alerts", elements.Alerts),
    ("/incidents", elements.Incidents),
    ("/shift", elements.Shift),
    ("/playback", elements.Playback),
    ("/find", elements.Find),
    ("/cameras", elements.Cameras),
    ("/intake", elements.Intake),
    ("/receivers", elements.Receivers),
    ("/combinations", elements.Combinations),
    ("/protected", elements.ProtectedPlaces),
    ("/models", elements.Models),
    ("/proof", elements.Proof),
    ("/precision", elements.Precision),
    ("/status", elements.Status),
)


def register() -> None:
    """Tell NiceGUI about every page."""
    for path, component in PAGES:
        _register(path, component)

    @ui.page("/login")
    def login(request: Request) -> None:
        bare(request, title="login.title")
        with ui.element("main").classes("shn-alone"):
            elements.Login()

    @ui.page("/acknowledge")
    def acknowledge(request: Request) -> None:
        bare(request, title="acknowledge.title")
        with ui.element("main").classes("shn-alone"):
            elements.Acknowledge()


def _register(path: str, component: type[Element]) -> None:
    @ui.page(path)
    def page(request: Request) -> None:
        with framed(request, path):
            component()
