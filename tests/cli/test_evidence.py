"""Exhibits from the command line, where no hub runs: the command logs what it does itself."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from exhibited import exhibited
from shanasheel.cli.main import make_app


def run(*words: str) -> Result:
    return CliRunner().invoke(make_app("evidence"), ["evidence", *words])


def test_an_exhibit_is_made_listed_handed_out_and_verified(tmp_path: Path) -> None:
    with exhibited(tmp_path) as place:
        policy = tmp_path / "policy.txt"
        policy.write_bytes(f"log {place.verifier_key}\nquorum none\n".encode())
        start, end = place.start.isoformat(), place.end.isoformat()
    data, target = ["--data", str(place.folder.root)], tmp_path / "E.zip"

    made = run("create", "--camera", "A", "--from", start, "--to", end, "--case", "case 7",
               "--reason", "the white car", *data)  # fmt: skip
    code = made.stdout.split()[0]
    out = run("export", code, "--to", str(target), "--wait", "0", "--json", *data)
    listed = json.loads(run("list", "--json", *data).stdout)
    told = run("verify", str(target), "--policy", str(policy), "--lang", "en")

    assert made.exit_code == 0, made.output
    assert out.exit_code == 0, out.output
    assert json.loads(out.stdout)["uncosigned"] > 0  # the cosigners are not here
    assert [(one["code"], one["held"], len(one["handed_out"])) for one in listed] == [
        (code, True, 1)
    ]
    assert told.exit_code == 0, told.output
    assert "handed out by local" in told.stdout
    assert "asks for no cosigner" in told.stdout
