"""Attacks by whoever holds the log's key, the database, or some cosigners."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bundled import Bundle
from exhibited import Exhibited, exhibited
from forging import Forgery, rebag
from shanasheel.actions.access import LOCAL
from shanasheel.actions.bundling import export_exhibit
from shanasheel.actions.keeping import set_keep_rule
from shanasheel.actions.sweeping import sweep
from shanasheel.base.errors import IntegrityFault
from shanasheel.domain.keeping import KeepRule
from shanasheel.prove.ledger import CommitmentMismatch
from sites import disk

SECOND_US = 1_000_000


def test_the_forger_of_these_tests_could_forge_a_bundle_if_everybody_colluded(
    place: Exhibited, bundle: Bundle
) -> None:
    """Else the attacks below might fail for the forger's own mistakes."""
    forged = Forgery.of(place, bundle, place.cosigners).write(bundle)

    assert forged.failing() == set()


def test_a06_a_recording_slipped_into_a_gap_is_found_though_everybody_colludes(
    place: Exhibited, bundle: Bundle
) -> None:
    forgery = Forgery.of(place, bundle, place.cosigners)
    gap = forgery.body(forgery.entries("gap")[0])
    made = forgery.body(forgery.entries("segment")[0])
    start = int(str(gap["start_us"]))
    late = {**made, "camera": gap["camera"], "start_us": start, "end_us": start + SECOND_US,
            "at_us": start + SECOND_US}  # fmt: skip
    forgery.put(max(forgery.records) + 1, late)
    forged = forgery.write(bundle)

    assert forged.failing() == {"ordered"}
    assert forged.keys("ordered")[0] == "over_gap"


def test_a06_a_recording_dated_back_overlaps_or_stands_out_of_turn(
    place: Exhibited, bundle: Bundle
) -> None:
    forgery = Forgery.of(place, bundle, place.cosigners)
    gaps = forgery.entries("gap")
    gap = forgery.body(gaps[0])
    camera, start = gap["camera"], int(str(gap["start_us"]))
    entry = max(forgery.records)
    for piece in (2, 1):  # the later one logged first, and the gap's record left out
        made = forgery.body(forgery.entries("segment")[0])
        begin = start + (piece - 1) * 2_500_000
        forgery.put(entry + 3 - piece, {**made, "camera": camera, "start_us": begin,
                                        "end_us": begin + 2_500_000})  # fmt: skip
    del forgery.records[gaps[0]]
    forged = forgery.write(bundle)

    assert "out_of_order" in forged.keys("ordered")
    assert forged.failing() == {"ordered"}


def test_a06_a_recording_from_after_the_cosignatures_is_found(
    place: Exhibited, bundle: Bundle
) -> None:
    forgery = Forgery.of(place, bundle, place.cosigners)
    forgery.at_s -= 3600
    forged = forgery.write(bundle)

    assert forged.failing() == {"bounds"}
    assert forged.keys("bounds")[0] == "after_signing"


@pytest.mark.parametrize("colluding", [0, 1])
def test_a07_a09_history_rewritten_with_the_stolen_key_lacks_the_quorum(
    place: Exhibited, bundle: Bundle, colluding: int
) -> None:
    forgery = Forgery.of(place, bundle, place.cosigners[:colluding])
    entry = forgery.entries("segment")[1]
    original = bundle.path / "data/originals" / str(forgery.body(entry)["path"])
    original.write_bytes(b"another film")
    changed = {"sha256": _sha256(original), "size_bytes": 12}
    forgery.put(entry, {**forgery.body(entry), **changed})
    forged = forgery.write(bundle)

    assert forged.failing() == {"sealed", "quorum", "clips", "claims"}
    assert "not_cosigned" in forged.keys("quorum")


def test_a08_a_fork_is_not_contained_in_what_was_stamped_before(
    place: Exhibited, bundle: Bundle
) -> None:
    real = (bundle.path / "data/log/checkpoint").read_bytes()
    size = real.split(b"\n")[1].decode()
    folder = bundle.path / "data/timestamps" / size
    folder.mkdir(parents=True)
    (folder / "checkpoint").write_bytes(real)
    (folder / "consistency").write_text("")
    rebag(bundle.path)
    assert "stamp_after" in bundle.keys("bounds")

    forgery = Forgery.of(place, bundle, place.cosigners)
    (folder / "consistency").write_text(f"{base64.b64encode(bytes(32)).decode()}\n")
    forged = forgery.write(bundle)

    assert forged.failing() == {"bounds"}
    assert forged.keys("bounds")[0] == "stamp_broken"


def _proof(bundle: Bundle) -> Path:
    return sorted(bundle.path.glob("data/records/*.tlog-proof"))[0]


def _lines(change: Callable[[list[str]], None]) -> Callable[[Bundle], None]:
    def changed(bundle: Bundle) -> None:
        lines = _proof(bundle).read_text().split("\n")
        change(lines)
        _proof(bundle).write_text("\n".join(lines))

    return changed


