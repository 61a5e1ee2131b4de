"""What every vault does, whichever it is: one suite, passed by a folder and by S3 over HTTP."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from s3_server import BUCKET, KEY_ID, SECRET, S3Server, s3_server
from shanasheel.actions.ports import Vault
from shanasheel.adapters.vaults import FolderVault, S3Keys, S3Vault
from shanasheel.base.errors import Denied, InvalidInput, NotFound, Unavailable

LARGE = 20 * 1024 * 1024 + 3  # above what goes in one request


class Broken(Exception):
    """The source of a copy could not be read on."""


@dataclass
class Kind:
    """One kind of vault, with what a fault test needs of it."""

    vault: Vault
    files: Path
    away: Callable[[], None]
    back: Callable[[], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        yield running


def s3(server: S3Server, prefix: str, secret: str = SECRET) -> S3Vault:
    return S3Vault(
        BUCKET, prefix, endpoint=server.endpoint, region="us-east-1",
        keys=S3Keys(key_id=KEY_ID, secret=secret),
    )  # fmt: skip


@pytest.fixture(params=["folder", "s3"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kind]:
    if request.param == "folder":
        root, elsewhere = tmp_path / "vault", tmp_path / "unplugged"
        root.mkdir()
        yield Kind(
            vault=FolderVault(root),
            files=root,
            away=lambda: move(root, elsewhere),
            back=lambda: move(elsewhere, root),
        )
        return
    server = request.getfixturevalue("server")
    prefix = f"basra/{secrets.token_hex(4)}"
    yield Kind(s3(server, prefix), server.objects / prefix, server.stop, server.start)


def move(one: Path, other: Path) -> None:
    one.rename(other)


def put(vault: Vault, path: str, content: bytes) -> None:
    pieces = (content[at : at + (1 << 20)] for at in range(0, len(content), 1 << 20))
    vault.put(path, pieces, len(content))


def read(vault: Vault, path: str) -> bytes:
    return b"".join(vault.read(path))


@pytest.mark.parametrize("size", [0, 1, 5000, LARGE])
def test_what_was_put_is_read_back_to_the_byte(kind: Kind, size: int) -> None:
    content = os.urandom(size)

    put(kind.vault, "archive/C 1/2026/11/23/a.mp4", content)

    assert kind.vault.size_of("archive/C 1/2026/11/23/a.mp4") == size
    assert read(kind.vault, "archive/C 1/2026/11/23/a.mp4") == content


def test_a_name_that_is_taken_keeps_what_it_has(kind: Kind) -> None:
    put(kind.vault, "a/one", b"first")

    put(kind.vault, "a/one", b"other")

    assert read(kind.vault, "a/one") == b"first"


@pytest.mark.parametrize("size", [5000, LARGE])
def test_a_source_that_breaks_off_leaves_nothing_under_the_name(kind: Kind, size: int) -> None:
    def chunks() -> Iterator[bytes]:
        yield os.urandom(size // 2)
        raise Broken

    with pytest.raises((Broken, Unavailable)):
        kind.vault.put("a/cut", chunks(), size)

    assert kind.vault.size_of("a/cut") is None
    assert list(kind.vault.names("a")) == []


def test_what_is_not_there_is_said_so(kind: Kind) -> None:
    assert kind.vault.size_of("a/none") is None
    assert list(kind.vault.names("nothing/here")) == []
    with pytest.raises(NotFound):
        read(kind.vault, "a/none")


def test_names_are_listed_below_a_folder_and_no_others(kind: Kind) -> None:
    for name in ("a/1", "a/b/2", "ab/3", "c"):
        put(kind.vault, name, b"x")

    assert sorted(kind.vault.names("a")) == ["a/1", "a/b/2"]


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "a/../../b", "a//b", "a/.hidden", "a\\b", "x" * 901]
)
def test_no_name_leads_out_of_the_vault(kind: Kind, path: str) -> None:
    for attempt in (
        lambda: put(kind.vault, path, b"x"),
        lambda: read(kind.vault, path),
        lambda: kind.vault.size_of(path),
    ):
        with pytest.raises(InvalidInput):
            attempt()


@pytest.mark.fault
def test_a_vault_that_is_away_is_unavailable_and_works_again_when_back(kind: Kind) -> None:
    put(kind.vault, "a/before", b"1")

    kind.away()
    try:
        for attempt in (
            lambda: put(kind.vault, "a/during", b"2"),
            lambda: read(kind.vault, "a/before"),
            lambda: kind.vault.size_of("a/before"),
            lambda: list(kind.vault.names("a")),
        ):
            with pytest.raises(Unavailable):
                attempt()
    finally:
        kind.back()

    put(kind.vault, "a/during", b"2")
    assert sorted(kind.vault.names("a")) == ["a/before", "a/during"]


def test_a_wrong_key_is_denied_and_no_secret_is_told(
    server: S3Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "another-secret-that-is-wrong"

    with pytest.raises(Denied) as refused:
        put(s3(server, "x", secret=wrong), "a", b"1")

    told = (
        f"{refused.value} {refused.value.remedy} {S3Keys(key_id='k', secret=wrong)} {caplog.text}"
    )
    assert wrong not in told
    assert SECRET not in told


def test_a_bucket_that_is_not_there_is_named(server: S3Server) -> None:
    vault = S3Vault("nowhere", "", endpoint=server.endpoint, region="us-east-1",
                    keys=S3Keys(key_id=KEY_ID, secret=SECRET))  # fmt: skip

    with pytest.raises(Unavailable, match="no bucket"):
        put(vault, "a", b"1")
