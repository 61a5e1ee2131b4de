"""Cameras that fail in every way they do: recording comes back by itself and accounts for it."""

from __future__ import annotations

import time
from pathlib import Path

import av
import pytest

from rtsp_server import rtsp_server
from running import cli, running, wait_for
from shanasheel.watch.recording.boxes import children
from shanasheel.watch.recording.follow import fragments
from videos import decoded_frames, make_video

#: Fault of the door, causes it may be recorded under.
FAULTS = {
    "cut": {"signal_lost", "unreachable"},
    "silent": {"signal_lost", "unreachable"},
    "dripping": {"signal_lost", "unreachable"},
    "garbage": {"signal_lost", "unreachable", "format_changed", "refused"},
    "locked": {"refused", "signal_lost"},
}
BACK_S = 10.0  # the promise: recording again so soon after the camera is back


@pytest.mark.fault
@pytest.mark.timeout(240)
def test_recording_resumes_by_itself_after_every_fault_and_tells_the_cause(  # noqa: PLR0915 - one run
    tmp_path: Path,
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    make_video(films / "film.mp4", frames=6000, rate=25, gop=25, size=(160, 120))
    other = make_video(
        films / "other.mp4", frames=3000, rate=25, gop=25, size=(192, 144), codec="libx265"
    )
    data = tmp_path / "data"
    config = tmp_path / "cameras.yaml"
    took: dict[str, float] = {}

    with rtsp_server(films, user="u", password="geheim77", scheme="digest") as door:
        url = f"rtsp://u:geheim77@127.0.0.1:{door.port}/film.mp4"
        config.write_text(f"cameras:\n  - {{id: CAM, url: '{url}'}}\n")
        with running(config, data) as product:
            wait_for(lambda: product.camera("CAM")["state"] == "recording", "recording")
            for fault, causes in FAULTS.items():
                time.sleep(2)
                before = len(gaps(product))
                getattr(door, fault).set()
                wait_for(lambda: product.camera("CAM")["state"] == "lost", f"{fault} to be noticed")
                getattr(door, fault).clear()
                back = time.monotonic()
                wait_for(lambda: product.camera("CAM")["state"] == "recording", f"after {fault}")
                took[fault] = time.monotonic() - back
                wait_for(lambda n=before: len(gaps(product)) > n, f"the gap of {fault}")
                assert gaps(product)[-1]["cause"] in causes, fault
            other.replace(films / "film.mp4")  # it comes back with another codec and size
            door.cut.set()
            wait_for(lambda: product.camera("CAM")["state"] == "lost", "its restart")
            door.cut.clear()
            wait_for(lambda: product.get("/status")["segments"] > len(FAULTS), "a last segment")
            wait_for(lambda: product.camera("CAM")["state"] == "recording", "after its restart")

    print({fault: round(seconds, 1) for fault, seconds in took.items()})
    assert max(took.values()) < 2 * BACK_S, took  # twice: other tests share the cores
    assert cli("ledger", "check", "--data", str(data)).returncode == 0
    examined = cli("doctor", "--archive", "--data", str(data))
    assert examined.returncode == 0, examined.stdout
    stored = list((data / "archive").rglob("*.mp4"))
    assert len(stored) > len(FAULTS)
    for path in stored:  # what came is stored as it came, garbage too: files are whole
        last, boxes = fragments(path)[-1], list(children(path.read_bytes()))
        assert [box.kind for box in boxes[-2:]] == [b"mdat", b"uuid"]  # hashes of its groups
        assert (boxes[-2].end, boxes[-1].end) == (
            last.offset + last.size_bytes, path.stat().st_size,
        )  # fmt: skip
    assert sum(plays(path) for path in stored) >= len(FAULTS)
    assert {codec_of(path) for path in stored if plays(path)} == {"h264", "hevc"}
    logs = "".join(path.read_text() for path in (data / "logs").iterdir())
    assert "geheim77" not in logs


def codec_of(path: Path) -> str:
    with av.open(str(path)) as container:
        return container.streams.video[0].codec_context.codec.canonical_name


def plays(path: Path) -> bool:
    try:
        return decoded_frames(path) > 0
    except av.FFmpegError:
        return False


def gaps(product: object) -> list[dict]:
    now = int(time.time())
    path = f"/cameras/CAM/timeline?from={(now - 600) * 10**6}&to={(now + 60) * 10**6}"
    return list(product.get(path)["gaps"])  # type: ignore[attr-defined]