ZEROS = base64.b64encode(bytes(32)).decode()
SHORT = base64.b64encode(bytes(31)).decode()
BAD_PROOFS = {
    "one hash more": lambda lines: lines.insert(3, ZEROS),
    "one hash fewer": lambda lines: lines.pop(3),
    "a hash of 31 bytes": lambda lines: lines.__setitem__(3, SHORT),
    "hashes in another order": lambda lines: lines.__setitem__(slice(3, 5), lines[4:2:-1]),
    "an index beyond the tree": lambda lines: lines.__setitem__(2, "index 999999"),
    "an index with a zero before": lambda lines: lines.__setitem__(
        2, lines[2].replace("index ", "index 0")
    ),
    "a negative index": lambda lines: lines.__setitem__(2, "index -1"),
    "no index": lambda lines: lines.pop(2),
    "another first line": lambda lines: lines.__setitem__(0, "c2sp.org/tlog-proof@v2"),
}


@pytest.mark.parametrize("change", BAD_PROOFS.values(), ids=BAD_PROOFS.keys())
def test_a12_a_proof_that_was_bent_is_refused(
    bundle: Bundle, change: Callable[[list[str]], None]
) -> None:
    _lines(change)(bundle)
    rebag(bundle.path)

    assert bundle.failing() & {"opened", "included"}
    keys = bundle.keys("opened") + bundle.keys("included")
    assert "not_opened" in keys or "not_included" in keys


def _bent(bundle: Bundle, change: Callable[[bytes], bytes]) -> None:
    for path in bundle.path.glob("data/records/*.tlog-proof"):
        head, blank, note = path.read_bytes().partition(b"\n\n")
        path.write_bytes(head + blank + change(note))
    rebag(bundle.path)


BAD_NOTES = {
    "carriage returns": lambda note: note.replace(b"\n", b"\r\n"),
    "no final newline": lambda note: note[:-1],
    "an en dash": lambda note: note.replace("\u2014".encode(), "\u2013".encode()),
    "a signature twice": lambda note: note + note.splitlines(keepends=True)[-1],
    "too many signatures": lambda note: note + b"".join(
        f"\u2014 n{number} AAAAAAAA\n".encode() for number in range(16)
    ),
    "a control character": lambda note: note.replace(b"\n", b"\n\x07", 1),
    "another size": lambda note: b"\n".join(
        [note.split(b"\n")[0], b"1" + note.split(b"\n")[1], *note.split(b"\n")[2:]]
    ),
    "no signature": lambda note: note.split(b"\n\n")[0] + b"\n\n",
}  # fmt: skip


@pytest.mark.parametrize("change", BAD_NOTES.values(), ids=BAD_NOTES.keys())
def test_a13_a_head_that_was_bent_is_refused(
    bundle: Bundle, change: Callable[[bytes], bytes]
) -> None:
    _bent(bundle, change)

    assert bundle.failing() & {"opened", "included", "signed"}
    assert bundle.keys("exact")[0] in ("unproven_original", "media_missing")


def test_a13_one_forged_line_of_a_known_cosigner_spoils_the_head(bundle: Bundle) -> None:
    """Two of three would do: but a line under a trusted key that does not hold is no accident."""

    def forge(note: bytes) -> bytes:
        lines = note.split(b"\n")
        at = next(n for n, line in enumerate(lines) if b"press.example" in line)
        start, _, blob = lines[at].rpartition(b" ")
        raw = bytearray(base64.b64decode(blob))
        raw[-1] ^= 1
        lines[at] = start + b" " + base64.b64encode(raw)
        return b"\n".join(lines)

    _bent(bundle, forge)

    assert bundle.failing() >= {"signed", "quorum"}
    assert "forged" in bundle.keys("quorum")


def test_a25_a_record_changed_in_the_database_is_never_handed_out(tmp_path: Path) -> None:
    with exhibited(tmp_path) as place:
        exhibit = place.exhibit()
        with sqlite3.connect(place.folder.database) as database:
            database.execute(
                "UPDATE facts SET body=replace(body, 'segment', 'Segment') WHERE id=?",
                [place.segments["A"][0].id],
            )
        database.close()

        with pytest.raises((CommitmentMismatch, IntegrityFault)):
            place.export(tmp_path / "bundle", exhibit)
        assert not (tmp_path / "bundle").exists()


def test_a26_nothing_is_read_before_the_log_says_who_reads(
    place: Exhibited, tmp_path: Path
) -> None:
    class Broken:
        logs = True

        def catch_up(self, *, idle_checkpoint_s: float = 55.0, signed: bool = False) -> int:
            raise IntegrityFault("the ledger is not what was last signed")

    exhibit = place.exhibit()
    site = replace(place.site, sequencer=Broken())

    with pytest.raises(IntegrityFault, match="last signed"):
        export_exhibit(site, LOCAL, exhibit.code, tmp_path / "bundle", patience_s=1)
    assert not list(tmp_path.iterdir())


def test_a38_what_an_exhibit_holds_does_not_expire(tmp_path: Path) -> None:
    with exhibited(tmp_path) as place:
        place.exhibit(cameras=["A"])
        set_keep_rule(place.site, KeepRule(days=0.001, alert_days=0.001))
        place.site.sequencer.catch_up()
        while sweep(place.site, disk(place.site.data)).segments:
            pass

        kept = [(place.site.data / one.path).exists() for one in place.segments["A"]]
        gone = [(place.site.data / one.path).exists() for one in place.segments["B"]]
    assert all(kept)
    assert not any(gone)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
