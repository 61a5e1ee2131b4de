"""A hub that is killed forgets no time: what was due meanwhile is told once, when it is back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from running import Product, alive, free_port, wait_for
from shanasheel.actions.access import LOCAL
from shanasheel.actions.plans import put_in_plans
from shanasheel.app.folder import open_folder
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import SystemClock
from shanasheel.base.ids import IdMaker
from shanasheel.domain.alerts import Event, EventKind
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.response import PlanStep, ResponsePlan
from shanasheel.domain.wire import to_line
from shanasheel.watch.recording import Spool

CLOCK = SystemClock()
IDS = IdMaker(CLOCK)
#: Seconds enough for a kill between the two times, few enough to wait for.
HURRIED = ResponsePlan(
    name="hurried", en="Hurried", ar="عاجل", kinds=("shot_heard", "weapon_seen"), acknowledge_s=1,
    escalate_s=8, escalate_to="chief",
    steps=(PlanStep(role="operator", en="Look", ar="انظر", within_s=6),
           PlanStep(role="police", en="Call", ar="اتصل")),
)  # fmt: skip


@contextmanager
def hub(root: Path) -> Iterator[Product]:
    """Run a hub alone; killed at the end of the block, as by a power cut."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "shanasheel.app.hub", "--data", str(root), "--site", "test",
         "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ),
    )  # fmt: skip
    product = Product(process=process, url=f"http://127.0.0.1:{port}", data=root)
    try:
        wait_for(lambda: alive(product.url), "the hub")
        yield product
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)


def spool(root: Path, kind: EventKind, camera: str) -> None:
    now = CLOCK.now()
    event = Event(id=IDS.new(), camera=CameraId(camera), kind=kind, at=now, start=now)
    worker = Spool(root / "spool" / "worker")
    worker.append([to_line(event)], durable=True)
    worker.close()


def alert_of(product: Product, camera: str) -> dict:
    found = product.get("/alerts")["items"]
    return next((one for one in found if one["camera"] == camera), {})


def told(product: Product, alert: str) -> list[str]:
    return [line["what"] for line in product.get(f"/alerts/{alert}/response")["log"]]


@pytest.mark.fault
def test_escalation_and_overdue_steps_survive_kills_and_are_told_once(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "data")
    with open_beside(folder) as site:
        put_in_plans(site, LOCAL, [HURRIED])
    with hub(folder.root) as product:
        spool(folder.root, EventKind.SHOT_HEARD, "LONELY")
        spool(folder.root, EventKind.WEAPON_SEEN, "ANSWERED")
        wait_for(lambda: alert_of(product, "LONELY"), "the alert")
        answered = wait_for(lambda: alert_of(product, "ANSWERED"), "the other alert")
        body = {"state": "confirmed", "version": answered["version"]}
        product.post(f"/alerts/{answered['id']}/decisions", body)
        wait_for(lambda: alert_of(product, "LONELY")["escalation"] == "reminded", "the reminder")
        lonely = alert_of(product, "LONELY")

    with hub(folder.root) as product:
        wait_for(lambda: alert_of(product, "LONELY")["escalation"] == "escalated", "escalation")
        wait_for(lambda: "step_overdue" in told(product, answered["id"]), "the overdue step")
        spool(folder.root, EventKind.SHOT_HEARD, "LATER")
        wait_for(lambda: alert_of(product, "LATER").get("escalation") == "reminded", "a later look")
        passed = alert_of(product, "LONELY")
        logs = told(product, lonely["id"]), told(product, answered["id"])
        steps = product.get(f"/alerts/{answered['id']}/response")["response"]["steps"]

    assert (passed["escalated_to"], passed["due"], passed["version"]) == (
        "chief", None, lonely["version"],
    )  # fmt: skip
    assert logs == (["reminded", "escalated"], ["response_started", "step_overdue"])
    assert [step["overdue"] for step in steps] == [True, False]
