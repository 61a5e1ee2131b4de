"""A stranger audits a log by what it and its cosigners show to everybody."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cosigning import RunningCosigner, running_cosigner
from running import cli
from shanasheel.app.auditing import audit_from_outside
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput
from shanasheel.prove.ledger import (
    AuditReport,
    Ledger,
    Policy,
    Signer,
    load_or_create_key,
    pack_submission,
    parse_policy,
)

NAME = "city.example/evidence/1"


@pytest.fixture
def key(tmp_path: Path) -> Signer:
    return load_or_create_key(tmp_path / "keys" / "log.key", NAME)


@pytest.fixture
def cosigner(tmp_path: Path, key: Signer) -> Iterator[RunningCosigner]:
    with running_cosigner(tmp_path / "c") as one:
        one.follow(str(key.verifier))
        yield one


def grow(folder: Path, key: Signer, size: int, salt: str = "") -> Path:
    """Sign a tree of so many entries in a folder."""
    with Ledger(folder, key=key, origin=NAME, clock=SystemClock()) as log:
        log.append([f"{salt}{number}".encode() for number in range(log.size, size)])
        log.checkpoint()
    return folder


def cosign(cosigner: RunningCosigner, folder: Path, key: Signer, old: int, new: int) -> None:
    with Ledger(folder, key=key, origin=NAME, clock=SystemClock()) as log:
        proof = log.consistency_proof(old, new) if old else ()
    note = (folder / "checkpoint.d" / str(new)).read_bytes()
    assert cosigner.ask(pack_submission(old, proof, note))[0] == 200


def policy_of(key: Signer, *cosigners: RunningCosigner, least: int = 1) -> Policy:
    lines = [f"log {key.verifier}"]
    names = [f"w{number}" for number in range(len(cosigners))]
    for name, one in zip(names, cosigners, strict=True):
        lines.append(f"witness {name} {one.keys[0]} {one.url}")
    lines += [f"group g {least} {' '.join(names)}", "quorum g"]
    return parse_policy("\n".join(lines).encode())


def audit(place: object, policy: Policy, memory: Path | None = None) -> AuditReport:
    return audit_from_outside(str(place), policy, memory, clock=SystemClock(), fresh_s=600)


def failed(report: AuditReport) -> list[str]:
    return [step.name for step in report.steps if not step.ok]


@contextmanager
def static(folder: Path) -> Iterator[str]:
    """Serve a log's folder as any web server would."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            del format, args

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_honest_log_holds_and_is_remembered_while_it_grows(
    tmp_path: Path, key: Signer, cosigner: RunningCosigner
) -> None:
    folder, memory = grow(tmp_path / "log", key, 300), tmp_path / "seen.json"
    cosign(cosigner, folder, key, 0, 300)
    policy = policy_of(key, cosigner)

    with static(folder) as url:
        assert not failed(audit(url, policy, memory))
        grow(folder, key, 70_000)
        report = audit(url, policy, memory)
        assert not failed(report)
        assert "contains the 300 entries" in report.steps[1].detail
        cosign(cosigner, folder, key, 300, 70_000)
        assert not failed(audit(url, policy, memory))
    assert json.loads(memory.read_text())["size"] == 70_000


def test_a_rewritten_log_is_found_by_whoever_remembers(
    tmp_path: Path, key: Signer, cosigner: RunningCosigner
) -> None:
    memory = tmp_path / "seen.json"
    policy = policy_of(key, cosigner)
    honest = grow(tmp_path / "log", key, 300)
    cosign(cosigner, honest, key, 0, 300)
    audit(honest, policy, memory)
    before = memory.read_text()

    rewritten = grow(tmp_path / "other", key, 400, salt="x")

    assert failed(audit(rewritten, policy, memory)) == [
        "grown_since_last", "cosigners_agree", "quorum_fresh",
    ]  # fmt: skip
    assert memory.read_text() == before
    shorter = grow(tmp_path / "short", key, 200)
    assert "grown_since_last" in failed(audit(shorter, policy, memory))


