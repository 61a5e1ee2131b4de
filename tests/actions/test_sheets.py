"""A checkpoint goes on paper, is signed, comes back as a scan, and is compared with the log."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import segno
from PIL import Image, ImageDraw, ImageFilter

from running import cli
from shanasheel.actions.sheet_pages import sheet_page
from shanasheel.actions.sheets import FiledSheet, file_sheet, typed_checkpoint
from shanasheel.base.clock import SystemClock
from shanasheel.base.errors import InvalidInput
from shanasheel.prove.ledger import (
    Algorithm,
    Checkpoint,
    CosignedHeads,
    Ledger,
    Note,
    Signature,
    load_or_create_key,
    new_cosigner,
    origin_hash,
    paper_note,
    parse_note,
    qr_svg,
    read_codes,
    sign_checkpoint,
)
from sites import Place, add_segment, make_place
from vaulted import checked, make_vaulted, restored


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = make_place(tmp_path / "data")
    yield made
    made.wired.close()


def note_of(place: Place) -> bytes:
    return (place.folder.ledger / "checkpoint").read_bytes()


def scan(note: bytes, *, turn_deg: float = 0, blur_px: float = 0.8, kind: str = "JPEG") -> bytes:
    """Return what a scanner makes of a sheet: grey, turned, blurred, noisy, signed with ink."""
    code = io.BytesIO()
    segno.make_qr(note, error="m", mode="byte").save(code, kind="png", scale=6, border=4)
    page = Image.new("L", (1240, 1754), 245)
    page.paste(Image.open(code).convert("L").resize((560, 560)), (330, 260))
    ImageDraw.Draw(page).line(
        [(200, 1400), (420, 1340), (520, 1450), (800, 1380)], fill=40, width=6
    )
    page = page.rotate(turn_deg, fillcolor=245).filter(ImageFilter.GaussianBlur(blur_px))
    noise = np.random.default_rng(3).normal(0, 8, (page.height, page.width))
    noisy = np.clip(np.asarray(page).astype(float) * 0.85 + noise, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, kind)
    return out.getvalue()


def filed(place: Place, content: bytes, **more: object) -> FiledSheet:
    sheet = file_sheet(
        place.wired.site,
        content,
        by="Court of Basra",
        verifier_key=place.wired.verifier_key,
        **more,
    )
    place.wired.site.sequencer.catch_up()
    return sheet


def step(place: Place) -> tuple[bool, str]:
    (found,) = (one for one in place.check().steps if one.name == "sheets_contained")
    return found.ok, found.detail


@pytest.mark.parametrize("turn_deg", [0, 2.5, 180])
def test_a_scanned_sheet_is_contained(place: Place, turn_deg: float) -> None:
    assert step(place) == (True, "none was filed")
    content = scan(note_of(place), turn_deg=turn_deg)
    add_segment(place.wired, place.wired.site.clock.now())  # the log has grown since

    sheet = filed(place, content)

    assert (sheet.why, sheet.signed, sheet.typed, sheet.head.size) == ("", True, False, 7)
    assert (place.folder.ledger / sheet.path).read_bytes() == content
    assert step(place) == (True, "1 contained, the newest of 7 entries by Court of Basra")
    with place.wired.site.store.read() as rows:
        body = json.loads(rows.facts.body_of(sheet.id) or b"")
    assert (body["k"], body["contained"], body["sha256"]) == ("sheet", True, sheet.sha256)
    assert place.check().holds


def test_a_sheet_of_another_history_is_kept_and_fails_the_check(
    place: Place, tmp_path: Path
) -> None:
    """Whoever has the key wrote a history anew; the paper is of the one before."""
    origin = parse_note(note_of(place)).text.split("\n")[0]
    key = load_or_create_key(place.folder.keys / "log.key", origin)
    with Ledger(tmp_path / "elsewhere", key=key, origin=origin, clock=SystemClock()) as other:
        other.append([b"another", b"history"])
        other.checkpoint()

    sheet = filed(place, scan((tmp_path / "elsewhere" / "checkpoint").read_bytes()))

    assert "first 2 entries are others" in sheet.why
    assert sheet.signed
    ok, detail = step(place)
    assert not ok
    assert "signed by this log's key, and this log's first 2 entries are others" in detail


def test_what_is_typed_wrong_is_told_and_fails_nothing(place: Place) -> None:
    content = b"%PDF-1.7 a scan as a scanner gives it"
    root = parse_note(note_of(place)).text.split("\n")[2]
    site = place.wired.site

    right = filed(place, content, typed=typed_checkpoint(site, 7, root))
    wrong = filed(place, content, typed=typed_checkpoint(site, 6, root))
    later = filed(place, content, typed=typed_checkpoint(site, 70, root))

    assert (right.why, right.typed) == ("", True)
    assert "first 6 entries are others" in wrong.why
    assert "only 9 entries" in later.why
    ok, detail = step(place)
    assert ok
    assert detail.startswith("1 contained")
    assert "2 typed and NOT contained" in detail


def test_a_sheet_that_is_changed_or_gone_is_found(place: Place) -> None:
    sheet = filed(place, scan(note_of(place)))
    path = place.folder.ledger / sheet.path

    path.write_bytes(path.read_bytes() + b"x")
    assert "its file was changed" in step(place)[1]
    path.unlink()
    assert "its file is missing" in step(place)[1]
    assert not step(place)[0]


def test_a_forged_or_strange_sheet_says_so(place: Place) -> None:
    origin = parse_note(note_of(place)).text.split("\n")[0]
    stranger = load_or_create_key(place.folder.root / "stranger.key", "elsewhere.example/log")
    other = sign_checkpoint(
        Checkpoint(origin="elsewhere.example/log", size=3, root=b"r" * 32), stranger
    )
    unsigned = re.sub(rb"\n\n.*", b"\n\n", note_of(place), flags=re.DOTALL)
    foreign = load_or_create_key(place.folder.root / "foreign.key", origin)
    forged = sign_checkpoint(Checkpoint(origin=origin, size=3, root=b"r" * 32), foreign)

    assert "of another log, elsewhere.example/log" in filed(place, scan(other)).why
    assert not filed(place, scan(forged)).signed
    with pytest.raises(InvalidInput):  # no signature, no note
        filed(place, scan(unsigned))
    assert step(place)[0]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"text", b"\x89PNG junk", b"\xff\xd8\xff junk", b"%PDF-1.7 nobody typed anything",
        scan(b"https://example.com/"),
    ],
)  # fmt: skip
def test_what_says_no_checkpoint_is_refused(place: Place, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        filed(place, content)

    assert not (place.folder.ledger / "sheets").exists()


def test_codes_take_what_telephones_read(place: Place) -> None:
    """ML-DSA's 3.3 kB stay in the files; further cosigners too."""
    own = parse_note(note_of(place))
    lines = tuple(
        Signature(name=f"c{number}.example/1", key_id=b"abcd", blob=b"s" * length)
        for number, length in enumerate((2420 + 8, 72, 72, 72))
    )

    printed = paper_note(Note(text=own.text, signatures=(*own.signatures, *lines)))

    assert [line.name for line in printed.signatures][1:] == ["c1.example/1"]
    assert len(printed.encoded()) <= 420
    assert qr_svg(printed.encoded()).startswith("<svg")


