"""Players that are not our pages, on a camera that is being recorded."""

from __future__ import annotations

import itertools
import shutil
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from playlists import Listing, read_playlist
from running import Product, running, wait_for
from served import CAMERA, film, served
from shanasheel.base.clock import to_us
from videos import make_video

_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
_PLAY = """address => new Promise(done => {
    const video = document.createElement('video');
    const tell = why => done({why, length_s: video.duration,
        pictures: video.getVideoPlaybackQuality().totalVideoFrames});
    video.muted = true;
    video.onerror = () => tell(video.error.message);
    video.onended = () => tell('ended');
    video.src = address;
    document.body.append(video);
    video.play();
})"""
WANTED = 300  # pictures: 12 s at 25 a second, more than one file


def listed(product: Product, query: str) -> Listing | None:
    try:
        address = f"{product.url}/api/v1/cameras/YARD/hls.m3u8{query}"
        with urllib.request.urlopen(address, timeout=20) as answer:
            return read_playlist(answer.read().decode())
    except OSError:
        return None


@pytest.mark.timeout(240)
def test_ffmpeg_follows_a_live_camera_and_plays_its_past(tmp_path: Path) -> None:
    film = make_video(
        tmp_path / "film.mp4", frames=1500, size=(320, 240), gop=25, options={"bf": "0"}
    )
    config = tmp_path / "cameras.yaml"
    config.write_text(f"site: Test\nworkers: 1\ncameras:\n  - {{id: YARD, url: '{film}'}}\n")

    with running(config, tmp_path / "data") as product:
        grant = product.post(
            "/grants", {"camera": "YARD", "purpose": "alert", "case": "test of players"}
        )["id"]
        raw = f"?stream=main&grant={grant}"
        wait_for(lambda: listed(product, raw), "a finished segment")
        with av.open(f"{product.url}/api/v1/cameras/YARD/hls.m3u8{raw}") as container:
            followed = [frame.pts for frame in itertools.islice(container.decode(video=0), WANTED)]
        shielded = wait_for(lambda: listed(product, ""), "a shielded segment")
        live = listed(product, raw)
        begin, end = to_us(live.entries[0].at), to_us(live.entries[-1].at) + 1_000
        past = f"?from={begin}&to={end}&stream=main&grant={grant}"
        found = listed(product, past)
        with av.open(f"{product.url}/api/v1/cameras/YARD/hls.m3u8{past}") as container:
            pictures = sum(1 for _ in container.decode(video=0))

    steps = {other - one for one, other in itertools.pairwise(followed)}
    assert len(followed) == WANTED
    assert len(steps) == 1, "a picture is missing where two files join"
    assert shielded.entries
    assert found.ended
    assert pictures == round(sum(entry.duration_s for entry in found.entries) * 25)


@pytest.mark.browser
@pytest.mark.skipif(_BROWSER is None, reason="no chromium on this machine")
def test_chromium_plays_every_picture_of_a_span_with_a_gap_by_itself(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with served(tmp_path / "data") as hub, playwright.sync_playwright() as driver:
        hub.record(film(tmp_path), noon)
        hub.record(film(tmp_path), noon + timedelta(seconds=30))
        browser = driver.chromium.launch(executable_path=_BROWSER, args=_ARGUMENTS)
        page = browser.new_page()
        page.goto(f"{hub.url}/api/v1/alive")
        if not page.evaluate(
            "document.createElement('video').canPlayType('application/vnd.apple.mpegurl')"
        ):
            pytest.skip("this Chromium plays no HLS by itself")
        span = f"from={to_us(noon)}&to={to_us(noon) + 60_000_000}"

        played = page.evaluate(_PLAY, f"/api/v1/cameras/{CAMERA}/hls.m3u8?{span}")
        browser.close()

    assert played == {"why": "ended", "pictures": 400, "length_s": 16}
