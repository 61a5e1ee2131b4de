"""Lines go through the spool once, in order, whatever dies."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanasheel.base.errors import InvalidInput
from shanasheel.watch.recording import Spool, SpoolReader


def read_all(reader: SpoolReader, cursor: str = "") -> tuple[list[bytes], str]:
    found: list[bytes] = []
    while True:
        lines, cursor = reader.read(cursor)
        if not lines:
            return found, cursor
        found += lines


def test_lines_come_out_as_they_went_in(tmp_path: Path) -> None:
    spool, reader = Spool(tmp_path), SpoolReader(tmp_path)
    spool.append([b"one", b"two"], durable=True)

    lines, cursor = reader.read("")
    assert lines == (b"one", b"two")
    assert reader.read(cursor) == ((), cursor)

    spool.append([b"three"], durable=False)
    assert reader.read(cursor)[0] == (b"three",)
    spool.close()


def test_an_empty_or_absent_spool_has_no_lines(tmp_path: Path) -> None:
    assert SpoolReader(tmp_path / "none").read("") == ((), "")


def test_files_rotate_and_read_ones_are_discarded(tmp_path: Path) -> None:
    spool, reader = Spool(tmp_path), SpoolReader(tmp_path)
    lines = [bytes([65 + number]) * 900_000 for number in range(10)]
    for line in lines:
        spool.append([line], durable=False)
    assert len(list(tmp_path.iterdir())) == 3

    found, cursor = read_all(reader)
    assert found == lines
    assert reader.discard(cursor) == 2
    assert reader.discard(cursor) == 0

    spool.append([b"more"], durable=True)
    assert read_all(reader, cursor)[0] == [b"more"]
    spool.close()


def test_half_a_line_of_a_killed_writer_is_never_read(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append([b"whole"], durable=True)
    spool.close()
    (file,) = tmp_path.iterdir()
    with file.open("ab") as stream:
        stream.write(b"hal")
    reader = SpoolReader(tmp_path)
    lines, cursor = reader.read("")
    assert lines == (b"whole",)

    again = Spool(tmp_path)
    again.append([b"next"], durable=True)
    again.close()

    assert reader.read(cursor)[0] == (b"next",)


def test_a_cursor_into_a_discarded_file_goes_on_with_the_next(tmp_path: Path) -> None:
    spool, reader = Spool(tmp_path), SpoolReader(tmp_path)
    for number in range(8):
        spool.append([b"%d" % number * 900_000], durable=False)
    _, early = reader.read("")
    _, late = read_all(reader)
    reader.discard(late)

    found, _ = read_all(reader, early)

    assert found
    assert found[-1].startswith(b"7")
    spool.close()


@pytest.mark.parametrize("line", [b"", b"a\nb", b"x" * 2_000_000])
def test_what_is_no_line_is_refused_whole(tmp_path: Path, line: bytes) -> None:
    spool = Spool(tmp_path)

    with pytest.raises(InvalidInput):
        spool.append([b"good", line], durable=False)

    assert SpoolReader(tmp_path).read("")[0] == ()
    spool.close()


@pytest.mark.parametrize("cursor", ["x", "1", "-1:2", "1:2:3", "../../etc:1"])
def test_what_is_no_cursor_is_refused(tmp_path: Path, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        SpoolReader(tmp_path).read(cursor)


@given(
    st.lists(st.lists(st.binary(min_size=1, max_size=30).filter(lambda b: b"\n" not in b))),
    st.integers(1, 5),
)
def test_nothing_is_lost_doubled_or_reordered(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]], reopen: int
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool, reader, found, cursor = Spool(folder), SpoolReader(folder), [], ""
    for number, batch in enumerate(batches):
        if number % reopen == 0:
            spool.close()
            spool = Spool(folder)
        spool.append(batch, durable=False)
        lines, cursor = read_all(reader, cursor)
        found += lines
        reader.discard(cursor)
    spool.close()

    assert found == [line for batch in batches for line in batch]
