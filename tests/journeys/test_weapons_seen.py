"""A weapon model of one's own: an alert to verify, live and in a file; broken ones stop nothing."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from armed_films import armed_film, block_model
from onnx_models import card_for, constant_model
from running import Product, running, wait_for
from shanasheel.app.folder import open_folder
from shanasheel.app.machine import Machine
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import ShanasheelError
from shanasheel.cli.main import make_app
from shanasheel.domain.models import ModelTask

SOMEBODY = np.array([[[64, 48, 20, 40, 1, 0.9, 0, 0]]], np.float32)  # where the films' person is
_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = pytest.mark.timeout(240)


def shanasheel(*words: object) -> str:
    """Run a command in this process, which spares a start of Python; return what it says."""
    app = make_app(str(words[0]))
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, ShanasheelError):
        return f"refused: {done.exception}"
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def models_in(folder: Path, data: Path) -> None:
    """Add a detector that sees one person, and two models that find magenta."""
    seen = card_for(
        constant_model(folder / "seen.onnx", {"o": SOMEBODY}), "seen",
        output={"family": "yolo", "form": "v5"},
    )  # fmt: skip
    blocks = block_model(folder / "blocks.onnx")
    broken = block_model(folder / "broken.onnx", "broken")
    for card in (seen, blocks, broken):
        added = shanasheel("models", "add", card.with_suffix(".onnx"), "--card", card,
                           "--data", data)  # fmt: skip
        assert "runs with" in added


def choose(data: Path, name: str) -> None:
    """Have a model used without its file being checked first, as if it was swapped just after."""
    with open_beside(open_folder(data)) as site, site.store.begin() as rows:
        rows.cameras.choose(ModelTask.WEAPONS, name, revision=site.ids.new())


def seen_in_arabic(product: Product, alert: str) -> str:
    """Return what the page of an alert says in Arabic, its picture loaded."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=_BROWSER, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = started.new_context(locale="ar-IQ").new_page()
        page.goto(f"{product.url}/alerts#{alert}")
        picture = page.locator("[data-role=views] img[data-view=now]")
        picture.wait_for()
        page.wait_for_function(
            "e => e.complete && e.naturalWidth > 0", arg=picture.element_handle()
        )
        words = page.locator(".alerts").inner_text()
        started.close()
    return words


def two_cameras(folder: Path) -> Path:
    """Write a configuration of two cameras that show the same; at one nobody looks twice."""
    film = armed_film(folder / "film.mp4", frames=600)
    config = folder / "site.yaml"
    config.write_text(
        "site: Basra\nworkers: 1\ncameras:\n"
        f"  - {{id: GATE, url: {film}, analysis: full}}\n"
        f"  - {{id: YARD, url: {film}, analysis: full, weapon_model: none}}\n"
    )
    return config


def gaps_of(product: Product, camera: str) -> list[dict]:
    now = SystemClock().now()
    span = f"from={(now - dt.timedelta(hours=1)):%Y-%m-%dT%H:%MZ}&to={now:%Y-%m-%dT%H:%M:%SZ}"
    return product.get(f"/cameras/{camera}/timeline?{span}")["gaps"]


def test_a_possible_weapon_calls_a_person_and_a_broken_model_stops_nothing(
    tmp_path: Path,
) -> None:
    data, config = tmp_path / "data", two_cameras(tmp_path)
    open_folder(data)
    models_in(tmp_path, data)
    shanasheel("models", "use", "seen", "--data", data)

    with running(config, data) as product:

        def status(name: str) -> dict:
            return Machine(data).cameras().get(name, {})

        def raised() -> list[dict]:
            alerts = product.get("/alerts")["items"]
            return [one for one in alerts if one["kind"] == "weapon_seen"]

        wait_for(lambda: status("GATE").get("tracks"), "somebody to be followed")
        before = (status("GATE")["weapon_model"], status("GATE")["weapon_looks"], raised())
        used = shanasheel("models", "use", "blocks", "--data", data)
        (alert,) = wait_for(raised, "a possible weapon to be told")  # type: ignore[misc]
        detail = product.get(f"/alerts/{alert['id']}")
        words = seen_in_arabic(product, alert["id"]) if _BROWSER else None
        yard = status("YARD")

        shanasheel("models", "use", "blocks", "--off", "--data", data)
        wait_for(lambda: status("GATE")["weapon_model"] == "", "the model to be stopped")
        (data / "models" / "broken" / "broken.onnx").write_bytes(b"other")
        refused = shanasheel("models", "use", "broken", "--data", data)
        choose(data, "broken")
        wait_for(lambda: "SHA-256" in status("GATE")["weapon_fault"], "the fault to be told")
        count = product.get("/status")["segments"]
        wait_for(lambda: product.get("/status")["segments"] > count, "recording to go on")
        shanasheel("models", "use", "broken", "--off", "--data", data)
        wait_for(lambda: status("GATE")["weapon_model"] == "", "the model to be stopped")
        gaps, ended = gaps_of(product, "GATE"), raised()

    assert before == ("", 0, [])
    assert refused.startswith("refused:")
    assert "are looked at a second time with blocks" in used
    assert (alert["camera"], alert["priority"], alert["events"]) == ("GATE", "high", 1)
    assert alert["numbers"]["weapon_ratio"] >= 0.5
    assert detail["picture_url"]
    assert (yard["weapon_model"], yard["weapon_looks"]) == ("none", 0)
    assert (gaps, len(ended)) == ([], 1)
    if words is not None:
        for expected in ("شخص ربما يحمل سلاحًا، ويلزم التحقق منه", "احتمال وجود سلاح",
                         "الشخص، والموضع معلَّم"):  # fmt: skip
            assert expected in words


def test_a_file_is_looked_at_twice_when_a_model_is_named(tmp_path: Path) -> None:
    data = tmp_path / "shanasheel"
    open_folder(data)
    models_in(tmp_path, data)
    film = armed_film(tmp_path / "film.mp4", frames=50)
    config = tmp_path / "site.yaml"
    config.write_text(f"site: B\ncameras:\n  - {{id: GATE, url: {film}}}\n")
    told = {}
    for name, more in (("with", ["--weapons", "blocks"]), ("without", [])):
        said = shanasheel("analyze", film, "--out", tmp_path / name, "--full", "--camera", "GATE",
                   "--config", config, "--start", "2026-01-31T12:00:00Z", "--data", data,
                   "--model", "seen", *more)  # fmt: skip
        assert "1 tracks" in said
        lines = (tmp_path / name / "film" / "events.jsonl").read_text().splitlines()
        told[name] = [json.loads(line) for line in lines]

    assert [one["kind"] for one in told["with"]] == ["weapon_seen"]
    assert told["with"][0]["at"] >= "2026-01-31T12:00:01"
    assert told["without"] == []
    for wrong in (["--weapons", "nothing"], ["--faces", "seen"], ["--model", "blocks"]):
        assert "refused" in shanasheel(
            "analyze", film, "--out", tmp_path / "no", "--data", data, *wrong
        )
    assert not (tmp_path / "no").exists()  # told before any footage is looked at
