"""Every page answers in both languages with its component, and asks nobody outside."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from nicegui.testing.general import nicegui_reset_globals

import shanasheel.ui
from shanasheel.ui import mount
from shanasheel.ui.assets import ASSETS, assets_url
from shanasheel.ui.frame import NAVIGATION
from shanasheel.ui.locales import LANGUAGES, Language, text

UI = Path(shanasheel.ui.__file__).parent
COMPONENTS = {
    "/": "wall",
    "/map": "map",
    "/alerts": "alerts",
    "/shift": "shift",
    "/playback": "playback",
    "/find": "find",
    "/cameras": "cameras",
    "/intake": "intake",
    "/receivers": "receivers",
    "/models": "models",
    "/proof": "proof",
    "/precision": "precision",
    "/status": "status",
}
SCRIPTS = sorted([*ASSETS.glob("*.js"), *(UI / "components").glob("*.js")])


class Browser:
    """Asks the application without a network, one request at a time."""

    def __init__(self, runner: asyncio.Runner, client: httpx.AsyncClient) -> None:
        self._runner = runner
        self._client = client

    def get(self, path: str, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._runner.run(self._client.get(path, headers=sent))


@pytest.fixture
def browser() -> Iterator[Browser]:
    with nicegui_reset_globals(), asyncio.Runner() as runner:
        app = FastAPI()

        @app.get("/api/v1/alive")
        def alive() -> dict[str, bool]:
            return {"alive": True}

        mount(app, storage_secret="only for tests")
        stack = AsyncExitStack()

        async def begin() -> httpx.AsyncClient:
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://site")
            )

        yield Browser(runner, runner.run(begin()))
        runner.run(stack.aclose())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", sorted(COMPONENTS))
def test_a_page_renders_in_both_languages(browser: Browser, path: str, lang: Language) -> None:
    answer = browser.get(path, cookie=f"lang={lang}")

    assert answer.status_code == 200
    assert f"nicegui-{COMPONENTS[path]}" in answer.text
    assert f'dir: "{"rtl" if lang == "ar" else "ltr"}"' in answer.text
    for entry in NAVIGATION:
        assert text(lang, entry.key) in answer.text


def test_arabic_and_dark_unless_chosen_otherwise(browser: Browser) -> None:
    answer = browser.get("/", accept_language="fr")

    assert '<html lang="ar"' in answer.text
    assert 'dataset.theme = "dark"' in answer.text


def test_the_browsers_language_and_the_chosen_theme_are_kept(browser: Browser) -> None:
    answer = browser.get("/", accept_language="en", cookie="theme=light")

    assert '<html lang="en' in answer.text
    assert 'dataset.theme = "light"' in answer.text


def test_one_visitors_language_does_not_leak_to_the_next(browser: Browser) -> None:
    browser.get("/", cookie="lang=en")

    answer = browser.get("/", cookie="lang=ar")

    assert '<html lang="ar"' in answer.text


def test_a_hostile_cookie_changes_nothing(browser: Browser) -> None:
    answer = browser.get("/", cookie='lang="><script>; theme=</script><b>')

    assert answer.status_code == 200
    assert "</script><b>" not in answer.text
    assert '"><script>' not in answer.text


def test_login_stands_alone(browser: Browser) -> None:
    answer = browser.get("/login", cookie="lang=en")

    assert "nicegui-login" in answer.text
    assert "nicegui-shell" not in answer.text


def test_pages_leave_the_api_alone(browser: Browser) -> None:
    assert browser.get("/api/v1/alive").json() == {"alive": True}


def test_scripts_and_style_sheet_are_served_from_here(browser: Browser) -> None:
    for file in ASSETS.iterdir():
        assert browser.get(f"{assets_url()}/{file.name}").content == file.read_bytes()


def test_components_are_served_from_here(browser: Browser) -> None:
    page = browser.get("/alerts").text
    addresses = re.findall(r'from "(/_nicegui/[^"]+/components/[^"]+)"', page)

    assert len(addresses) >= 2
    for address in addresses:
        assert "export default" in browser.get(address).text


def test_the_page_names_no_address_outside(browser: Browser) -> None:
    page = browser.get("/", cookie="lang=en").text

    # The one allowed is a name inside the SVG of the logo and the icon, never asked for.
    outside = set(re.findall(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", page))
    outside -= {"http://www.w3.org", "//www.w3.org"}

    assert outside == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: file.name)
def test_a_script_imports_only_what_is_shipped(script: Path) -> None:
    for name in re.findall(r'from "([^"]+)"', script.read_text("utf-8")):
        assert name == "vue" or (ASSETS / name.removeprefix("shanasheel-ui/")).is_file(), name


@pytest.mark.parametrize("file", [*SCRIPTS, ASSETS / "shanasheel.css"], ids=lambda file: file.name)
def test_no_file_names_an_address_outside(file: Path) -> None:
    assert not re.search(r"https?://|url\(|@import", file.read_text("utf-8"))
