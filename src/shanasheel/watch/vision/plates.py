"""Does a vehicle show a number plate, and what does it say?

Text of the size and make-up of a plate is looked for on the lower part of a vehicle, by `rapidocr`
with the models in its package; Arabic-Indic digits are read by `plate_arabic`. One picture gives a
probability that a plate is there; a finished track's pictures together give what may be said of it,
or "cannot tell".
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shanasheel.domain.plates import UNIFIED, format_of, governorate_of
from shanasheel.domain.seen import PlateSeen, PlateState
from shanasheel.watch.vision.inference import stay_silent
from shanasheel.watch.vision.plate_arabic import ArabicNumber, read_arabic

Rgb = NDArray[np.uint8]
Box = tuple[float, float, float, float]

_TOP = 0.3  # of a vehicle's box is above where plates are (research)
_WIDTH_PX = 640  # of what is read at most
_LEAST_WIDTH_PX = 320  # less is enlarged to this, at most twice
_FOUND = 0.2  # the text finder's own threshold; faint plates count too
#: A plate is a sixteenth of a car's width high, and text is read from 12 pixels on (research).
CLOSE_PX = 200
_SIDEWAYS = 1.9  # width to height of a box that shows a vehicle's side: no plate need be there
_NONE_BELOW = 0.2  # in every picture, …
_LEAST_LOOKS = 3  # … of at least so many
_THERE = 0.5
_READABLE = 0.5  # of the words' weight must agree
_TWO_ROWS = 2.2  # width to height of a plate with two rows
_UPPER_ROW = 3  # signs: two of the governorate, a letter
_WORD = re.compile(r"[^A-Z0-9]")
# From a plate's score to its probability: two numbers by logistic regression on plates-eu and
# plates-eu-removed; five-fold cross-validation gives ECE 0.019 (`bench describe`).
_SLOPE, _OFFSET = 2.61, -5.87


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateLook:
    """What one picture shows.

    Args:
        there: probability that a plate is visible, in [0, 1].
        text: what it says, Latin letters and digits alone; empty when nothing is read.
        certainty: the reader's own, of the text, in [0, 1].
        due: a side that should show a plate, close enough to see one.
        written: the text in the script of the plate, when that is Arabic.
        governorate: its code, when its name was read.
    """

    there: float
    text: str
    certainty: float
    due: bool
    written: str = ""
    governorate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """A text that was found, its Latin reading, and its width to height."""

    text: str
    sure: float
    shape: float
    corners: NDArray[np.float64]


class PlateReader:
    """Looks for plates. One at a time; a look takes half a second to a second of one core."""

    def look(self, vehicle: Rgb, *, width_px: int | None = None) -> PlateLook:
        """Return what a picture of one vehicle shows.

        Args:
            vehicle: (H, W, 3) RGB, cut along the vehicle's box.
            width_px: of the vehicle as the camera saw it, when the cut was scaled.
        """
        height, width = vehicle.shape[:2]
        due = (width_px or width) >= CLOSE_PX and width < _SIDEWAYS * height
        pixels = _prepared(vehicle)
        words = self._words(pixels)
        best, text, certainty = 0.0, "", 0.0
        for word in words:
            score = _likeness(word.text, word.sure, word.shape)
            if score > best:
                best, text, certainty = score, word.text, word.sure
        look = PlateLook(there=_there(best), text=text, certainty=certainty, due=due)
        arabic = read_arabic(pixels, [word.corners for word in words])
        return look if arabic is None else _with_arabic(look, best, arabic, words)

    def _words(self, pixels: Rgb) -> list[_Word]:
        found = _reader()(
            pixels[:, :, ::-1].copy(), use_cls=False, text_score=0.0, box_thresh=_FOUND
        )
        if found.boxes is None:
            return []
        words = []
        for corners, text, sure in zip(found.boxes, found.txts, found.scores, strict=True):
            quad = np.asarray(corners, np.float64)
            across, down = math.dist(quad[0], quad[1]), math.dist(quad[0], quad[3])
            words.append(
                _Word(
                    text=_WORD.sub("", text.upper()), sure=float(sure),
                    shape=across / max(1.0, down), corners=quad,
                )
            )  # fmt: skip
        return words + _stacked(words)


def _stacked(words: Sequence[_Word]) -> list[_Word]:
    """Return Latin plates of two rows: code and letter above digits, as small Iraqi plates are."""
    return [
        _Word(
            text=upper.text + lower.text, sure=min(upper.sure, lower.sure), shape=_TWO_ROWS,
            corners=lower.corners,
        )
        for upper in words
        for lower in words
        if lower is not upper
        and _below(upper.corners, lower.corners)
        and format_of(upper.text + lower.text) == UNIFIED.name
        and len(upper.text) == _UPPER_ROW
    ]  # fmt: skip


def _below(upper: NDArray[np.float64], lower: NDArray[np.float64]) -> bool:
    """Return whether a text stands right below another, about as high, one over the other."""
    high = math.dist(upper[0], upper[3]), math.dist(lower[0], lower[3])
    gap = lower.mean(0) - upper.mean(0)
    wide = math.dist(lower[0], lower[1])
    return bool(
        0.5 * max(high) < gap[1] < 1.8 * max(high)
        and max(high) < 2 * min(high)
        and abs(gap[0]) < 0.6 * wide
    )


def _with_arabic(
    look: PlateLook, best: float, arabic: ArabicNumber, words: Sequence[_Word]
) -> PlateLook:
    """Return what is likelier: the Latin text, or the number in Arabic-Indic digits.

    Bilingual plates say it twice: a Latin text that says the same makes it more certain.
    """
    certainty = arabic.certainty
    for word in words:
        if letters_first(word.text) == arabic.text:
            certainty = 1 - (1 - certainty) * (1 - word.sure)
    score = _likeness(arabic.text, certainty, arabic.shape)
    if score <= best and letters_first(look.text) != arabic.text:
        return look
    return replace(
        look, there=_there(max(score, best)), text=arabic.text, certainty=certainty,
        written=arabic.written, governorate=arabic.governorate,
    )  # fmt: skip


def judge(looks: Sequence[PlateLook]) -> PlateSeen:
    """Return what the pictures of one vehicle say together.

    "None" needs three pictures of a side that should show one, and a plate in none of the others.

    >>> bare = PlateLook(there=0.02, text="", certainty=0.0, due=True)
    >>> str(judge([bare] * 3).state), str(judge([bare] * 2).state)
    ('none', 'unknown')
    """
    if not looks:
        return PlateSeen(state=PlateState.UNKNOWN, probability=0.0)
    there = [look for look in looks if look.there >= _THERE]
    if there:
        return _read(there, len(looks))
    due = [look.there for look in looks if look.due]
    highest = max(look.there for look in looks)
    if len(due) >= _LEAST_LOOKS and highest < _NONE_BELOW:
        # Pictures of one vehicle are not independent: their mean, not their product.
        return PlateSeen(
            state=PlateState.NONE, probability=1 - sum(due) / len(due), looks=len(looks)
        )
    return PlateSeen(state=PlateState.UNKNOWN, probability=0.0, looks=len(looks))


def _read(there: Sequence[PlateLook], looks: int) -> PlateSeen:
    arabic = {look.text for look in there if look.written}
    there = [
        # The Latin half of a bilingual plate says the same as the Arabic one.
        replace(look, text=letters_first(look.text)) if letters_first(look.text) in arabic else look
        for look in there
    ]
    weights: defaultdict[str, float] = defaultdict(float)
    for look in there:
        weights[look.text] += look.certainty
    text = max(weights, key=lambda word: weights[word])
    agreed = weights[text] / max(sum(weights.values()), 1e-9)
    sure = agreed * max(look.certainty for look in there if look.text == text)
    if agreed <= _READABLE and len(there) > 1:
        seen = max(look.there for look in there)
        return PlateSeen(state=PlateState.UNREADABLE, probability=seen, looks=looks)
    same = [look for look in there if look.text == text]
    clear = max(same, key=lambda look: (bool(look.written), look.certainty))
    code = next((look.governorate for look in same if look.governorate), "")
    named = governorate_of(text)
    return PlateSeen(
        state=PlateState.READ, probability=sure, text=text, looks=looks, written=clear.written,
        governorate=code or (named.code if named else ""),
        format=format_of("".join(reversed(clear.written.split())) or text),
    )  # fmt: skip


def letters_first(text: str) -> str:
    """Return text as Arabic plates are folded; the Latin half of one may have its letter last."""
    return "".join(sorted(text, key=str.isdigit))


def _there(score: float) -> float:
    return 1 / (1 + math.exp(-(_SLOPE * score + _OFFSET)))


def _likeness(word: str, sure: float, shape: float) -> float:
    """Return how much a word is made up like a plate's, in [0, 3.5].

    Weights follow what plates are, not these data: 4 to 9 letters and digits with digits among
    them, on something wider than high. Badges (make, model, dealer) are letters mostly.
    """
    digits = sum(letter.isdigit() for letter in word)
    value = 1.0 * (4 <= len(word) <= 9) + 1.0 * (digits >= 1) + 0.7 * (digits >= 2)
    value += 0.3 * (0 < digits < len(word)) + 0.5 * (1.8 <= shape <= 8)
    return value * sure


def _prepared(vehicle: Rgb) -> Rgb:
    lower = vehicle[int(_TOP * len(vehicle)) :]
    height, width = lower.shape[:2]
    scale = min(_WIDTH_PX / width, max(1.0, min(2.0, _LEAST_WIDTH_PX / width)))
    size = max(32, round(width * scale)), max(32, round(height * scale))
    return np.asarray(Image.fromarray(lower).resize(size), np.uint8)


@cache
def _reader():  # type: ignore[no-untyped-def] # noqa: ANN202 - the library has no types
    stay_silent()
    from rapidocr import RapidOCR

    threads = "EngineConfig.onnxruntime.{}_op_num_threads"
    return RapidOCR(
        params={
            threads.format("intra"): 1,
            threads.format("inter"): 1,
            "Global.log_level": "critical",
        }
    )
