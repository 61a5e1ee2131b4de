"""A checkpoint on paper: what is printed, as a QR code, and what a picture of it says.

The one home of `segno` (writing) and of OpenCV's reader of QR codes.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from shanasheel.base.errors import InvalidInput
from shanasheel.prove.ledger.notes import Note, Signature

if TYPE_CHECKING:
    from PIL import Image

#: The log's line and a cosigner's or two: coarse enough for telephones (guess). Made-up scans of
#: codes three times as long were read too (`benchmarks.md`).
_CODE_LIMIT_BYTES = 420
_SHORT_BYTES = (64, 8 + 64)  # Ed25519, without and with a cosigner's time
_MOST_PIXELS = 64_000_000
_NO_PICTURE = "Give a photo or scan as PNG or JPEG, or type what stands on the sheet."


def paper_note(note: Note) -> Note:
    """Return a checkpoint with as many of its short signatures as a code takes, the log's first.

    Signatures by ML-DSA have 3.3 kB and never fit; they stay in the files.
    """
    kept: list[Signature] = []
    for line in note.signatures:
        if len(line.blob) not in _SHORT_BYTES:
            continue
        longer = Note(text=note.text, signatures=(*kept, line))
        if len(longer.encoded()) > _CODE_LIMIT_BYTES:
            break
        kept.append(line)
    return Note(text=note.text, signatures=tuple(kept))


def qr_svg(data: bytes) -> str:
    """Return bytes as a QR code: an SVG element of a fixed view box, black on white."""
    import segno  # as below: few commands print or read a sheet

    code = segno.make_qr(data, error="m", mode="byte", boost_error=False)
    out = io.BytesIO()
    code.save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, light="white")
    return out.getvalue().decode()


def read_codes(picture: bytes) -> Sequence[bytes]:
    """Return what the QR codes in a picture say; none where none can be read.

    Args:
        picture: a PNG or JPEG, of 64 million pixels at most.

    Raises:
        InvalidInput: it is no such picture.
    """
    import cv2  # takes a second to load: only who files a sheet waits for it

    grey = _grey(picture)
    # By its markers first: it read all of ten made-up scans at each size, the other six to nine.
    for detector in (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector()):
        for side in (2400, 3400, 1600, 1150):  # up, too: the code of a small picture has few dots
            scale = side / max(grey.size)
            image = grey.resize(
                (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
            )
            _found, texts, _corners, _codes = detector.detectAndDecodeMulti(np.asarray(image))
            said = [text.encode() for text in texts if text]
            if said:
                return said
    return ()


def _grey(picture: bytes) -> Image.Image:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(picture), formats=("PNG", "JPEG"))
            if image.width * image.height > _MOST_PIXELS:
                raise InvalidInput("The picture is too large.", "Scan it at 300 dots an inch.")
            return image.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as fault:
        raise InvalidInput("That is no picture that can be read.", _NO_PICTURE) from fault
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise InvalidInput("The picture is too large.", "Scan it at 300 dots an inch.") from fault
