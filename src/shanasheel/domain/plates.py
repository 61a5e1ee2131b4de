"""How Iraqi number plates are made up: formats, governorates, letters, categories.

Facts and sources: docs/design/describing.md. What is on a plate is held as `signs` in the order in
which they stand on it from left to right: digits, one series letter, whole Arabic words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
_PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"  # what Kurdish and Persian keyboards type

#: Series letters of the bilingual plates, with the Latin letter that stands beside each.
LETTERS = {
    "ا": "A", "ب": "B", "ج": "J", "د": "D", "ر": "R", "س": "S", "ط": "T", "ف": "F", "ك": "K",
    "م": "M", "ن": "N", "ه": "H", "ى": "E", "ق": "Q", "ل": "L", "و": "W", "ز": "Z",
}  # fmt: skip

#: What vehicles are registered for, as written on plates before 2024.
CATEGORIES = {
    "خصوصي": "private", "أجرة": "hire", "حمل": "goods", "حكومية": "government",
    "زراعي": "agricultural", "مؤقت": "temporary", "فحص": "inspection",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Governorate:
    """One of the nineteen, with the number it has on plates since 2022.

    Args:
        kurdistan: in the Kurdistan Region, whose plates carry KR beside IRQ.
    """

    code: str
    arabic: str
    english: str
    kurdistan: bool = False


GOVERNORATES = tuple(
    Governorate(code=str(code), arabic=arabic, english=english, kurdistan=21 <= code <= 24)
    for code, (arabic, english) in enumerate(
        (
            ("بغداد", "Baghdad"), ("نينوى", "Nineveh"), ("ميسان", "Maysan"), ("البصرة", "Basra"),
            ("الأنبار", "Anbar"), ("القادسية", "Qadisiyyah"), ("المثنى", "Muthanna"),
            ("بابل", "Babil"), ("كربلاء", "Karbala"), ("ديالى", "Diyala"),
            ("السليمانية", "Sulaymaniyah"), ("أربيل", "Erbil"), ("حلبجة", "Halabja"),
            ("دهوك", "Duhok"), ("كركوك", "Kirkuk"), ("صلاح الدين", "Saladin"),
            ("ذي قار", "Dhi Qar"), ("النجف", "Najaf"), ("واسط", "Wasit"),
        ),
        start=11,
    )
)  # fmt: skip
_BY_WORD = {each.arabic: each for each in GOVERNORATES}
_BY_CODE = {each.code: each for each in GOVERNORATES}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateFormat:
    """One generation of plates.

    Args:
        pattern: of the signs without words, from left to right.
    """

    name: str
    pattern: re.Pattern[str]


_DIGIT, _LETTER = f"[{ARABIC_DIGITS}]", f"[{''.join(LETTERS)}]"
UNIFIED = PlateFormat(  # Kurdistan Region since 2022, everywhere since 2024
    name="iq-unified",
    pattern=re.compile(r"(2[1-4][A-Z][0-9]{5}|(1[1-9]|20|2[5-9])[A-Z][0-9]{1,5})"),
)
BILINGUAL = PlateFormat(  # 2008 (others: 2010) to 2024
    name="iq-bilingual",
    pattern=re.compile(f"({_DIGIT}{{1,5}}{_LETTER}|{_LETTER}{_DIGIT}{{1,5}})"),
)
NUMBERED = PlateFormat(  # before, in the Kurdistan Region until 2022; two digits would be anything
    name="iq-numbered", pattern=re.compile(f"{_DIGIT}{{3,6}}")
)
FORMATS = (UNIFIED, BILINGUAL, NUMBERED)

_FOLDED = str.maketrans(
    ARABIC_DIGITS + _PERSIAN_DIGITS + "".join(LETTERS) + "أإآي",
    "0123456789" * 2 + "".join(LETTERS.values()) + "AAAE",
)
_PLAIN = re.compile(r"[^A-Z0-9]")


def fold(text: str) -> str:
    """Return plate text as it is compared and searched: Latin capitals and digits alone.

    Arabic letters become the Latin ones that stand beside them on bilingual plates, in logical
    order. Words (governorate, category) must be taken out before.

    >>> fold("ب ١٢٣٤٥"), fold("22 a 70634")
    ('B12345', '22A70634')
    """
    return _PLAIN.sub("", in_latin(text).upper())


def in_latin(text: str) -> str:
    """Return text with Arabic digits and plate letters in Latin, all else as it is.

    >>> in_latin("ب ١٢٣*")
    'B 123*'
    """
    return text.translate(_FOLDED)


def format_of(signs: str) -> str:
    """Return the name of the format that the signs (without words) follow, or nothing.

    >>> format_of("14A70634"), format_of("٤٨٢١ب"), format_of("30A70634")
    ('iq-unified', 'iq-bilingual', '')
    """
    return next((each.name for each in FORMATS if each.pattern.fullmatch(signs)), "")


def governorate_of(signs: str, words: tuple[str, ...] = ()) -> Governorate | None:
    """Return the governorate that a word names, or the number of a unified plate.

    >>> governorate_of("14A70634").english
    'Basra'
    """
    named = next((_BY_WORD[word] for word in words if word in _BY_WORD), None)
    if named is None and UNIFIED.pattern.fullmatch(signs):
        return _BY_CODE[signs[:2]]
    return named
