"""What looking only where something happens saves, told by status and metrics, who may read."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

from running import Product, cli, running, wait_for
from shanasheel.actions.access import add_account
from shanasheel.app.folder import open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.domain.people import Role
from videos import make_video

TOKEN = "0123456789abcdef0123456789abcdef"


def scraped(product: Product, token: str = "") -> dict[str, float]:
    """What Prometheus would read, by name with label; empty when it may not."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"{product.url}/metrics", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            lines = answer.read().decode().splitlines()
    except urllib.error.HTTPError as fault:
        with fault:
            return {} if fault.code == 401 else {"status": fault.code}
    pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}


def of(name: str, camera: str) -> str:
    return f'shanasheel_camera_{name}{{camera="{camera}"}}'


def test_a_still_camera_costs_little_unless_it_is_set_to_full(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", frames=900, rate=10, gop=20, moves=False)
    config, data = tmp_path / "site.yaml", tmp_path / "data"
    config.write_text(
        f"workers: 1\nanalysis: full\ncameras:\n  - {{id: ALL, url: '{film}'}}\n"
        f"  - {{id: STILL, url: '{film}', analysis: gated}}\n"
    )

    with running(config, data) as product:
        wait_for(
            lambda: product.camera("STILL")["packets"] > 150 and product.camera("ALL")["packets"],
            "the warm-up of the gated camera to be over",
        )
        still, everything = product.camera("STILL"), product.camera("ALL")
        wait_for(lambda: product.camera("ALL")["analysis_cpu_ms_per_s"], "a cost")
        read = scraped(product)
        listed = cli("cameras", "export", "--data", str(data)).stdout
        with open_beside(open_folder(data)) as site:
            add_account(site, "layla", Role.OPERATOR, "a long enough password")
        refused = scraped(product)
        (data / "keys" / "metrics.token").write_text(TOKEN)
        let_in, wrong = scraped(product, TOKEN), scraped(product, TOKEN[:-1] + "x")

    assert not still["active"]
    assert still["depth"] == "gated"
    assert everything["depth"] == "full"
    assert everything["decoded"] >= everything["packets"] - 20  # while packets wait for a key
    assert still["decoded"] < still["packets"]
    assert still["detected"] * 5 < everything["detected"]
    assert "analysis: full" in listed
    assert read[of("full_analysis", "ALL")] == 1
    assert read[of("full_analysis", "STILL")] == 0
    assert read[of("recording", "STILL")] == 1
    assert read[of("decoded_total", "STILL")] < read[of("pictures_total", "STILL")]
    assert read[of("analysis_cpu_seconds_total", "ALL")] > 0
    assert read['shanasheel_worker_memory_bytes{worker="worker-1"}'] > 1e6
    assert refused == wrong == {}
    assert let_in.keys() == read.keys()
