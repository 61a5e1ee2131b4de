"""The hub collects cosignatures from real cosigners, waits for those away, and tells people."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from cosigning import running_cosigner
from running import cli, free_port, wait_for
from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import decide_alert
from shanasheel.actions.collecting import raise_not_cosigned
from shanasheel.actions.cosigning import (
    add_cosigner,
    cosigned_checkpoint,
    cosigners_status,
    list_cosigners,
    policy_text,
    remove_cosigner,
)
from shanasheel.api import Updates
from shanasheel.app.collecting import Collecting
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import Conflict, InvalidInput, NotFound
from shanasheel.domain.alerts import Alert, AlertState, EventKind
from shanasheel.domain.cosigning import CosignerFault
from shanasheel.prove.ledger import (
    Algorithm,
    CosignedHeads,
    Ledger,
    load_or_create_key,
    new_cosigner,
    origin_hash,
    parse_note,
    parse_policy,
)
from shanasheel.prove.ledger.checkpoints import parse_checkpoint
from sites import Place, add_segment, make_place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


@contextmanager
def collecting(place: Place, absent_s: float = 600.0) -> Iterator[None]:
    one = Collecting(
        place.wired.site, place.folder, place.wired.verifier_key, Updates(), absent_s=absent_s
    )
    one.start()
    try:
        yield
    finally:
        one.stop()


def status(place: Place) -> dict:
    return cosigners_status(place.wired.site, place.wired.verifier_key)


def one_of(place: Place, name: str) -> dict:
    return next(one for one in status(place)["items"] if one["name"] == name)


def grow(place: Place) -> int:
    add_segment(place.wired, place.wired.site.clock.now())
    return place.wired.site.sequencer.catch_up()


def alerts(place: Place) -> list[Alert]:
    with place.wired.site.store.read() as rows:
        page = rows.alerts.page(states=(), camera=None, limit=50, before=None)
    return [one for one in page if one.kind is EventKind.NOT_COSIGNED]


def test_every_cosigner_signs_each_new_checkpoint(place: Place, tmp_path: Path) -> None:
    with (
        running_cosigner(tmp_path / "a", "--ml-dsa") as one,
        running_cosigner(tmp_path / "b") as two,
    ):
        for cosigner, agency in ((one, "court"), (two, "bar")):
            cosigner.follow(place.wired.verifier_key)
            add_cosigner(place.wired.site, cosigner.keys, cosigner.url, agency)

        with collecting(place):
            wait_for(lambda: status(place)["agreed_entries"] == 7, "both to sign")
            size = grow(place)
            wait_for(lambda: status(place)["agreed_entries"] == size, "both to sign the next")

        said = status(place)
        assert said["independent"]
        assert [one["behind"] for one in said["items"]] == [0, 0]
        note = parse_note(cosigned_checkpoint(place.wired.site))
        assert len(note.signatures) == 4  # the log's, two of the first, one of the second
        # What the cosigner shows to everybody is the same tree.
        shown = parse_note(one.newest(origin_hash(parse_checkpoint(note.text).origin)))
        assert shown.text == note.text
        # Heads that a newer one replaces are not kept.
        assert len(CosignedHeads(place.folder.ledger).all()) == 1


def test_one_that_was_away_is_asked_again_and_its_last_head_is_kept(
    place: Place, tmp_path: Path
) -> None:
    port = free_port()
    with running_cosigner(tmp_path / "a", port=port) as one:
        one.follow(place.wired.verifier_key)
        add_cosigner(place.wired.site, one.keys, one.url, "court")
        name = list_cosigners(place.wired.site)[0].name
        with collecting(place):
            wait_for(lambda: one_of(place, name)["size"] == 7, "the first head")
    with running_cosigner(tmp_path / "b") as two, collecting(place):
        two.follow(place.wired.verifier_key)
        add_cosigner(place.wired.site, two.keys, two.url, "bar")
        size = grow(place)
        other = list_cosigners(place.wired.site)[1].name
        wait_for(lambda: one_of(place, other)["size"] == size, "the one that is there")
        wait_for(lambda: one_of(place, name)["fault"] == "unreachable", "it to be missed")
        assert (one_of(place, name)["size"], one_of(place, name)["behind"]) == (7, size - 7)
        assert not alerts(place)

        with running_cosigner(tmp_path / "a", port=port):
            wait_for(lambda: one_of(place, name)["behind"] == 0, "the one that was away")
            wait_for(lambda: not one_of(place, name)["fault"], "the fault to end")


def test_absence_calls_a_person_once(place: Place) -> None:
    key = str(new_cosigner("gone.example/1", Algorithm.ED25519).verifier)
    add_cosigner(place.wired.site, [key], f"http://127.0.0.1:{free_port()}", "court")

    with collecting(place, absent_s=0.5):
        wait_for(lambda: alerts(place), "the alert")
        wait_for(lambda: one_of(place, "gone.example/1")["fault_since"], "the page to say so")

    (alert,) = alerts(place)
    assert (alert.subject, alert.first_event.detail) == ("gone.example/1", "unreachable")
    assert alert.events == 1


def test_one_that_signed_another_history_calls_a_person_at_once(
    place: Place, tmp_path: Path
) -> None:
    """Whoever stole key and disk goes on elsewhere; then this site is set back to before."""
    with running_cosigner(tmp_path / "c") as cosigner:
        cosigner.follow(place.wired.verifier_key)
        add_cosigner(place.wired.site, cosigner.keys, cosigner.url)
        name = list_cosigners(place.wired.site)[0].name
        key = load_or_create_key(
            place.folder.keys / "log.key", str(status(place)["policy"]).split()[1].split("+")[0]
        )
        with Ledger(tmp_path / "elsewhere", key=key, origin=key.name, clock=SystemClock()) as other:
            other.append([f"another {number}".encode() for number in range(7)])
            other.checkpoint()
        note = (tmp_path / "elsewhere" / "checkpoint").read_bytes()
        assert cosigner.ask(b"old 0\n\n" + note)[0] == 200

        with collecting(place):
            wait_for(lambda: alerts(place), "the alert")

    (alert,) = alerts(place)
    assert (alert.subject, alert.first_event.detail) == (name, "disagrees")


class _Answers(http.server.BaseHTTPRequestHandler):
    said: tuple[int, bytes] = (200, b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = type(self).said
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ((200, b"junk"), "forged"),
        ((200, b"\xe2\x80\x94 fake.example/1 AAAAAAAAAAAAAAA=\n"), "forged"),
        ((409, b"-1\n"), "forged"),
        ((409, b"999999\n"), "disagrees"),
        ((403, b""), "refused"),
        ((409, b"3\n"), "refused"),  # always: it never comes to an end
        ((503, b""), "unreachable"),
    ],
)
def test_no_answer_is_believed(place: Place, said: tuple[int, bytes], fault: str) -> None:
    class Handler(_Answers):
        pass

    Handler.said = said
    key = str(new_cosigner("fake.example/1", Algorithm.ED25519).verifier)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        add_cosigner(place.wired.site, [key], f"http://127.0.0.1:{server.server_port}")
        with collecting(place):
            wait_for(lambda: one_of(place, "fake.example/1")["fault"] == fault, fault)
        server.shutdown()

    assert not CosignedHeads(place.folder.ledger).all()
    with pytest.raises(NotFound):
        cosigned_checkpoint(place.wired.site)


def test_who_is_asked_is_a_fact_and_has_bounds(place: Place) -> None:
    site = place.wired.site
    signers = [new_cosigner(f"w{number}.example/1", Algorithm.ED25519) for number in range(8)]
    for signer in signers[:7]:
        add_cosigner(site, [str(signer.verifier)], "https://w.example")
    with pytest.raises(Conflict):
        add_cosigner(site, [str(signers[7].verifier)], "https://w.example")
    two = [str(signers[0].verifier), str(signers[1].verifier)]
    for keys, url, agency in (
        (two, "https://w.example", ""),
        ([place.wired.verifier_key], "https://w.example", ""),
        (two[:1], "ftp://w.example", ""),
        (two[:1], "https://user:secret@w.example", ""),
        (two[:1], "https://w.example", "two words"),
    ):
        with pytest.raises(InvalidInput) as caught:
            add_cosigner(site, keys, url, agency)
        assert "secret" not in str(caught.value)

    remove_cosigner(site, "w3.example/1")

    assert [one.name[:2] for one in list_cosigners(site)] == ["w0", "w1", "w2", "w4", "w5", "w6"]
    with site.store.read() as rows:
        told = [json.loads(fact.body) for fact in rows.facts.every() if fact.kind == "setting"]
    assert [one["what"] for one in told if "cosigner" in one["what"]] == [
        *["cosigner_added"] * 7, "cosigner_removed",
    ]  # fmt: skip


def test_the_command_line_checks_a_site_by_a_verifiers_policy(place: Place, tmp_path: Path) -> None:
    data, policy = str(place.folder.root), tmp_path / "policy"
    with running_cosigner(tmp_path / "a") as one, running_cosigner(tmp_path / "b") as two:
        for cosigner, agency in ((one, "court"), (two, "court")):
            (key,) = cosigner.keys
            cosigner.follow(place.wired.verifier_key)
            asked = [key, "--url", cosigner.url, "--agency", agency, "--data", data]
            done = cli("ledger", "cosigners", "add", *asked)
            assert done.returncode == 0, done.stderr
            assert "cosigner follow" in done.stdout
        place.wired.site.sequencer.catch_up()
        with collecting(place):
            wait_for(lambda: status(place)["agreed_entries"] == 9, "both to sign")

    shown = cli("ledger", "cosigners", "list", "--data", data)
    assert "NOT independent: court alone can make the quorum." in shown.stdout
    assert "9 of 9 entries" in shown.stdout
    policy.write_text(cli("ledger", "cosigners", "policy", "--data", data).stdout)
    done = cli("ledger", "check", "--data", data, "--policy", str(policy))
    assert done.returncode == 0, done.stdout
    assert "NOT independent: court alone" in done.stderr
    assert "holds  cosigned_contained: the first 9 of 9" in done.stdout

    done = cli("ledger", "check", "--data", data, "--policy", str(policy), "--json")
    told = json.loads(done.stdout)
    assert (told["holds"], told["independent"], len(told["steps"])) == (True, False, 12)

    stranger = new_cosigner("un.example/1", Algorithm.ED25519)
    log = policy.read_text().split("\n")[0]
    policy.write_text(f"{log}\nwitness un {stranger.verifier}\nquorum un\n")
    done = cli("ledger", "check", "--data", data, "--policy", str(policy))
    assert done.returncode == 8
    assert "FAILS  quorum_cosigned" in done.stdout

    policy.write_text("log nonsense\n")
    done = cli("ledger", "check", "--data", data, "--policy", str(policy))
    assert done.returncode == 2
    assert "Line 1 of the policy" in done.stderr


def test_the_policy_made_for_a_site_can_be_read_again(place: Place) -> None:
    signers = [new_cosigner("a.example/1", algorithm) for algorithm in Algorithm]
    add_cosigner(
        place.wired.site, [str(one.verifier) for one in signers], "https://a.example", "un"
    )

    text = policy_text(place.wired.verifier_key, list_cosigners(place.wired.site))

    policy = parse_policy(text.encode())
    assert policy.met_by(["a.example/1"])
    assert policy.met_by(["a.example/1/ml-dsa-44"])
    assert policy.agencies == {"un": frozenset({"a.example/1", "a.example/1/ml-dsa-44"})}


def test_an_alert_of_the_log_is_decided_on_like_any_other(place: Place) -> None:
    site = place.wired.site
    (alert,) = raise_not_cosigned(
        site, "gone.example/1", CosignerFault.UNREACHABLE, site.clock.now() - timedelta(minutes=11)
    )

    decided = decide_alert(
        site, LOCAL, alert.id, after=AlertState.CONFIRMED, reason="called", version=alert.version
    )

    assert decided.state is AlertState.CONFIRMED
    assert alert.first_event.numbers[0][1] >= 660
    site.sequencer.catch_up()
    assert place.check().holds
