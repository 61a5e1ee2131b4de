"""A camera with sound, from its RTSP session to the proof, and what the browser hears of it."""

from __future__ import annotations

import itertools
import math
import os
import shutil
import signal
import statistics
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gstreamer_server import gstreamer_camera
from running import Product, cli, running, wait_for
from sounds import make_talkie

_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
# Where the sound and the picture stand, in seconds since 1970, whenever the page is painted, and
# how loud it is; the tone is heard by the page's own ears, after the browser's decoder.
_LISTEN = """() => {
    const audio = document.querySelector('.shn-sound audio');
    const page = document.querySelector('.playback');
    const context = new AudioContext();
    const ear = context.createAnalyser();
    ear.fftSize = 1024;
    context.createMediaElementSource(audio).connect(ear);
    const bins = new Uint8Array(ear.frequencyBinCount);
    const tone = Math.round(1000 / (context.sampleRate / ear.fftSize));
    ear.smoothingTimeConstant = 0;
    window.heard = [];
    const look = () => {
        ear.getByteFrequencyData(bins);
        if (!audio.paused) window.heard.push({
            sound: Number(audio.dataset.epochUs) / 1e6 + audio.currentTime,
            picture: Number(page.dataset.positionUs) / 1e6, tone: bins[tone],
            high: bins[tone * 4]});
        requestAnimationFrame(look);
    };
    look();
}"""

_THREE_BEEPS = """() => window.heard.filter(
    (one, at) => at && one.tone > 150 && window.heard[at - 1].tone <= 150).length > 2"""

pytestmark = [pytest.mark.timeout(200)]


def configured(folder: Path, *cameras: str) -> Path:
    config = folder / "cameras.yaml"
    config.write_text(
        "site: Test\nworkers: 1\ncameras:\n" + "".join(f"  - {{{c}}}\n" for c in cameras)
    )
    return config


@pytest.mark.fault
def test_sound_is_proven_held_private_and_survives_a_kill(tmp_path: Path) -> None:
    film = make_talkie(tmp_path / "film.mp4", sound="pcm_alaw", seconds=60)
    data = tmp_path / "data"
    with (
        gstreamer_camera(film, sound="pcm_alaw") as url,
        running(
            configured(
                tmp_path, f"id: GATE, url: '{url}'", f"id: MUTE, url: '{url}', sound: false"
            ),
            data,
        ) as product,
    ):
        span = "from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z&stream=sound"
        wait_for(lambda: list(data.glob("archive/GATE/sound/**/*Z.mp4")), "sound")
        wait_for(lambda: product.camera("GATE")["sound"], "the status to say so")
        state = product.camera("GATE")
        for pid in product.pids("shanasheel.app.worker"):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: product.get("/status")["segments"] >= 3 or None, "recording to go on")
        grant = product.post("/grants", {"camera": "GATE", "purpose": "alert", "case": "a test"})

        refused = product.status_of(f"/cameras/GATE/segments?{span}")
        allowed = product.status_of(f"/cameras/GATE/segments?{span}&grant={grant['id']}")
    checked = cli("ledger", "check", "--data", str(data))
    examined = cli("doctor", "--archive", "--data", str(data))
    (victim, *_) = sorted(data.glob("archive/GATE/sound/**/*Z.mp4"))
    victim.write_bytes(victim.read_bytes()[:-1])
    found = cli("ledger", "check", "--data", str(data))

    assert (state["sound"], state["sound_note"]) == ("pcm_alaw", "")
    assert not (data / "archive" / "MUTE" / "sound").exists()
    assert (refused, allowed) == (403, 200)
    assert not list(data.glob("archive/**/*.open"))
    assert checked.returncode == 0, checked.stdout
    assert examined.returncode == 0, examined.stdout
    assert found.returncode == 8
    assert victim.relative_to(data).as_posix() in found.stdout


