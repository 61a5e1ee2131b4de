"""The hub has checkpoints stamped by real authorities, waits for those away, and tells people."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from running import cli, free_port, wait_for
from shanasheel.actions.authorities import (
    add_authority,
    authorities_status,
    list_authorities,
    remove_authority,
)
from shanasheel.actions.stamping import log_newest
from shanasheel.api import Updates
from shanasheel.app.stamping import Stamping
from shanasheel.base.errors import Conflict, InvalidInput, NotFound
from shanasheel.domain.alerts import Alert, EventKind
from shanasheel.prove.ledger import KeptStamps, parse_note, timestamp_query
from sites import Place, add_segment, make_place
from stamping import POLICY, LocalAuthority, openssl, running_authority
from vaulted import checked, make_vaulted, restored


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


@contextmanager
def stamping(place: Place, absent_s: float = 600.0) -> Iterator[None]:
    one = Stamping(
        place.wired.site, place.folder, Updates(), absent_s=absent_s, backoff_s=(0.2, 0.5)
    )
    one.start()
    try:
        yield
    finally:
        one.stop()


def ask(place: Place, name: str, authority: LocalAuthority, **more: object) -> None:
    add_authority(place.wired.site, name, authority.url, [authority.root.read_bytes()], **more)


def one_of(place: Place, name: str) -> dict:
    items = authorities_status(place.wired.site)["items"]
    return next(one for one in items if one["name"] == name)


def alerts(place: Place) -> list[Alert]:
    with place.wired.site.store.read() as rows:
        page = rows.alerts.page(states=(), camera=None, limit=50, before=None)
    return [one for one in page if one.kind is EventKind.NOT_COSIGNED]


def stamps(place: Place) -> list[dict]:
    with place.wired.site.store.read() as rows:
        return [json.loads(fact.body) for fact in rows.facts.every() if fact.kind == "timestamp"]


def stamps_step(place: Place) -> tuple[bool, str]:
    (step,) = (one for one in place.check().steps if one.name == "timestamps_hold")
    return step.ok, step.detail


def stamped_once(place: Place, authority: LocalAuthority, name: str = "court") -> Path:
    """Have the log stamped; return where the timestamp lies."""
    ask(place, name, authority)
    with stamping(place):
        wait_for(lambda: len(stamps(place)) == 1, "the timestamp")
    place.wired.site.sequencer.catch_up()
    return place.folder.ledger / stamps(place)[0]["path"]


def test_two_authorities_stamp_the_first_checkpoint_at_once_and_not_again(
    place: Place, tmp_path: Path
) -> None:
    with running_authority(tmp_path / "a") as one, running_authority(tmp_path / "b") as two:
        ask(place, "court", one, policy=POLICY, signers=[one.signer.read_bytes()])
        ask(place, "bar", two)
        with stamping(place):
            wait_for(lambda: len(stamps(place)) == 2, "both timestamps")
            place.wired.site.sequencer.catch_up()
            add_segment(place.wired, place.wired.site.clock.now())
            place.wired.site.sequencer.catch_up()
        with stamping(place):  # a restart asks nobody before the hour is over
            wait_for(lambda: (place.folder.run / "authorities.json").exists(), "a look")

    assert (len(one.queries), len(two.queries)) == (1, 1)
    assert {body["size"] for body in stamps(place)} == {7}
    # Both have stamped the same bytes: the checkpoint as the log signed it.
    note = (place.folder.ledger / "timestamps" / "7" / "checkpoint").read_bytes()
    assert note == (place.folder.ledger / "checkpoint.d" / "7").read_bytes()
    assert len(parse_note(note).signatures) == 1
    court = one_of(place, "court")
    assert (court["size"], court["behind"], court["fault"]) == (7, 5, "")
    report = place.check()
    assert report.holds
    assert {stamp.authority: stamp.size for stamp in report.stamps} == {"bar": 7, "court": 7}
    ok, detail = stamps_step(place)
    assert ok
    assert "court 1, the newest: 7 entries not after 20" in detail


def test_openssl_alone_verifies_what_is_kept(place: Place, tmp_path: Path) -> None:
    with running_authority(tmp_path / "a") as one:
        token = stamped_once(place, one)

    said = openssl("ts", "-verify", "-data", token.parent / "checkpoint", "-in", token,
                   "-CAfile", one.root)  # fmt: skip

    assert b"Verification: OK" in said
    # What the entry says is what lies there, and it is in the tree.
    (body,) = stamps(place)
    assert body["sha256"] == openssl("dgst", "-sha256", "-r", token).split()[0].decode()


def test_a_due_timestamp_is_asked_for_again(place: Place, tmp_path: Path) -> None:
    with running_authority(tmp_path / "a") as one:
        ask(place, "court", one)
        with stamping(place):
            wait_for(lambda: len(stamps(place)) == 1, "the first")
        place.wired.site.sequencer.catch_up()
        # As if the newest had come an hour ago: a hub that starts finds none, and asks at once.
        token = place.folder.ledger / stamps(place)[0]["path"]
        shutil.move(token, tmp_path / "away.tsr")
        with stamping(place):
            wait_for(lambda: len(stamps(place)) == 2, "the next")
        shutil.move(tmp_path / "away.tsr", token)
        place.wired.site.sequencer.catch_up()

    assert sorted(body["size"] for body in stamps(place)) == [7, 9]
    assert stamps_step(place)[0]


def test_one_that_is_away_is_asked_again_and_calls_a_person_once(
    place: Place, tmp_path: Path
) -> None:
    port = free_port()
    with running_authority(tmp_path / "a", port=port) as one:
        ask(place, "court", one)
    with stamping(place, absent_s=0.5):
        wait_for(lambda: alerts(place), "the alert")
        wait_for(lambda: one_of(place, "court")["fault"] == "stamp_unreachable", "the page")

        with running_authority(tmp_path / "a", port=port):
            wait_for(lambda: len(stamps(place)) == 1, "the timestamp")
            wait_for(lambda: not one_of(place, "court")["fault"], "the fault to end")

    (alert,) = alerts(place)
    assert (alert.subject, alert.first_event.detail) == ("court", "stamp_unreachable")
    assert alert.events == 1


@pytest.mark.parametrize(
    ("answered", "fault"),
    [
        ((200, b"<html>log in first</html>"), "stamp_refused"),
        ((200, b""), "stamp_refused"),
        ((403, b""), "stamp_refused"),
        ((503, b""), "stamp_unreachable"),
        ((200, None), "stamp_forged"),  # a timestamp of other bytes, as an old one played again
    ],
)
def test_no_answer_is_kept_unverified(
    place: Place, tmp_path: Path, answered: tuple[int, bytes | None], fault: str
) -> None:
    with running_authority(tmp_path / "a") as one:
        status, body = answered
        one.answers.append((status, one.reply(timestamp_query(b"x")[0]) if body is None else body))
        ask(place, "court", one)
        with stamping(place):
            wait_for(lambda: one_of(place, "court")["fault"] == fault, fault)
            if fault == "stamp_forged":
                wait_for(lambda: alerts(place), "the alert, at once")

    assert not list(KeptStamps(place.folder.ledger).all())
    assert not stamps(place)
    assert bool(alerts(place)) == (fault == "stamp_forged")


def test_an_authority_of_other_certificates_is_not_believed(place: Place, tmp_path: Path) -> None:
    with running_authority(tmp_path / "a") as one, running_authority(tmp_path / "b") as two:
        add_authority(place.wired.site, "court", one.url, [two.root.read_bytes()])
        with stamping(place):
            wait_for(lambda: one_of(place, "court")["fault"] == "stamp_forged", "the fault")


def test_a_kill_between_file_and_fact_loses_nothing(place: Place, tmp_path: Path) -> None:
    with running_authority(tmp_path / "a") as one:
        stamped_once(place, one)
    (authority,) = list_authorities(place.wired.site)

    # The same timestamp is the same fact.
    assert log_newest(place.wired.site, authority) is not None
    assert len(stamps(place)) == 1
    place.sql("DELETE FROM facts WHERE kind = 'timestamp'")
    assert log_newest(place.wired.site, authority) is not None

    assert len(stamps(place)) == 1


def test_whatever_is_done_to_a_kept_timestamp_is_found(place: Place, tmp_path: Path) -> None:
    with running_authority(tmp_path / "a") as one, running_authority(tmp_path / "b") as two:
        token = stamped_once(place, one)
        query = timestamp_query((token.parent / "checkpoint").read_bytes())[0]
        later, other = one.reply(query), two.reply(query)
    good = {path: path.read_bytes() for path in token.parent.iterdir()}
    note = (token.parent / "checkpoint").read_bytes()

    def found(path: Path, content: bytes | None) -> str:
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        ok, detail = stamps_step(place)
        for kept, before in good.items():
            kept.write_bytes(before)
        assert not ok
        return detail

    assert "bytes differ from those that were logged" in found(token, later)
    assert "bytes differ from those that were logged" in found(token, other)
    assert "was logged and is missing" in found(token, None)
    assert "what was stamped is missing" in found(token.parent / "checkpoint", None)
    assert "not of this log" in found(token.parent / "checkpoint", note.replace(b"\n7\n", b"\n6\n"))
    stranger = token.parent / "stranger.tsr"
    assert "nobody said what to trust" in found(stranger, other)
    stranger.unlink()
    assert stamps_step(place)[0]


def test_a_timestamp_of_another_history_is_found(place: Place, tmp_path: Path) -> None:
    """The log was rewritten after it was stamped, by whoever has its key and the database."""
    with running_authority(tmp_path / "a") as one:
        stamped_once(place, one)
        other = make_place(tmp_path / "other")
        shutil.copytree(place.folder.ledger / "timestamps", other.folder.ledger / "timestamps")
        shutil.copy(place.folder.keys / "log.vkey", tmp_path / "vkey")
        ask(other, "court", one)
    try:
        other.wired.site.sequencer.catch_up()
        ok, detail = stamps_step(other)
    finally:
        other.wired.close()

    assert not ok
    assert "what was stamped is not of this log" in detail


def test_who_is_asked_is_a_fact_and_has_bounds(place: Place, tmp_path: Path) -> None:
    site = place.wired.site
    with running_authority(tmp_path / "a") as one, running_authority(tmp_path / "b") as two:
        root, other, signer = (path.read_bytes() for path in (one.root, two.root, one.signer))
    for name, url, certificates, more in (
        ("../x", "https://t.example", [root], {}),
        ("checkpoint", "https://t.example", [root], {}),
        ("t", "ftp://t.example", [root], {}),
        ("t", "https://user:secret@t.example", [root], {}),
        ("t", "https://t.example", [], {}),
        ("t", "https://t.example", [signer], {}),
        ("t", "https://t.example", [b"junk"], {}),
        ("t", "https://t.example", [root], {"policy": "one"}),
        ("t", "https://t.example", [root], {"every_min": 1}),
    ):
        with pytest.raises(InvalidInput) as caught:
            add_authority(site, name, url, certificates, **more)
        assert "secret" not in str(caught.value)

    add_authority(site, "t0", "https://t.example", [root])
    renewed = add_authority(site, "t0", "https://u.example", [other], every_min=30)
    assert (len(renewed.roots), renewed.url, renewed.every_min) == (2, "https://u.example", 30)
    with pytest.raises(Conflict, match="policy"):
        add_authority(site, "t0", "https://t.example", [root], policy="1.2.3")
    with pytest.raises(Conflict, match="signer"):
        add_authority(site, "t0", "https://t.example", [root], signers=[signer])
    for number in range(1, 8):
        add_authority(site, f"t{number}", "https://t.example", [root])
    with pytest.raises(Conflict):
        add_authority(site, "t8", "https://t.example", [root])
    remove_authority(site, "t3")
    with pytest.raises(NotFound):
        remove_authority(site, "t3")

    assert [one.name for one in list_authorities(site)] == [f"t{n}" for n in (0, 1, 2, 4, 5, 6, 7)]
    with site.store.read() as rows:
        told = [json.loads(fact.body) for fact in rows.facts.every() if fact.kind == "setting"]
    assert [one["what"] for one in told] == [*["authority_added"] * 9, "authority_removed"]


def test_the_command_line_asks_lists_checks_and_removes(place: Place, tmp_path: Path) -> None:
    data = str(place.folder.root)
    with running_authority(tmp_path / "a") as one, running_authority(tmp_path / "b") as two:
        done = cli("ledger", "authorities", "add", "court", "--url", one.url, "--root",
                   str(one.root), "--signer", str(one.signer), "--policy", POLICY,
                   "--every", "30", "--data", data)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "every 30 minutes" in done.stdout
        with stamping(place):
            wait_for(lambda: len(stamps(place)) == 1, "the timestamp")
        place.wired.site.sequencer.catch_up()

    shown = cli("ledger", "authorities", "list", "--data", data)
    assert "court (every 30 min): 7 entries not after 20" in shown.stdout
    assert cli("ledger", "authorities", "remove", "court", "--data", data).returncode == 0
    assert "No authority" in cli("ledger", "authorities", "list", "--data", data).stdout
    place.wired.site.sequencer.catch_up()
    # What it stamped is still verified.
    done = cli("ledger", "check", "--data", data, "--json")
    told = json.loads(done.stdout)
    assert (told["holds"], told["stamps"][0]["authority"]) == (True, "court")
    done = cli("ledger", "check", "--data", data, "--roots", str(one.root))
    assert "9. holds  timestamps_hold: 1 timestamps: court 1" in done.stdout
    # An outsider who trusts another root is not convinced.
    done = cli("ledger", "check", "--data", data, "--roots", str(two.root))
    assert done.returncode == 8
    assert "FAILS  timestamps_hold" in done.stdout


def test_a_vault_brings_timestamps_back(place: Place, tmp_path: Path) -> None:
    with running_authority(tmp_path / "a") as one:
        token = stamped_once(place, one)
    vaulted = make_vaulted(place, tmp_path / "vault")
    vaulted.copy()

    folder, done = restored(vaulted.vault, tmp_path / "new")

    assert not done.faults
    assert checked(vaulted.vault).holds
    path = token.relative_to(place.folder.root)
    assert (folder.root / path).read_bytes() == token.read_bytes()
    check = cli("ledger", "check", "--data", str(folder.root), "--json")
    (step,) = (one for one in json.loads(check.stdout)["steps"] if one["name"] == "timestamps_hold")
    assert step["ok"], step
    assert step["detail"].startswith("1 timestamps")
