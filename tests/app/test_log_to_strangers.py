"""A stranger audits a running hub by its address alone."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cosigning import running_cosigner
from log_signing import running_log_signer
from running import alive, cli, free_port, wait_for
from shanasheel.actions.access import add_account
from shanasheel.actions.cosigning import add_cosigner, policy_text
from shanasheel.app.wiring import open_beside
from shanasheel.domain.people import Role
from shanasheel.prove.ledger import parse_note
from sites import make_place


@contextmanager
def running_hub(data: Path, *options: str) -> Iterator[str]:
    """Run the hub's own process, without cameras, and yield its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "shanasheel.app.hub", "--data", str(data), "--port", str(port),
         *options],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: alive(url) or process.poll() is not None, "the hub")
        assert process.poll() is None
        yield url
    finally:
        process.terminate()
        process.wait(40)


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code


def test_a_running_site_is_audited_from_outside_without_a_login(tmp_path: Path) -> None:
    place = make_place(tmp_path / "data")
    key, policy = place.wired.verifier_key, tmp_path / "policy.txt"
    with running_cosigner(tmp_path / "court", "--name", "court.example/1") as court:
        court.follow(key)
        asked = add_cosigner(place.wired.site, court.keys, court.url, "court")
        policy.write_text(policy_text(key, [asked]))
        add_account(place.wired.site, "amal", Role.AUDITOR, "a long password")
        place.wired.close()
        command = ("ledger", "audit", "--policy", str(policy), "--memory", str(tmp_path / "seen"))
        with running_log_signer(place.folder.root), running_hub(place.folder.root) as url:
            wait_for(lambda: status_of(f"{url}/log/cosigned") == 200, "a cosignature")

            first = cli(*command, f"{url}/log", "--json")
            with open_beside(place.folder) as site:
                add_account(site, "badr", Role.AUDITOR, "a long password")
            seen = json.loads((tmp_path / "seen").read_text())["size"]
            wait_for(lambda: _size(url) > seen, "the next checkpoint")
            second = cli(*command, f"{url}/log/")

            assert first.returncode == 0, first.stdout
            assert second.returncode == 0, second.stdout
            assert f"contains the {seen} entries seen before" in second.stdout
            assert "court.example/1 signed" in second.stdout
            assert status_of(f"{url}/api/v1/ledger") == 401
            with urllib.request.urlopen(f"{url}/log/cosigned", timeout=20) as answer:
                note = parse_note(answer.read())
            assert note.signatures[-1].name == "court.example/1"

        with (
            running_log_signer(place.folder.root),
            running_hub(place.folder.root, "--private-log") as url,
        ):
            assert status_of(f"{url}/log/checkpoint") == 404


def _size(url: str) -> int:
    with urllib.request.urlopen(f"{url}/log/checkpoint", timeout=20) as answer:
        return int(answer.read().split(b"\n")[1])
