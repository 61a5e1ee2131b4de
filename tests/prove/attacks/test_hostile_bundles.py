"""Bundles made to harm who opens them (A34), and words made to mislead who reads (A35)."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bundled import Bundle, make_bundle
from exhibited import Exhibited
from shanasheel.cli.main import make_app
from shanasheel.prove.evidence import HostileBundle, open_bag, opening
from shanasheel.prove.evidence.standalone import verify as standalone


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytearray:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return bytearray(made.getvalue())


BAG = ("E/bagit.txt", b"BagIt-Version: 1.0\n")


def link() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(*BAG)
        told = zipfile.ZipInfo("E/data/passwd")
        told.create_system, told.external_attr = 3, 0o120777 << 16
        archive.writestr(told, "/etc/passwd")
    return made.getvalue()


def twice() -> bytes:
    """The same name twice; `zipfile` warns, so it is renamed afterwards."""
    return bytes(zipped(BAG, ("E/a1", b"one"), ("E/a2", b"two"))).replace(b"E/a2", b"E/a1")


def two_names() -> bytes:
    """One name in front of the bytes, another in the directory."""
    data = zipped(BAG, ("E/a1", b"one"))
    data[data.index(b"E/a1") : data.index(b"E/a1") + 4] = b"E/b1"
    return bytes(data)


def overlapping() -> bytes:
    """Two names for the same bytes: how small files become endless ones."""
    data = zipped(BAG, ("E/a1", b"one"), ("E/a2", b"one"))
    first = data.index(b"PK\x03\x04", 10)
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 42, first)
    return bytes(data).replace(b"E/a2", b"E/a1")


def longer() -> bytes:
    """A file that says it is longer than the archive."""
    data = zipped(BAG, ("E/a1", b"one"))
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<II", data, entry + 20, 1 << 30, 1 << 30)
    return bytes(data)


def many() -> bytes:
    """An end that promises four billion files."""
    data = zipped(BAG)
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<HHII", data, end + 8, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    return bytes(data)


def encrypted() -> bytes:
    data = zipped(BAG)
    struct.pack_into("<H", data, data.rindex(b"PK\x01\x02") + 8, 1)
    return bytes(data)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "leads out": lambda: bytes(zipped(BAG, ("E/../../etc/cron.d/x", b"x"))),
    "is absolute": lambda: bytes(zipped(BAG, ("/etc/cron.d/x", b"x"))),
    "leads out by a backslash": lambda: bytes(zipped(BAG, ("E/..\\..\\x", b"x"))),
    "a control character": lambda: bytes(zipped(BAG, ("E/a\x07", b"x"))),
    "a link": link,
    "the same name twice": twice,
    "two names for one file": two_names,
    "overlapping files": overlapping,
    "longer than it is": longer,
    "a bomb": lambda: bytes(zipped(BAG, ("E/data/a", bytes(1 << 27)), method=8)),
    "four billion files": many,
    "encrypted": encrypted,
    "bytes in front": lambda: b"MZ" * 100 + bytes(zipped(BAG)),
    "bytes behind": lambda: bytes(zipped(BAG)) + b"behind",
    "no zip at all": lambda: b"\x00" * 1000,
    "empty": lambda: b"",
    "two folders": lambda: bytes(zipped(BAG, ("F/a", b"x"))),
    "packed by bzip2": lambda: bytes(zipped(BAG, ("E/a", b"x"), method=zipfile.ZIP_BZIP2)),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a34_a_hostile_zip_file_is_refused_by_both(
    tmp_path: Path, make: Callable[[], bytes]
) -> None:
    path = tmp_path / "hostile.zip"
    path.write_bytes(make())

    with pytest.raises(HostileBundle):
        open_bag(path)
    with pytest.raises(standalone.Hostile):
        standalone.Bag(path)


def test_a34_a_file_that_unpacks_to_more_than_it_says_is_refused(
    bundle: Bundle, tmp_path: Path
) -> None:
    data = zipped(BAG, ("E/a1", b"x" * 5000), method=8)
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 100)
    path = tmp_path / "hostile.zip"
    path.write_bytes(data)

    bag = open_bag(path)
    with pytest.raises(HostileBundle, match="longer than it says"):
        bag.sha256("a1")
    bag.close()
    hostile = Bundle(path, bundle.policy, bundle.seal)
    assert "whole" in hostile.failing()


@pytest.mark.parametrize("kind", ["link", "link to a folder", "pipe"])
def test_a34_links_and_pipes_in_a_folder_are_refused(bundle: Bundle, kind: str) -> None:
    place = bundle.path / "data" / "originals" / "x"
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("/etc/passwd" if kind == "link" else "/etc")

    with pytest.raises(HostileBundle, match="link or no plain file"):
        open_bag(bundle.path)
    with pytest.raises(standalone.Hostile):
        standalone.Bag(bundle.path)


def test_a34_too_many_files_are_refused(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "FILES_LIMIT", 20)

    with pytest.raises(HostileBundle, match="more than 20 files"):
        open_bag(bundle.path)


def test_a34_memory_stays_small_however_large_a_file_is(bundle: Bundle) -> None:
    with (bundle.path / "data" / "records" / "1.json").open("wb") as stream:
        stream.truncate(300 << 20)

    tracemalloc.start()
    assert "opened" in bundle.failing()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 << 20


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
@pytest.mark.parametrize("line", ["../../etc/passwd", "/etc/passwd", "data/../../x"])
def test_a34_a_manifest_that_leads_out_is_refused(bundle: Bundle, name: str, line: str) -> None:
    with (bundle.path / name).open("a") as stream:
        stream.write(f"{'0' * 64}  {line}\n")

    assert "misshapen" in bundle.keys("whole")


MISLEADING = "case \u202e7\u2066<b>x</b>\x1b[31m {by}"


def test_a35_words_that_turn_or_paint_the_text_reach_nobody(
    place: Exhibited, tmp_path: Path
) -> None:
    bundle = make_bundle(place, tmp_path, case=MISLEADING, cameras=["A"])

    for name in ("bag-info.txt", "README-ar.txt", "README-en.txt"):
        text = (bundle.path / name).read_text()
        assert not [sign for sign in text if unicodedata.category(sign) in ("Cf", "Cc")
                    and sign not in "\n\u200e\u200f"]  # fmt: skip
    policy = tmp_path / "policy.txt"
    policy.write_bytes(bundle.policy)
    command = [str(bundle.path), "--policy", str(policy), "--lang", "ar"]
    ours = CliRunner().invoke(make_app("evidence"), ["evidence", "verify", *command]).stdout
    alone = subprocess.run(
        [sys.executable, str(bundle.path / "verify.py"), *command],
        capture_output=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    for told in (ours, alone):
        assert not {"\u202e", "\u2066", "\x1b"} & set(told)
        assert "<b>x</b>" in told
    assert replace(bundle).verify().holds
