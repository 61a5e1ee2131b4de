"""Nothing leaves the machine at run time: the product in a network of its own, listened to."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from videos import make_video

# Runs inside a fresh network namespace, where every address of the world is routed to the
# loopback: whoever calls out is heard, even if it gives up in silence.
LISTENER = """
import ipaddress, json, socket, subprocess, sys, threading, time

ROUTES = ("link set lo up", "route add local 0.0.0.0/0 dev lo", "-6 route add local ::/0 dev lo")
for words in ROUTES:
    subprocess.run(["ip", *words.split()], check=not words.startswith("-6"), capture_output=True)
heard = set()
ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
ear.bind(("lo", 0))

def listen():
    while True:
        packet = ear.recv(128)
        kind, body = packet[12:14], packet[14:]
        if kind == b"\\x08\\x00":
            ends = (ipaddress.ip_address(body[12:16]), ipaddress.ip_address(body[16:20]))
        elif kind == b"\\x86\\xdd":
            ends = (ipaddress.ip_address(body[8:24]), ipaddress.ip_address(body[24:40]))
        else:
            continue
        for end in ends:
            # The kernel's own multicast (neighbours, routers) is nobody's request.
            if not (end.is_loopback or end.is_multicast or end.is_unspecified):
                heard.add(str(end))

threading.Thread(target=listen, daemon=True).start()
done = subprocess.run(json.loads(sys.argv[1]), capture_output=True, text=True)
time.sleep(0.5)
product = sorted(heard)
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("203.0.113.9", 53))
time.sleep(0.5)
json.dump({"code": done.returncode, "out": done.stdout, "err": done.stderr[-2000:],
           "product": product, "control": "203.0.113.9" in heard}, sys.stdout)
"""


def in_own_network(command: list[str]) -> dict:
    if not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("unshare and ip (util-linux, iproute2) are not on this machine")
    probe = subprocess.run(["unshare", "-r", "-n", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this machine forbids network namespaces")
    done = subprocess.run(
        ["unshare", "-r", "-n", sys.executable, "-c", LISTENER, json.dumps(command)],
        capture_output=True, text=True, check=False, timeout=200, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.timeout(240)
def test_the_whole_demo_calls_nobody(tmp_path: Path) -> None:
    samples = tmp_path / "clips"
    samples.mkdir()
    make_video(samples / "one.mp4", frames=300, size=(320, 240), rate=10, gop=10)
    command = [
        sys.executable, "-c", "from shanasheel.cli import main; main()",
        "demo", "--headless", "--seconds", "30", "--json", "--port", "0",
        "--samples", str(samples), "--data", str(tmp_path / "demo"),
    ]  # fmt: skip

    found = in_own_network(command)

    assert found["control"], "the listener is deaf"
    summary = json.loads(found["out"])
    assert summary["segments"] > 0
    assert summary["alerts"] > 0
    assert summary["verification"] == "intact"
    assert found["product"] == []


@pytest.mark.timeout(240)
def test_without_footage_and_without_network_the_demo_draws_its_own_and_says_so(
    tmp_path: Path,
) -> None:
    command = [
        "env", f"XDG_DATA_HOME={tmp_path / 'home'}",
        sys.executable, "-c", "from shanasheel.cli import main; main()",
        "demo", "--headless", "--seconds", "30", "--json", "--port", "0",
        "--data", str(tmp_path / "demo"),
    ]  # fmt: skip

    found = in_own_network(command)

    assert found["code"] == 0, found["err"]
    assert "GENERATED" in found["err"]
    assert json.loads(found["out"])["verification"] == "intact"