def test_a_picture_without_a_code_says_nothing() -> None:
    out = io.BytesIO()
    Image.new("L", (800, 800), 128).save(out, "PNG")

    assert list(read_codes(out.getvalue())) == []
    huge = io.BytesIO()
    Image.new("1", (9000, 9000)).save(huge, "PNG")
    with pytest.raises(InvalidInput):
        read_codes(huge.getvalue())


def test_the_page_holds_all_that_is_needed(place: Place) -> None:
    signer = new_cosigner("court.example/1", Algorithm.ED25519)
    own = parse_note(note_of(place))
    line = Signature(name="court.example/1", key_id=signer.verifier.key_id, blob=b"s" * 72)
    CosignedHeads(place.folder.ledger).add(own.text, own.signatures, [line])

    page = sheet_page(place.wired.site, place.wired.verifier_key)

    origin, size, root = own.text.split("\n")[:3]
    for told in (origin, f">{size}<", root, "court.example/1", place.wired.verifier_key, "التوقيع"):
        assert told.replace("+", "&#x2B;") in page or told in page, told
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert origin_hash(origin) not in page
    assert len(base64.b64decode(root)) == 32


def test_a_vault_brings_sheets_back(place: Place, tmp_path: Path) -> None:
    sheet = filed(place, scan(note_of(place)))
    vaulted = make_vaulted(place, tmp_path / "vault")
    vaulted.copy()

    folder, done = restored(vaulted.vault, tmp_path / "new")

    assert not done.faults
    assert checked(vaulted.vault).holds
    assert (folder.ledger / sheet.path).is_file()


def test_the_command_line_prints_files_and_says(place: Place, tmp_path: Path) -> None:
    data, picture = str(place.folder.root), tmp_path / "scan.jpg"
    picture.write_bytes(scan(note_of(place)))
    place.wired.close()

    printed = cli("ledger", "sheet", "print", str(tmp_path / "sheet.html"), "--data", data)
    good = cli("ledger", "sheet", "file", str(picture), "--by", "Bar of Basra", "--data", data)
    bad = cli("ledger", "sheet", "file", str(picture), "--by", "x y", "--entries", "5",
              "--root", base64.b64encode(b"r" * 32).decode(), "--data", data)  # fmt: skip

    assert printed.returncode == 0, printed.stderr
    assert "<svg" in (tmp_path / "sheet.html").read_text()
    assert good.returncode == 0, good.stderr
    assert "Contained in this log." in good.stdout
    assert bad.returncode == 8
    assert "NOT CONTAINED: this log's first 5 entries are others" in bad.stdout
