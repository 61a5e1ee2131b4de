"""The recorder burns down; its footage and its proof stand in S3-compatible storage."""

from __future__ import annotations

import json
import os
import shutil
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from playwright.sync_api import Page, sync_playwright

from running import Product, cli, running, wait_for
from s3_server import BUCKET, KEY_ID, SECRET, S3Server, s3_server
from shanasheel.actions.archive import examine_archive
from shanasheel.actions.proof_report import Wrong
from shanasheel.adapters.stores import open_database
from shanasheel.app.checkup import examine
from shanasheel.app.folder import DataFolder
from shanasheel.app.vaults import open_vault
from shanasheel.app.wiring import open_beside
from shanasheel.domain.cameras import CameraId, Stream
from shanasheel.domain.copying import VaultPlan
from vaulted import checked
from videos import decoded_frames, make_video

PLACE = f"s3://{BUCKET}/basra"


@pytest.mark.fault
@pytest.mark.timeout(240)
def test_a_recorder_that_burns_down_leaves_footage_and_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHANASHEEL_VAULT_KEY_ID", KEY_ID)
    monkeypatch.setenv("SHANASHEEL_VAULT_SECRET", SECRET)
    data, new = tmp_path / "data", tmp_path / "new"
    with s3_server(tmp_path / "s3") as server, ExitStack() as stack:
        server.stop()  # the vault is away when the recorder starts

        with running(write_config(tmp_path, server), data) as product:
            fault = wait_for(lambda: product.get("/vault").get("fault"), "the fault")
            page = stack.enter_context(status_page(product))
            expect(page, "تعذّر الوصول إلى الخزنة")
            hold(product)
            wait_for(lambda: product.camera("GATE")["state"] == "recording", "the camera")
            doctor = {finding.name: finding for finding in examine(data)}["vault"]
            server.start()
            wait_for(lambda: safe_there(product), "held footage in the vault")
            expect(page, "محدَّثة")
            stack.close()
            kill_all(product)
        assert "does not answer" in str(fault)
        assert (doctor.grade, "does not answer" in doctor.detail) == ("bad", True)
        told = "".join(path.read_text() for path in (data / "logs").iterdir())
        assert SECRET not in told
        shutil.rmtree(data)

        sound = cli("vault", "check", PLACE, "--endpoint", server.endpoint, "--json")
        restored = cli("vault", "restore", PLACE, "--endpoint", server.endpoint,
                       "--data", str(new), "--json")  # fmt: skip
        flip_a_byte(server)
        plan = VaultPlan(to=PLACE, endpoint=server.endpoint)
        spoiled = checked(open_vault(plan, data=None))

    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert json.loads(sound.stdout)["segments"] >= 1
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert [failure.reason for failure in spoiled.footage.failures] == [Wrong.BYTES_DIFFER]
    clean = cli("ledger", "check", "--data", str(new))
    assert clean.returncode == 0, clean.stdout
    with open_beside(DataFolder(root=new)) as site:
        assert examine_archive(site).faults == ()
    look_at(new, tmp_path)


@contextmanager
def status_page(product: Product) -> Iterator[object]:
    """Open the status page in Arabic; None without a browser on this machine."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        yield None
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        context = browser.new_context(locale="ar-IQ")
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto(f"{product.url}/status")
        yield page
        browser.close()


def expect(page: object, words: str) -> None:
    """Wait until the page's block about the vault says these words."""
    if isinstance(page, Page):
        page.locator("[data-role=vault]", has_text=words).wait_for()


def write_config(folder: Path, server: S3Server) -> Path:
    film = make_video(folder / "film.mp4", frames=1500, size=(320, 240), rate=25, gop=25)
    config = folder / "cameras.yaml"
    config.write_text(
        f"cameras:\n  - {{id: GATE, url: '{film}'}}\nworkers: 1\n"
        f"vault: {{to: '{PLACE}', endpoint: '{server.endpoint}', every_s: 1}}\n"
    )
    return config


def hold(product: Product) -> None:
    now = datetime.now(UTC)
    product.post("/holds", {
        "cameras": ["GATE"], "start": (now - timedelta(hours=1)).isoformat(),
        "end": (now + timedelta(hours=1)).isoformat(), "reason": "shooting at the gate",
    })  # fmt: skip


def safe_there(product: Product) -> bool:
    """Return whether a raw and a shielded segment, their proof and the database are there."""
    vault = product.get("/vault")
    if vault["state"] == "failing" or not vault.get("database") or (vault["copied"] or 0) < 2:
        return False
    paths = [*product.data.glob("archive/GATE/**/*.mp4")]
    return bool(paths) and vault["waiting"] == 0


def kill_all(product: Product) -> None:
    """Kill every process at once, the supervisor first, as a fire does."""
    product.process.send_signal(signal.SIGKILL)
    for module in ("shanasheel.app.hub", "shanasheel.app.worker"):
        for pid in product.pids(module):
            os.kill(pid, signal.SIGKILL)
    wait_for(
        lambda: not product.pids("shanasheel.app.hub") + product.pids("shanasheel.app.worker"),
        "the end of all processes",
    )


def flip_a_byte(server: S3Server) -> None:
    file = next((server.objects / "basra" / "archive").rglob("*.mp4"))
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.write_bytes(whole)


def look_at(new: Path, folder: Path) -> None:
    """Decode raw footage, and play shielded footage from the pages of the restored copy."""
    database = open_database(new / "shanasheel.db")
    with database.read() as rows:
        raw = next(rows.footage.every_segment(Stream.MAIN))
        shielded = next(rows.footage.every_segment(Stream.SHIELDED))
        assert rows.keeping.holds(active=True)
        assert CameraId("GATE") in {camera.id for camera in rows.cameras.all()}
    database.close()
    assert decoded_frames(new / raw.path) == raw.frames > 0
    config = folder / "copy.yaml"
    config.write_text("site: copy\n")
    with running(config, new) as product:
        with urllib.request.urlopen(
            f"{product.url}/api/v1/segments/{shielded.id}/media", timeout=20
        ) as answer:
            played = folder / "played.mp4"
            played.write_bytes(answer.read())
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            product.post("/grants", {"camera": "GATE", "purpose": "alert", "case": "2026-0031"})
        refused.value.close()
        assert product.pids("shanasheel.app.worker") == []
    with av.open(str(played)) as opened:
        assert next(opened.decode(video=0)).width > 0