def test_a_split_view_is_found_without_any_memory(
    tmp_path: Path, key: Signer, cosigner: RunningCosigner
) -> None:
    """One cosigner is shown one tree, another a second; the log shows the first to the auditor."""
    one, two = grow(tmp_path / "one", key, 300), grow(tmp_path / "two", key, 300, salt="x")
    with running_cosigner(tmp_path / "d") as other:
        other.follow(str(key.verifier))
        cosign(cosigner, one, key, 0, 300)
        cosign(other, two, key, 0, 300)

        report = audit(one, policy_of(key, cosigner, other))

    assert failed(report) == ["cosigners_agree"]
    assert "w1 has cosigned another tree of 300" in report.steps[2].detail
    assert report.head is None


def test_a_stale_view_is_found(tmp_path: Path, key: Signer, cosigner: RunningCosigner) -> None:
    folder = grow(tmp_path / "log", key, 300)
    stale = grow(tmp_path / "stale", key, 200)
    grow(folder, key, 301)
    cosign(cosigner, folder, key, 0, 301)
    policy = policy_of(key, cosigner)

    assert failed(audit(stale, policy)) == ["cosigners_agree", "quorum_fresh"]
    old = audit_from_outside(str(folder), policy, None, clock=SystemClock(), fresh_s=-1)
    assert failed(old) == ["quorum_fresh"]


def test_one_that_does_not_answer_does_not_count(
    tmp_path: Path, key: Signer, cosigner: RunningCosigner
) -> None:
    folder = grow(tmp_path / "log", key, 5)
    cosign(cosigner, folder, key, 0, 5)
    with running_cosigner(tmp_path / "d") as other:
        other.follow(str(key.verifier))
        one, both = (policy_of(key, cosigner, other, least=least) for least in (1, 2))

    assert not failed(audit(folder, one))
    report = audit(folder, both)
    assert failed(report) == ["quorum_fresh"]
    assert "no answer: w1" in report.steps[2].detail


@pytest.mark.parametrize("what", ["missing", "changed", "checkpoint", "another key"])
def test_damage_is_told(tmp_path: Path, key: Signer, cosigner: RunningCosigner, what: str) -> None:
    folder = grow(tmp_path / "log", key, 300)
    cosign(cosigner, folder, key, 0, 300)
    grow(folder, key, 600)
    policy = policy_of(key, cosigner)
    tile = folder / "tile" / "0" / "001"
    if what == "missing":
        tile.unlink()
    elif what == "changed":
        tile.write_bytes(bytes(len(tile.read_bytes())))
    elif what == "checkpoint":
        (folder / "checkpoint").write_bytes(b"junk")
    else:
        stranger = load_or_create_key(tmp_path / "strange" / "log.key", NAME)
        policy = policy_of(stranger, cosigner)

    report = audit(folder, policy)

    first = "cosigners_agree" if what in ("missing", "changed") else "checkpoint_signed"
    assert failed(report)[0] == first
    assert report.head is None


def test_the_memory_is_of_one_log_and_never_silently_begun_anew(
    tmp_path: Path, key: Signer, cosigner: RunningCosigner
) -> None:
    folder, memory = grow(tmp_path / "log", key, 5), tmp_path / "seen.json"
    policy = policy_of(key, cosigner)
    for content in ("junk", '{"origin": "other/log", "size": 0, "root": ""}'):
        memory.write_text(content)
        with pytest.raises(InvalidInput):
            audit(folder, policy, memory)


def test_the_command_says_it_in_steps(
    tmp_path: Path, key: Signer, cosigner: RunningCosigner
) -> None:
    folder, file = grow(tmp_path / "log", key, 5), tmp_path / "policy"
    cosign(cosigner, folder, key, 0, 5)
    witness = f"witness w {cosigner.keys[0]} {cosigner.url}"
    file.write_text(f"log {key.verifier}\n{witness}\nquorum w\n")

    done = cli("ledger", "audit", str(folder), "--policy", str(file))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3. holds  cosigners_agree: contained: w at 5" in done.stdout
    assert "NOT independent" in done.stderr
    (folder / "checkpoint").write_bytes(b"")
    assert cli("ledger", "audit", str(folder), "--policy", str(file)).returncode == 8
