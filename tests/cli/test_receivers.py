"""Receivers from the command line, without a hub."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from running import free_port
from shanasheel.cli.main import make_app
from shanasheel.domain.receivers import DeliveryState
from told import outside


def test_a_receiver_is_added_tried_listed_and_removed(tmp_path: Path) -> None:
    app, data = make_app("receivers"), ["--data", str(tmp_path / "data")]

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["receivers", *words, *data])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            return done.exception.handling.exit_code, str(done.exception)  # as `main` does
        return done.exit_code, done.stdout

    with outside() as receiver:
        code, said = run("add", "Post", "webhook", receiver.url, "--event", "weapon_seen")
        assert (code, "whsec_" in said) == (0, True)
        assert run("add", "Nobody", "webhook", f"http://127.0.0.1:{free_port()}/")[0] == 0

        assert run("test", "Post") == (0, "Post took the test: HTTP 204.\n")
        assert [one["data"]["said"] for one in receiver.effects] == ["test"]

    code, said = run("test", "Nobody")
    assert (code, "out of reach" in said) == (7, True)
    listed = json.loads(run("list", "--json")[1])
    assert [(one["name"], one["kinds"]) for one in listed] == [
        ("Post", ["weapon_seen"]), ("Nobody", []),
    ]  # fmt: skip
    assert "whsec_" not in str(listed)
    assert run("remove", "Post")[0] == 0
    assert run("test", "Post")[0] == 3
    log = json.loads(run("log", "--json")[1])
    assert [(one["receiver_name"], one["state"]) for one in log] == [
        ("Nobody", DeliveryState.WAITING.value), ("Post", DeliveryState.SENT.value),
    ]  # fmt: skip
    assert run("add", "Bad", "webhook", "ftp://x")[0] == 2
