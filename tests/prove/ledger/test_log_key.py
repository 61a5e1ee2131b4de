"""The log's key: private, its own, and never quietly replaced."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shanasheel.base.errors import IntegrityFault, InvalidInput
from shanasheel.prove.ledger import load_or_create_key, parse_verifier, verifier_path

NAME = "city.example/evidence/1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "log.key"


def test_the_first_start_makes_a_private_key_and_the_next_one_loads_it(path: Path) -> None:
    old = os.umask(0)
    try:
        first = load_or_create_key(path, NAME)
    finally:
        os.umask(old)

    assert load_or_create_key(path, NAME).verifier == first.verifier
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert parse_verifier(verifier_path(path).read_text()) == first.verifier
    assert sorted(child.name for child in path.parent.iterdir()) == ["log.key", "log.vkey"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o602])
def test_a_key_open_to_others_is_refused_with_the_remedy(path: Path, mode: int) -> None:
    load_or_create_key(path, NAME)
    path.chmod(mode)

    with pytest.raises(InvalidInput, match="chmod 600"):
        load_or_create_key(path, NAME)


def test_a_key_in_a_folder_open_to_others_is_refused(path: Path) -> None:
    load_or_create_key(path, NAME)
    path.parent.chmod(0o755)

    with pytest.raises(InvalidInput, match="chmod 700"):
        load_or_create_key(path, NAME)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_another_user_is_refused(path: Path) -> None:
    load_or_create_key(path, NAME)
    os.chown(path, 12345, -1)

    with pytest.raises(InvalidInput, match="uid 12345"):
        load_or_create_key(path, NAME)


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    load_or_create_key(path, NAME)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(InvalidInput):
        load_or_create_key(path, NAME)


def test_no_damaged_key_is_loaded_and_none_is_told(path: Path) -> None:
    load_or_create_key(path, NAME)
    good = path.read_bytes()
    for spoilt in (b"", good[:-5], b"x" + good, good.replace(b"+A", b"+B"), b"\xff", good * 2):
        path.write_bytes(spoilt)
        with pytest.raises(InvalidInput) as caught:
            load_or_create_key(path, NAME)
        assert good[-30:-1].decode() not in str(caught.value)


def test_every_flipped_byte_of_the_key_is_found(path: Path) -> None:
    load_or_create_key(path, NAME)
    good = path.read_bytes()
    for at in range(len(good) - 1):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        with pytest.raises(InvalidInput):
            load_or_create_key(path, NAME)


def test_a_key_of_another_log_is_refused(path: Path) -> None:
    load_or_create_key(path, NAME)
    with pytest.raises(InvalidInput, match="not of"):
        load_or_create_key(path, "other.example")


def test_a_swapped_public_key_is_a_fault(path: Path, tmp_path: Path) -> None:
    load_or_create_key(path, NAME)
    other = load_or_create_key(tmp_path / "more" / "log.key", NAME)
    verifier_path(path).write_text(f"{other.verifier}\n")

    with pytest.raises(IntegrityFault):
        load_or_create_key(path, NAME)


def test_two_first_starts_at_once_share_one_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_or_create_key(path, NAME).verifier, range(8)))

    assert len(set(keys)) == 1
