"""Draws Iraqi number plates: the reader is trained with them and judged on them.

Layouts follow the formats of `domain.plates`; lettering is whatever font is given, colours and
spaces are drawn at random. No photographs were to be had: a drawn plate is no proof of real ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shanasheel.base.errors import NotFound
from shanasheel.domain.plates import ARABIC_DIGITS, CATEGORIES, GOVERNORATES, LETTERS

Rgb = NDArray[np.uint8]
Ink = tuple[int, int, int]
Rect = tuple[float, float, float, float]

_LONG, _SHORT = (520, 110), (335, 155)  # millimetres, one pixel each
_COUNTRY = "العراق"
#: What is on vehicles beside plates, and must not be read as one.
_OTHER_WORDS = (
    "الشرطة",
    "نقل عام",
    "تعليم",
    "للبيع",
    "الحمد لله",
    "شركة",
    "مطعم",
    "إسعاف",
    "تويوتا",
)
_LATIN_SERIES = "ABCDEFGHJKLMNPRSTUVWXYZ"
# Ink and ground: private, hire, government, goods, agricultural, temporary (approximate colours).
_COLOURS: tuple[tuple[Ink, Ink], ...] = (
    ((20, 20, 22), (240, 240, 236)), ((20, 20, 22), (240, 240, 236)),
    ((245, 245, 245), (186, 36, 43)), ((245, 245, 245), (30, 92, 165)),
    ((20, 20, 20), (242, 200, 40)), ((245, 245, 245), (32, 116, 66)),
    ((240, 240, 240), (26, 28, 32)),
)  # fmt: skip

#: Those of `domain.plates`: bilingual; numbered, in two layouts; unified.
LAYOUTS = ("bilingual", "divided", "beside", "unified")

#: Never drawn with in training: what the reader is judged on. Chosen by name before any training,
#: for their variety: sans, kufi, naskh, narrow, angular, heavy.
HELD_OUT = (
    "DejaVu", "NotoKufiArabic", "KacstOne", "ae_Salem", "ae_Metal", "KacstDigital", "Scheherazade",
    "titr", "ae_Petra", "Harmattan", "RobotoCondensed", "LiberationSansNarrow",
)  # fmt: skip
_UNFIT = (  # outlines, ornaments, hands, or no glyphs
    "Haramain", "KacstTitleL", "Shado", "AmiriQuran", "AlManzomah", "Nagham", "Nastaliq", "Slanted",
    "Oblique", "Italic", "NotoSansArabicUI", "NotoKufiArabicUI", "NotoNaskhArabicUI", "Math",
    "Thin", "ExtraLight",
)  # fmt: skip
_LATIN = ("DejaVu", "Roboto", "LiberationSans", "NotoSans-", "FreeSans", "NotoSansDisplay-")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateFonts:
    """Files of fonts that have Arabic-Indic digits and letters, and of those for Latin."""

    arabic: tuple[Path, ...]
    latin: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLine:
    """One line of a plate: where it stands, and its signs from left to right, words whole."""

    box: Rect
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPlate:
    """A plate seen straight on, one pixel a millimetre.

    Args:
        number: its signs without words, as in `domain.plates.format_of`.
        words: governorate and category, when they stand on it.
    """

    rgb: Rgb
    lines: tuple[DrawnLine, ...]
    number: str
    words: tuple[str, ...] = ()


def find_fonts(folder: Path, *, held_out: bool) -> PlateFonts:
    """Return the fonts below a folder: those never trained with, or the others.

    Raises:
        NotFound: there is no font of one of the two scripts.
    """
    files = [
        path for path in sorted(folder.rglob("*.[to]tf"))
        if any(word in path.name for word in HELD_OUT) == held_out
        and not any(word in path.name for word in _UNFIT)
    ]  # fmt: skip
    latin = tuple(path for path in files if path.name.startswith(_LATIN))
    arabic = tuple(path for path in files if _draws_arabic(path))
    if not latin or not arabic:
        raise NotFound(
            f"No fit fonts below {folder}.", "Install fonts-dejavu, fonts-noto-core, fonts-kacst."
        )
    return PlateFonts(arabic=arabic, latin=latin)


def draw_plate(random: Random, fonts: PlateFonts, layout: str = "") -> DrawnPlate:
    """Return a plate drawn at random.

    Args:
        layout: one of `LAYOUTS`; empty for any, four of five with Arabic-Indic digits.
    """
    if layout:
        return _Pen(random, fonts).drawn(layout)
    arabic = random.random() < 0.8
    pen = _Pen(random, fonts)
    if not arabic:
        return random.choice((pen.unified, pen.unified, pen.foreign))()
    return random.choice((pen.bilingual, pen.bilingual, pen.divided, pen.beside))()


class _Pen:
    """Draws one plate."""

    def __init__(self, random: Random, fonts: PlateFonts) -> None:
        self._random, self._fonts = random, fonts
        self._ink, self._ground = random.choice(_COLOURS)
        self._arabic = _chosen(random, fonts.arabic)
        self._latin = _chosen(random, fonts.latin)
        self._lines: list[DrawnLine] = []

    def drawn(self, layout: str) -> DrawnPlate:
        """Draw a layout by its name."""
        every = (self.bilingual, self.divided, self.beside, self.unified)
        ways = dict(zip(LAYOUTS, every, strict=True))
        return ways[layout]()

    def unified(self) -> DrawnPlate:
        """Draw code, Latin letter, digits; on one line or two."""
        random = self._random
        place = random.choice(GOVERNORATES)
        count = 5 if place.kurdistan else random.choice((4, 5, 5, 5))
        head = place.code + random.choice(_LATIN_SERIES)
        tail = self._digits(count)
        self._ink, self._ground = _COLOURS[0]
        size = random.choice((_LONG, _SHORT))
        self._begin(size)
        width, height = size
        strip = 0.11 * width
        self._draw.rectangle((0, 0, strip, height), fill=random.choice(_COLOURS)[1])
        self._word("IRQ", (0.01 * width, 0.4 * height, strip, 0.6 * height), latin=True)
        if size == _LONG:
            self._line(head + tail, (strip + 8, 14, width - 12, height - 14))
        else:
            self._line(head, (strip + 40, 8, width - 60, 74))
            self._line(tail, (strip + 10, 80, width - 12, height - 8))
        return self._done(head + tail)

    def foreign(self) -> DrawnPlate:
        """Draw Latin letters and digits as on European plates: not to be taken for Arabic."""
        signs = "".join(
            "".join(self._random.choices(pool, k=self._random.randint(1, 3)))
            for pool in self._random.sample(("ABCDEFGHIJKLMNOPQRSTUVWXYZ", *["0123456789"] * 2), 3)
        )
        self._ink, self._ground = _COLOURS[0]
        self._begin(_LONG)
        self._line(signs, (50, 14, _LONG[0] - 14, _LONG[1] - 14))
        return self._done(signs)

    def bilingual(self) -> DrawnPlate:
        """Draw Arabic digits and letter above their Latin pair, or beside the words."""
        random = self._random
        digits, letter = self._digits(random.choice((4, 5, 5, 5))), random.choice(list(LETTERS))
        signs = self._arabic_digits(digits)
        signs = signs + letter if random.random() < 0.5 else letter + signs
        latin = digits + LETTERS[letter] if signs[-1] == letter else LETTERS[letter] + digits
        words = (random.choice(GOVERNORATES).arabic, random.choice(list(CATEGORIES)))
        size = random.choice((_LONG, _SHORT, _SHORT))
        self._begin(size)
        width, height = size
        if size == _LONG:
            block = 0.2 * width
            self._block((8, 8, block, height - 8), words)
            self._line(signs, (block + 12, 14, width - 12, height - 12), before=words[:1])
        else:
            self._line(signs, (12, 8, width - 12, 0.56 * height))
            self._line(latin, (0.5 * width, 0.62 * height, width - 14, height - 10))
            self._word(words[0], (10, 0.6 * height, 0.46 * width, 0.8 * height))
            self._word(words[1], (10, 0.8 * height, 0.46 * width, height - 6))
        return self._done(signs, words)

    def divided(self) -> DrawnPlate:
        """Draw digits over country and governorate, as before 2001 and in the Kurdistan Region."""
        random = self._random
        signs = self._arabic_digits(self._digits(random.choice((4, 5, 5, 6, 6))))
        word = random.choice(GOVERNORATES).arabic
        self._begin(_SHORT)
        width, height = _SHORT
        cut = random.uniform(0.56, 0.66) * height
        self._line(signs, (14, 8, width - 14, cut - 4))
        self._draw.line((0, cut, width, cut), fill=self._ink, width=3)
        self._draw.line((width / 2, cut, width / 2, height), fill=self._ink, width=3)
        self._word(word, (12, cut + 6, 0.48 * width, height - 8))
        self._word(_COUNTRY, (0.52 * width, cut + 6, width - 12, height - 8), known=False)
        return self._done(signs, (word,))

    def beside(self) -> DrawnPlate:
        """Draw country over governorate at the left, digits beside them."""
        random = self._random
        signs = self._arabic_digits(self._digits(random.choice((4, 5, 5, 6))))
        word = random.choice(GOVERNORATES).arabic
        self._begin(_LONG)
        width, height = _LONG
        block = random.uniform(0.2, 0.28) * width
        self._block((8, 8, block, height - 8), (_COUNTRY, word))
        self._line(signs, (block + 10, 14, width - 12, height - 12), before=(word,))
        return self._done(signs, (word,))

    def _begin(self, size: tuple[int, int]) -> None:
        self._image = Image.new("RGB", size, self._ground)
        self._draw = ImageDraw.Draw(self._image)
        if self._random.random() < 0.7:
            self._draw.rounded_rectangle(
                (1, 1, size[0] - 2, size[1] - 2), 8, outline=self._ink, width=3
            )

    def _done(self, number: str, words: tuple[str, ...] = ()) -> DrawnPlate:
        return DrawnPlate(
            rgb=np.asarray(self._image, np.uint8), lines=tuple(self._lines),
            number=number, words=words,
        )  # fmt: skip

    def _digits(self, count: int) -> str:
        return self._random.choice("123456789") + "".join(
            self._random.choices("0123456789", k=count - 1)
        )

    def _arabic_digits(self, digits: str) -> str:
        return "".join(ARABIC_DIGITS[int(digit)] for digit in digits)

    def _line(self, signs: str, room: Rect, *, before: tuple[str, ...] = ()) -> None:
        """Draw signs one by one into a room, evenly spaced.

        Args:
            before: words that stand to the left on the same line, already drawn.
        """
        glyphs = [_glyph(sign, self._font_of(sign)) for sign in signs]
        left, top, right, bottom = room
        tallest = max(box[3] - box[1] for _, _, box in glyphs)
        highest = min(box[1] for _, _, box in glyphs)
        lowest = max(box[3] for _, _, box in glyphs)
        tallest = max(tallest, lowest - highest)
        gap = self._random.uniform(0.08, 0.35) * tallest
        total = sum(box[2] - box[0] for _, _, box in glyphs) + gap * (len(glyphs) - 1)
        up = (bottom - top) / tallest
        across = min(up * self._random.uniform(0.8, 1.35), (right - left) / total)
        up = min(up, across * 1.6)
        x = left + self._random.uniform(0, max(0.0, right - left - total * across))
        base = top + self._random.uniform(0, max(0.0, bottom - top - tallest * up)) - highest * up
        start = x
        for _, mask, box in glyphs:
            wide, high = round((box[2] - box[0]) * across), round((box[3] - box[1]) * up)
            stamp = mask.resize((max(1, wide), max(1, high)), Image.Resampling.BILINEAR)
            self._image.paste(self._ink, (round(x), round(base + box[1] * up)), stamp)
            x += (box[2] - box[0] + gap) * across
        end = x - gap * across
        box = (start, base + highest * up, end, base + lowest * up)
        self._lines.append(DrawnLine(box=box, signs=tuple(signs)))
        if before:
            self._lines.append(DrawnLine(box=(6, top, end, bottom), signs=(*before, *signs)))

    def _block(self, room: Rect, words: Sequence[str]) -> None:
        left, top, right, bottom = room
        middle = (top + bottom) / 2
        for word, span in zip(words, ((top, middle - 2), (middle + 2, bottom)), strict=True):
            self._word(word, (left, span[0], right, span[1]), known=word != _COUNTRY)

    def _word(self, word: str, room: Rect, *, known: bool = True, latin: bool = False) -> None:
        """Draw a word as large as the room allows; unknown ones are no lines to be read."""
        _, mask, box = _glyph(word, self._latin if latin else self._arabic)
        left, top, right, bottom = room
        scale = min((right - left) / (box[2] - box[0]), (bottom - top) / (box[3] - box[1]))
        size = (max(1, round(mask.width * scale)), max(1, round(mask.height * scale)))
        x, y = (left + right - size[0]) / 2, (top + bottom - size[1]) / 2
        stamp = mask.resize(size, Image.Resampling.BILINEAR)
        self._image.paste(self._ink, (round(x), round(y)), stamp)
        if not latin:
            signs = (word,) if known else ()
            self._lines.append(DrawnLine(box=(x, y, x + size[0], y + size[1]), signs=signs))

    def _font_of(self, sign: str) -> Path:
        return self._latin if sign.isascii() else self._arabic


def _chosen(random: Random, files: Sequence[Path]) -> Path:
    """Return a font, each family as likely as another, however many weights it has."""
    family = random.choice(sorted({path.name.split("-")[0] for path in files}))
    return random.choice([path for path in files if path.name.split("-")[0] == family])


def draw_other(random: Random, fonts: PlateFonts) -> DrawnPlate:
    """Return writing that is on no plate, with no lines' signs: words, names, scratches."""
    pen = _Pen(random, fonts)
    pen._begin((round(random.uniform(150, 500)), 100))
    width = pen._image.width
    latin = random.random() < 0.3
    word = "".join(random.choices("abcdefghilmnoprstuADMVX -", k=random.randint(3, 9)))
    pen._word(
        (word.strip() or "go") if latin else random.choice(_OTHER_WORDS),
        (10, 10, width - 10, 90), known=False, latin=latin,
    )  # fmt: skip
    plate = pen._done("")
    return DrawnPlate(
        rgb=plate.rgb, lines=(DrawnLine(box=(10, 10, width - 10, 90), signs=()),), number=""
    )


@cache
def _glyph(text: str, font: Path) -> tuple[str, Image.Image, tuple[float, float, float, float]]:
    """Return a mask of the text's ink, and its box in a frame shared by all signs of the font."""
    drawn = "هـ" if text == "ه" else text
    face = ImageFont.truetype(str(font), 120)
    way = "rtl" if not drawn[0].isascii() and not drawn.isdigit() else "ltr"
    left, top, right, bottom = face.getbbox(drawn, anchor="ls", direction=way)
    mask = Image.new("L", (max(1, round(right - left)), max(1, round(bottom - top))), 0)
    ImageDraw.Draw(mask).text((-left, -top), drawn, fill=255, font=face, anchor="ls", direction=way)
    return text, mask, (left, top, right, bottom)


@cache
def _draws_arabic(font: Path) -> bool:
    """Return whether a font has glyphs of its own for all signs and letters."""
    try:
        face = ImageFont.truetype(str(font), 24)
    except OSError:
        return False
    missing = bytes(face.getmask("\uffff"))
    drawn = [bytes(face.getmask(sign)) for sign in (*ARABIC_DIGITS, *LETTERS)]
    return missing not in drawn and len(set(drawn)) > 20
