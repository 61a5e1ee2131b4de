"""A kill while a file is taken in: the original stays, and the next hub finishes the rest."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from running import wait_for
from served import Served, served
from shanasheel.actions.archive import examine_archive
from shanasheel.actions.proof import check_footage
from shanasheel.actions.uploads import Uploads
from shanasheel.app.folder import DataFolder
from shanasheel.app.intake_desk import IntakeDesk
from shanasheel.app.wiring import read_verifier_key
from videos import make_video


def state(hub: Served) -> str:
    items = hub.get("/intakes").json["items"]
    return items[0]["state"] if items else ""


def segments(hub: Served) -> int:
    return int(hub.get("/status").json["segments"])


@pytest.mark.fault
@pytest.mark.timeout(200)
def test_a_killed_intake_is_finished_by_the_next_hub(tmp_path: Path) -> None:
    film = make_video(tmp_path / "shop.mp4", frames=300, size=(320, 240), gop=12, rate=12)
    with served(tmp_path / "data") as hub:
        content = film.read_bytes()
        upload = hub.ask("POST", "/uploads", {"name": "a.mp4", "size_bytes": len(content)}).json
        hub.ask("PUT", f"/uploads/{upload['id']}?offset=0", content)
        hub.ask(
            "POST", "/intakes",
            {"upload": upload["id"], "camera": {"id": "SHOP", "fresh": True}, "handed_by": "Hassan",
             "clock": {"kind": "stated", "stated": "2026-11-23T18:00:00Z"}},
        )  # fmt: skip
        wait_for(lambda: segments(hub) >= 1, "a segment")
        for child in psutil.Process().children():
            if "shanasheel.app.intake_process" in child.cmdline():
                child.kill()
        wait_for(lambda: state(hub) == "interrupted", "the kill to be known")
        before = segments(hub)

        folder = DataFolder(root=hub.site.data)
        following = IntakeDesk(folder, hub.site, Uploads(hub.site))
        following.start()
        wait_for(lambda: state(hub) == "done", "the rest")
        following.stop()
        hub.site.sequencer.catch_up()
        line = hub.get("/cameras/SHOP/timeline?from=2026-11-23T18:00:00Z&to=2026-11-23T19:00:00Z")
        proof = check_footage(
            hub.site.data, hub.site.store, read_verifier_key(folder), at=hub.site.clock.now()
        )
        archive = examine_archive(hub.site)

    recorded = [end - start for start, end in line.json["recorded"]]
    gaps = [gap["end_us"] - gap["start_us"] for gap in line.json["gaps"]]
    assert before < 3  # the kill came in the middle: the whole film is three segments
    # At most a group of pictures and the fragment being written are lost; the original has them.
    assert sum(recorded) + sum(gaps) >= 23_500_000
    assert proof.holds
    assert archive.faults == ()
