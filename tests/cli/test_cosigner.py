"""`shanasheel cosigner`: a stranger's machine that signs for a log it was told of."""

from __future__ import annotations

import http.client
import json
import stat
from pathlib import Path

from cosigning import running_cosigner
from logs import SomeLog
from running import cli
from shanasheel.prove.ledger import cosigned_at, origin_hash, parse_cosigner_key, parse_note


def test_it_signs_for_a_log_from_the_moment_it_is_named(tmp_path: Path) -> None:
    log = SomeLog().grow(10)
    with running_cosigner(tmp_path / "c", "--name", "court.example/1", "--ml-dsa") as cosigner:
        assert cosigner.ask(log.request(0, 5))[0] == 404
        done = cli("cosigner", "follow", log.vkey, "--data", str(tmp_path / "c"))
        assert done.returncode == 0, done.stderr

        status, body, _ = cosigner.ask(log.request(0, 5))
        note = parse_note(log.checkpoint(5) + body)
        keys = [parse_cosigner_key(one) for one in cosigner.keys]

        assert (status, len(keys)) == (200, 2)
        assert all(cosigned_at(note, key) for key in keys)
        assert cosigner.ask(log.request(0, 6)) == (409, b"5\n", "text/x.tlog.size")
        assert cosigner.newest(origin_hash(log.key.name)) == note.encoded()
    shown = json.loads(cli("cosigner", "show", "--data", str(tmp_path / "c"), "--json").stdout)
    assert [(one["origin"], one["size"]) for one in shown["logs"]] == [(log.key.name, 5)]
    keys_folder = tmp_path / "c" / "keys"
    private = sorted(keys_folder.glob("*.key"))
    assert [stat.S_IMODE(path.stat().st_mode) for path in private] == [0o600, 0o600]


def test_one_connection_may_ask_again_and_too_much_is_refused(tmp_path: Path) -> None:
    log = SomeLog().grow(10)
    with running_cosigner(tmp_path / "c") as cosigner:
        cosigner.follow(log.vkey)
        connection = http.client.HTTPConnection(cosigner.url.removeprefix("http://"), timeout=20)
        for size in range(1, 6):
            connection.request("POST", "/add-checkpoint", log.request(size - 1, size))
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)
        connection.close()

        assert cosigner.ask(b"x" * 70_000)[0] == 413
        assert cosigner.ask(b"\xff" * 500)[0] == 400


def test_a_folder_of_a_site_is_no_place_for_a_cosigner(tmp_path: Path) -> None:
    (tmp_path / "shanasheel.db").touch()

    done = cli("cosigner", "serve", "--data", str(tmp_path))

    assert done.returncode == 2
    assert "data folder of a site" in done.stderr
