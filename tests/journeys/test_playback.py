"""An operator goes through stored footage: two cameras on one clock, a border, a gap, a file."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from log_signing import running_log_signer
from running import Product, alive, free_port, wait_for
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.ingest import absorb
from shanasheel.app.folder import open_folder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import open_site
from shanasheel.base.clock import FakeClock, to_us
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import Camera, CameraId, Stream
from shanasheel.domain.footage import Gap, GapCause, Segment, Shed, ShedCause
from shanasheel.domain.seen import ActiveSpan
from shanasheel.domain.signing import CameraSignature, Doubt, SignatureState
from shanasheel.domain.wire import to_line
from shanasheel.watch.recording import Recorder
from shanasheel.watch.sources import read_footage
from videos import make_video

playwright = pytest.importorskip("playwright.sync_api")

_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip

_STANDS = """() => { const video = document.querySelector('.shn-player video');
    const shown = Number(video.dataset.epochUs) + video.currentTime * 1e6;
    const wanted = Number(document.querySelector('.playback').dataset.positionUs);
    return video.paused && !video.seeking && Math.abs(shown - wanted) < 2500; }"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.skipif(_BROWSER is None, reason="no chromium on this machine"),
]

GATE, YARD = CameraId("GATE"), CameraId("YARD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What was recorded: GATE for 32 s; YARD for 8 s, then out of reach for 8 s, then 16 s more.

    YARD was not looked at from 18 s to 24 s, and its clock is marked as set back at 26 s.
    """

    product: Product
    start: datetime
    segments: list[Segment]

    def us(self, seconds: float) -> int:
        return to_us(self.start + timedelta(seconds=seconds))


def record(data: Path, video: Path, camera: CameraId, start: datetime) -> list[Segment]:
    found: list[Segment] = []
    for stream in (Stream.SHIELDED, Stream.MAIN):
        clock = FakeClock(start)
        recorder = Recorder(
            data=data, camera=camera, stream=stream, clock=clock, ids=IdMaker(clock), target_s=4
        )
        packets = read_footage(video, camera=camera, start=start)
        mine = [segment for packet in packets for segment in recorder.push(packet)]
        mine += recorder.finish()
        for segment in mine:
            recorder.acknowledge(segment)
        found += mine
    return found


def fill(root: Path) -> tuple[datetime, list[Segment]]:
    """Lay a data folder whose footage is an hour old."""
    folder = open_folder(root)
    wired = open_site(folder, site_name="test", workers=Machine(folder.root))
    site = wired.site
    start = site.clock.now().replace(microsecond=0) - timedelta(hours=1)
    apply_cameras(
        site,
        [Camera(id=GATE, url="a.mp4", name="Gate", name_ar="البوابة"),
         Camera(id=YARD, url="b.mp4", name="Yard", name_ar="الساحة")],
    )  # fmt: skip
    long = make_video(root / "long.mp4", frames=800, options={"bf": "2"})
    short = make_video(root / "short.mp4", frames=200, options={"bf": "2"})
    signed = CameraSignature(state=SignatureState.BAD, doubts=(Doubt.PICTURES,), groups=1)
    segments = [replace(one, signed=signed) if one.stream is Stream.MAIN else one
                for one in record(folder.root, long, GATE, start)]  # fmt: skip
    segments += record(folder.root, short, YARD, start)
    segments += record(folder.root, short, YARD, start + timedelta(seconds=16))
    segments += record(folder.root, short, YARD, start + timedelta(seconds=24))
    at = [start + timedelta(seconds=second) for second in range(33)]
    others = [
        Gap(id=site.ids.new(), camera=YARD, start=at[8], end=at[16], cause=GapCause.UNREACHABLE),
        Shed(id=site.ids.new(), camera=YARD, start=at[18], end=at[24], cause=ShedCause.OVERLOAD),
        Gap(id=site.ids.new(), camera=YARD, start=at[26], end=at[26],
            cause=GapCause.CLOCK_STEPPED),
        ActiveSpan(camera=GATE, start=at[3], end=at[9]),
        Event(id=site.ids.new(), camera=GATE, kind=EventKind.ZONE_ENTRY, at=at[20], start=at[20],
              subject="door"),
    ]  # fmt: skip
    absorb(site, "test", [to_line(one) for one in (*segments, *others)], "end")
    wired.close()
    return start, segments


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    root, port = tmp_path_factory.mktemp("story") / "data", free_port()
    start, segments = fill(root)
    process = subprocess.Popen(
        [sys.executable, "-m", "shanasheel.app.hub", "--data", str(root), "--site", "test",
         "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ),
    )  # fmt: skip
    product = Product(process=process, url=f"http://127.0.0.1:{port}", data=root)
    try:
        wait_for(lambda: alive(product.url), "the hub")
        with running_log_signer(root):  # raw footage is shown only under a signed entry
            yield Story(product=product, start=start, segments=segments)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="module")
def page(story: Story) -> Iterator[object]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_BROWSER, args=_ARGUMENTS)
        context = browser.new_context(locale="en", viewport={"width": 1400, "height": 860})
        context.add_cookies([{"name": "lang", "value": "en", "url": story.product.url}])
        context.set_default_timeout(60_000)
        found = context.new_page()
        faults: list[str] = []
        found.on("pageerror", lambda fault: faults.append(str(fault)))
        yield found
        browser.close()
        assert faults == []


def position(page: object) -> int:
    return int(page.locator(".playback").get_attribute("data-position-us"))  # type: ignore[attr-defined]


def shown(page: object) -> dict[str, float]:
    """Return the moment that each camera shows, in microseconds since 1970."""
    return page.evaluate(  # type: ignore[attr-defined]
        """() => Object.fromEntries([...document.querySelectorAll('.shn-player')].map((player) => {
          const video = player.querySelector('video');
          return [player.dataset.camera, Number(video.dataset.epochUs) + video.currentTime * 1e6];
        }))"""
    )


def wait_state(page: object, **states: str) -> None:
    page.wait_for_function(  # type: ignore[attr-defined]
        """(wanted) => Object.entries(wanted).every(([camera, state]) =>
          document.querySelector(`.shn-player[data-camera=${camera}]`)?.dataset.state === state)""",
        arg=states,
    )


def wait_past(page: object, at_us: int) -> None:
    page.wait_for_function(  # type: ignore[attr-defined]
        "(at) => Number(document.querySelector('.playback').dataset.positionUs) > at", arg=at_us
    )


def test_two_cameras_play_in_step_over_a_border_and_a_gap(page: object, story: Story) -> None:
    border = next(s for s in story.segments if s.camera == GATE).end
    page.goto(  # type: ignore[attr-defined]
        f"{story.product.url}/playback?camera=GATE&camera=YARD&at={story.us(2)}"
    )
    wait_state(page, GATE="ready", YARD="ready")

    wait_past(page, to_us(border) + 500_000)
    both = shown(page)
    wait_state(page, GATE="ready", YARD="gap")
    note = page.locator(".shn-player[data-camera=YARD] .shn-player-note")  # type: ignore[attr-defined]
    note.get_by_text("Camera out of reach").wait_for()
    page.keyboard.press("l")  # type: ignore[attr-defined]
    page.keyboard.press("l")  # type: ignore[attr-defined]
    faster = page.locator(".playback").get_attribute("data-rate")  # type: ignore[attr-defined]
    wait_past(page, story.us(16.5))
    wait_state(page, GATE="ready", YARD="ready")
    again = shown(page)

    assert abs(both["GATE"] - both["YARD"]) < 400_000
    assert faster == "4"
    assert abs(again["GATE"] - again["YARD"]) < 1_600_000  # at 4 times: less than half a second


def test_pictures_are_stepped_one_by_one_also_over_a_border(page: object, story: Story) -> None:
    first, second = [s for s in story.segments if s.camera == GATE][:2]
    page.goto(f"{story.product.url}/playback?camera=GATE&at={to_us(first.end) - 60_000}")  # type: ignore[attr-defined]
    wait_state(page, GATE="ready")
    page.keyboard.press("k")  # type: ignore[attr-defined]
    page.wait_for_function("document.querySelector('.playback').dataset.playing === 'false'")  # type: ignore[attr-defined]
    page.wait_for_function(_STANDS)  # type: ignore[attr-defined]
    seen = []

    def step(key: str) -> None:
        before = position(page)
        page.keyboard.press(key)  # type: ignore[attr-defined]
        page.wait_for_function(  # type: ignore[attr-defined]
            "(at) => Number(document.querySelector('.playback').dataset.positionUs) !== at",
            arg=before,
        )
        page.wait_for_function(_STANDS)  # type: ignore[attr-defined]
        seen.append(position(page))

    page.keyboard.press("Comma")  # type: ignore[attr-defined]
    page.wait_for_function(_STANDS)  # type: ignore[attr-defined]
    start = position(page)
    for _ in range(6):
        step("Period")
    onward = list(seen)
    for _ in range(6):
        step("Comma")

    assert [round((b - a) / 1000) for a, b in zip([start, *onward], onward, strict=False)] == [
        40
    ] * 6
    assert seen[-1] == start
    assert second.start == first.end


def test_the_keyboard_zooms_from_a_month_to_a_second_and_finds_the_event(
    page: object, story: Story
) -> None:
    page.goto(f"{story.product.url}/playback?camera=GATE&at={story.us(5)}")  # type: ignore[attr-defined]
    wait_state(page, GATE="ready")
    page.keyboard.press("k")  # type: ignore[attr-defined]
    spans = []
    for key, turns in (("Minus", 12), ("Equal", 24)):
        for _ in range(turns):
            page.keyboard.press(key)  # type: ignore[attr-defined]
        page.wait_for_function(
            "document.querySelector('.shn-timeline').dataset.exact !== undefined"
        )  # type: ignore[attr-defined]
        spans.append(int(page.locator(".shn-timeline").get_attribute("data-span-us")))  # type: ignore[attr-defined]
    page.keyboard.press("n")  # type: ignore[attr-defined]
    wait_past(page, story.us(19.9))
    page.keyboard.press("2")  # type: ignore[attr-defined]
    page.wait_for_selector(".shn-player[data-camera=YARD]")  # type: ignore[attr-defined]
    page.keyboard.press("Shift+Slash")  # type: ignore[attr-defined]
    page.wait_for_selector("[data-role=keys]")  # type: ignore[attr-defined]

    assert spans == [31 * 86_400_000_000, 1_000_000]
    assert abs(position(page) - story.us(20)) < 1_000


def test_a_marked_span_is_saved_and_the_file_holds_it(page: object, story: Story) -> None:
    page.goto(f"{story.product.url}/playback?camera=GATE&at={story.us(3)}")  # type: ignore[attr-defined]
    wait_state(page, GATE="ready")
    page.keyboard.press("k")  # type: ignore[attr-defined]
    page.wait_for_function("document.querySelector('.playback').dataset.playing === 'false'")  # type: ignore[attr-defined]
    page.keyboard.press("i")  # type: ignore[attr-defined]
    begin = position(page)
    page.keyboard.press("ArrowRight")  # type: ignore[attr-defined]
    page.wait_for_function(  # type: ignore[attr-defined]
        "(at) => Number(document.querySelector('.playback').dataset.positionUs) > at", arg=begin
    )
    page.keyboard.press("o")  # type: ignore[attr-defined]
    end = position(page)
    page.keyboard.press("e")  # type: ignore[attr-defined]
    page.locator("[data-role=size]").get_by_text("about").wait_for()  # type: ignore[attr-defined]
    with page.expect_download() as download:  # type: ignore[attr-defined]
        page.locator("[data-role=export] button[type=submit]").click()  # type: ignore[attr-defined]
    content = Path(download.value.path()).read_bytes()
    page.locator("[data-role=held]").get_by_text("It lacks nothing").wait_for()  # type: ignore[attr-defined]

    assert end - begin == 5_000_000
    with av.open(io.BytesIO(content)) as container:
        comment = container.metadata["comment"]
        frames = sum(1 for _ in container.decode(video=0))
        length_s = float(container.duration) / 1e6
    asked = datetime.fromtimestamp(begin / 1e6, UTC).strftime("asked %Y-%m-%dT%H:%M:%S")
    assert asked in comment
    assert "camera GATE; stream shielded" in comment
    assert "missing none" in comment
    assert 5.0 <= length_s <= 6.7  # whole groups of 0.8 s
    assert frames % 20 == 0


def test_the_pointer_previews_scrubs_and_plays_and_keys_run_back_and_fast(
    page: object, story: Story
) -> None:
    page.goto(f"{story.product.url}/playback?camera=GATE&at={story.us(12)}")  # type: ignore[attr-defined]
    wait_state(page, GATE="ready")
    page.keyboard.press("k")  # type: ignore[attr-defined]
    for _ in range(6):  # about a minute, the moment in the middle
        page.keyboard.press("Equal")  # type: ignore[attr-defined]
    page.wait_for_function("document.querySelector('.shn-timeline').dataset.exact === 'true'")  # type: ignore[attr-defined]
    box = page.locator(".shn-timeline").bounding_box()  # type: ignore[attr-defined]
    middle = box["x"] + 150 + (box["width"] - 150) / 2
    y = box["y"] + 28 + 16

    page.mouse.move(middle - 40, y)  # type: ignore[attr-defined]
    page.locator("[data-role=preview]").wait_for()  # type: ignore[attr-defined]
    page.mouse.down()  # type: ignore[attr-defined]
    page.mouse.move(middle - 80, y, steps=4)  # type: ignore[attr-defined]
    scrubbed = position(page)
    page.mouse.up()  # type: ignore[attr-defined]
    still = page.locator(".playback").get_attribute("data-playing")  # type: ignore[attr-defined]
    page.mouse.click(middle - 60, y)  # type: ignore[attr-defined]
    page.wait_for_function("document.querySelector('.playback').dataset.playing === 'true'")  # type: ignore[attr-defined]
    played = position(page)
    wait_past(page, played + 300_000)
    page.keyboard.press("j")  # type: ignore[attr-defined]
    turned = position(page)
    page.wait_for_function(  # type: ignore[attr-defined]
        "(at) => Number(document.querySelector('.playback').dataset.positionUs) < at",
        arg=turned - 500_000,
    )
    wait_state(page, GATE="ready")
    for _ in range(5):
        page.keyboard.press("l")  # type: ignore[attr-defined]
    fastest = page.locator(".playback").get_attribute("data-rate")  # type: ignore[attr-defined]
    wait_past(page, story.us(25))
    wait_state(page, GATE="ready")

    assert scrubbed < story.us(12) - 1_000_000
    assert still == "false"
    assert scrubbed < played < story.us(12)
    assert fastest == "16"
    assert abs(shown(page)["GATE"] - position(page)) < 16_000_000


def in_the_dark(page: object, row: int, first_us: int, last_us: int) -> int:
    """Return how many pixels of a row of the time line are strokes of what was shed."""
    return page.evaluate(  # type: ignore[attr-defined]
        """([row, first, last]) => { const box = document.querySelector('.shn-timeline');
          const canvas = box.querySelector('canvas');
          const [low, span] = [box.dataset.fromUs, box.dataset.spanUs].map(Number);
          const x = (at) => Math.round(150 + (at - low) / span * (canvas.width - 150));
          const { data } = canvas.getContext('2d').getImageData(
            x(first), 28 + 32 * row, x(last) - x(first), 32);
          let found = 0;
          for (let at = 0; at < data.length; at += 4) found += data[at] > 190 && data[at + 1] > 190;
          return found; }""",
        [row, first_us, last_us],
    )


def test_what_was_not_looked_at_and_a_clock_set_back_are_drawn_and_explained(
    page: object, story: Story
) -> None:
    page.goto(  # type: ignore[attr-defined]
        f"{story.product.url}/playback?camera=YARD&at={story.us(17)}"
    )
    wait_state(page, YARD="ready")
    page.keyboard.press("k")  # type: ignore[attr-defined]
    for _ in range(6):
        page.keyboard.press("Equal")  # type: ignore[attr-defined]
    legend = page.locator(".shn-legend").get_by_text("Recorded, not looked at: overload")  # type: ignore[attr-defined]
    legend.wait_for()
    page.wait_for_function("document.querySelector('.shn-timeline').dataset.exact === 'true'")  # type: ignore[attr-defined]
    box = page.locator(".shn-timeline").bounding_box()  # type: ignore[attr-defined]
    low, long = (
        int(page.locator(".shn-timeline").get_attribute(f"data-{name}-us"))  # type: ignore[attr-defined]
        for name in ("from", "span")
    )

    def hint_at(seconds: float) -> str:
        share = (story.us(seconds) - low) / long
        page.mouse.move(box["x"] + 150 + share * (box["width"] - 150), box["y"] + 28 + 16)  # type: ignore[attr-defined]
        return str(page.locator(".shn-hint").inner_text())  # type: ignore[attr-defined]

    assert "Recorded, not looked at: overload" in hint_at(21)
    assert "Recorded, not looked at" not in hint_at(28)
    assert in_the_dark(page, 0, story.us(19), story.us(23)) > 50
    assert in_the_dark(page, 0, story.us(27), story.us(30)) == 0
    assert "Clock jumped" in hint_at(26)
    assert page.locator(".shn-legend").get_by_text("Clock jumped").is_visible()  # type: ignore[attr-defined]


def test_raw_footage_says_what_the_camera_signed(page: object, story: Story) -> None:
    page.goto(f"{story.product.url}/playback?camera=GATE&at={story.us(2)}")  # type: ignore[attr-defined]
    page.locator(".caption button.raw").click()  # type: ignore[attr-defined]
    page.locator("form input").last.fill("case 31")  # type: ignore[attr-defined]
    page.locator("form button[type=submit]").click()  # type: ignore[attr-defined]
    told = page.locator("[data-role=signed]")  # type: ignore[attr-defined]
    assert "Signed by the camera: does not hold" in told.inner_text()
    assert told.get_attribute("title") == "pictures are not those it signed"