@pytest.mark.browser
@pytest.mark.skipif(_BROWSER is None, reason="no chromium on this machine")
@pytest.mark.parametrize("codec", ["pcm_alaw", "aac"])
def test_raw_footage_is_heard_in_the_browser_when_it_is_seen(tmp_path: Path, codec: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    film = make_talkie(tmp_path / "film.mp4", sound=codec, seconds=60)
    with (
        running(configured(tmp_path, f"id: GATE, url: '{film}'"), tmp_path / "data") as product,
        playwright.sync_playwright() as driver,
    ):
        begun_s = float(wait_for(lambda: _start_of_second_segment(product), "footage"))  # type: ignore[arg-type]
        browser = driver.chromium.launch(executable_path=_BROWSER, args=_ARGUMENTS)
        page = browser.new_context(locale="en-GB").new_page()
        page.set_default_timeout(60_000)

        page.goto(f"{product.url}/playback?camera=GATE&at={round(begun_s * 1e6)}")
        assert page.locator(".shn-sound").count() == 0  # the shielded view is silent
        page.locator(".shn-tile button.raw").click()
        page.locator("input[name=case]").fill("a test")
        page.keyboard.press("Enter")
        page.wait_for_selector(".shn-sound[data-sound=ready][data-muted=true]")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("KeyM")
        page.wait_for_selector(".shn-sound[data-muted=false]")
        page.evaluate(_LISTEN)
        page.wait_for_function(_THREE_BEEPS)
        heard = page.evaluate("window.heard")
        browser.close()

    # Every second of the film begins with a beep: between the last silence heard and the first of
    # the tone a second begins. A busy machine paints seldom, so it may miss one.
    fits = [
        math.floor(one["sound"] - begun_s + 0.1) >= before["sound"] - begun_s - 0.1
        for before, one in itertools.pairwise(heard)
        if one["tone"] > 150 >= before["tone"]
    ]
    assert sum(fits) * 2 > len(fits)
    assert abs(statistics.median(one["sound"] - one["picture"] for one in heard)) < 0.25
    assert max(one["high"] for one in heard) < 150  # a tone, not noise


def _start_of_second_segment(product: Product) -> float | None:
    """Return when the film's eleventh second began, once some sound after it is stored."""
    found = sorted(product.data.glob("archive/GATE/20*/**/*Z.mp4"))
    sound = sorted(product.data.glob("archive/GATE/sound/**/*Z.mp4"))
    if len(found) < 3 or len(sound) < 3:
        return None
    words = "".join(found[1].parts[-4:-1]) + found[1].name
    return datetime.strptime(words, "%Y%m%d%H%M%S.%fZ.mp4").replace(tzinfo=UTC).timestamp()


@pytest.mark.browser
@pytest.mark.skipif(_BROWSER is None, reason="no chromium on this machine")
def test_raw_pictures_the_browser_cannot_play_give_way_to_shielded_ones(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    film = make_talkie(tmp_path / "film.mp4", codec="libx265", seconds=60, size=(320, 240))
    with (
        running(configured(tmp_path, f"id: GATE, url: '{film}'"), tmp_path / "data") as product,
        playwright.sync_playwright() as driver,
    ):
        begun_s = float(wait_for(lambda: _start_of_second_segment(product), "footage"))  # type: ignore[arg-type]
        browser = driver.chromium.launch(executable_path=_BROWSER, args=_ARGUMENTS)
        page = browser.new_context(locale="en-GB").new_page()
        page.set_default_timeout(60_000)
        if page.evaluate("""MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L60.90"')"""):
            pytest.skip("this browser plays H.265")

        page.goto(f"{product.url}/playback?camera=GATE&at={round(begun_s * 1e6)}")
        page.locator(".shn-tile button.raw").click()
        page.locator("input[name=case]").fill("a test")
        page.keyboard.press("Enter")
        page.wait_for_selector(".shn-player[data-stream=shielded][data-state=ready] .shn-watermark")
        stored = page.locator("[data-role=fallback]").inner_text()
        page.goto(product.url)
        page.locator(".shn-tile").first.click()
        page.locator("[data-panel=GATE] [data-role=raw]").click()
        page.locator("input[name=case]").fill("a test")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-panel=GATE] [data-shown=shielded][data-state=playing]")
        live = page.locator("[data-role=fallback]").inner_text()
        browser.close()

    assert "hvc1" in stored
    assert "shielded" in stored
    assert live == stored
