"""What every page has around it: head, header, navigation, language, theme."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from fastapi import Request
from nicegui import ui

from shanasheel.ui.assets import assets_url
from shanasheel.ui.elements import Shell
from shanasheel.ui.locales import Language, preferred, strings, text

Theme = Literal["dark", "light"]

#: A lattice window, as the houses that gave the name have; drawn by us.
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#0f5f5a"/>'
    '<path d="M7 26V14a9 9 0 0 1 18 0v12z" fill="none" stroke="#f2d9a6" stroke-width="2"/>'
    '<path d="M7 20l6-6 6 6-6 6zM13 20l6-6 6 6-6 6zM16 5v8M8 12l8 5 8-5" fill="none"'
    ' stroke="#f2d9a6" stroke-width="1.3"/></svg>'
)
FAVICON = LOGO


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page in the navigation: its path, icon and key of its name."""

    path: str
    icon: str
    key: str


NAVIGATION = (
    Entry(path="/", icon="grid_view", key="nav.wall"),
    Entry(path="/map", icon="map", key="nav.map"),
    Entry(path="/alerts", icon="notifications", key="nav.alerts"),
    Entry(path="/incidents", icon="flag", key="nav.incidents"),
    Entry(path="/shift", icon="badge", key="nav.shift"),
    Entry(path="/playback", icon="history", key="nav.playback"),
    Entry(path="/find", icon="image_search", key="nav.find"),
    Entry(path="/cameras", icon="videocam", key="nav.cameras"),
    Entry(path="/intake", icon="upload_file", key="nav.intake"),
    Entry(path="/receivers", icon="campaign", key="nav.receivers"),
    Entry(path="/combinations", icon="join_inner", key="nav.combinations"),
    Entry(path="/protected", icon="shield", key="nav.protected"),
    Entry(path="/models", icon="model_training", key="nav.models"),
    Entry(path="/proof", icon="verified_user", key="nav.proof"),
    Entry(path="/precision", icon="query_stats", key="nav.precision"),
    Entry(path="/status", icon="monitor_heart", key="nav.status"),
)


def visitor_language(request: Request) -> Language:
    """Return the language a request is answered in."""
    return preferred(request.cookies.get("lang"), request.headers.get("accept-language"))


def visitor_theme(request: Request) -> Theme:
    """Return the theme a request is answered in: dark, unless light was chosen."""
    return "light" if request.cookies.get("theme") == "light" else "dark"


@contextmanager
def framed(request: Request, path: str) -> Iterator[Language]:
    """Draw header and navigation around what the block adds, in the visitor's language.

    Args:
        request: whose cookies tell language and theme.
        path: of this page; marks its entry in the navigation.
    """
    lang = visitor_language(request)
    bare(request, title=next(entry.key for entry in NAVIGATION if entry.path == path))
    with ui.element("div").classes("shn-app"):
        with ui.element("header").classes("shn-header"):
            _brand(lang)
            Shell()
        with ui.element("nav").classes("shn-nav").props(f'aria-label="{text(lang, "nav.label")}"'):
            for entry in NAVIGATION:
                _link(lang, entry, here=entry.path == path)
        with ui.element("main").classes("shn-main"):
            yield lang


def bare(request: Request, *, title: str) -> Language:
    """Set language, direction, theme and strings of a page without drawing anything."""
    lang, theme = visitor_language(request), visitor_theme(request)
    client = ui.context.client
    # NOTE: NiceGUI keeps language per route; ours is per visitor, hence a copy of the route's
    # settings for this one client. It sets `lang`, `dir` and the words of the framework's own.
    client.page = copy.copy(client.page)
    client.page.language = "ar" if lang == "ar" else "en-GB"
    client.page.dark = theme == "dark"
    ui.page_title(f"{text(lang, title)} · {text(lang, 'product')}")
    handed = json.dumps(
        {"lang": lang, "theme": theme, "strings": dict(strings(lang))}, ensure_ascii=False
    ).replace("<", "\\u003c")
    direction = "rtl" if lang == "ar" else "ltr"
    ui.add_head_html(
        f"<script>window.SHN = {handed};Object.assign(document.documentElement, "
        f'{{lang: "{lang}", dir: "{direction}"}});'
        f'document.documentElement.dataset.theme = "{theme}";</script>'
        f'<link rel="stylesheet" href="{assets_url()}/shanasheel.css">'
    )
    return lang


def _brand(lang: Language) -> None:
    with ui.element("a").classes("shn-brand").props('href="/"'):
        ui.html(LOGO, sanitize=False).classes("logo")
        ui.label(text(lang, "product"))


def _link(lang: Language, entry: Entry, *, here: bool) -> None:
    current = ' aria-current="page"' if here else ""
    with ui.element("a").props(f'href="{entry.path}"{current}').tooltip(text(lang, entry.key)):
        ui.html(entry.icon, tag="span", sanitize=False).classes("mi").props("aria-hidden=true")
        ui.label(text(lang, entry.key))
