"""A real headless Chromium for journeys through the pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
PATIENCE_MS = 60_000

_PICTURES = os.environ.get("SHANASHEEL_SCREENSHOTS")  # a folder, to look at


def browser_tests(*, within_s: int = 200) -> list[pytest.MarkDecorator]:
    """Return the marks of tests that need a browser, and how long each may take."""
    return [
        pytest.mark.browser,
        pytest.mark.timeout(within_s),
        pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine"),
    ]


@contextmanager
def browsing(
    url: str, *, locale: str = "ar-IQ", width: int = 1400, height: int = 1000,
    profile: Path | None = None, script: str = "", despite: str = "",
) -> Iterator[Any]:  # fmt: skip
    """Yield a page of a new browser that knows the product as its base; scripts must not fail.

    Args:
        profile: a folder for a browser that keeps what pages store, service workers above all.
        script: runs in every page before its own.
        despite: faults that hold this are expected.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    chosen = {
        "locale": locale, "viewport": {"width": width, "height": height}, "base_url": url,
    }  # fmt: skip
    started = {"executable_path": BROWSER, "args": ARGUMENTS}
    with playwright.sync_playwright() as driver:
        if profile is not None:
            context = driver.chromium.launch_persistent_context(profile, **started, **chosen)
        else:
            context = driver.chromium.launch(**started).new_context(**chosen)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(script)
        page, faults = context.new_page(), list[str]()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        yield page
        assert [one for one in faults if not despite or despite not in one] == []
        context.close()


def picture(page: Any, name: str) -> None:
    """Keep a picture of a page where somebody wants to look at it."""
    if _PICTURES:
        page.screenshot(path=f"{_PICTURES}/{name}.png")
