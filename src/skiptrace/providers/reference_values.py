"""Reading one cell of a reference file: dates, digits, letters, the sound of a word, the place in an address.

Every function is total: a cell that cannot be read gives an empty value, never an exception.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from skiptrace.model import Name, PartialDate

_NOT_LETTERS = re.compile(r"[^A-Z]+")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_WORDS = re.compile(r"[A-Z0-9]+")
_REPEATS = re.compile(r"([0-6])\1+")
_WHOLE_FLOAT = re.compile(r"^(\d+)\.0+$")
_ZIP = re.compile(r"([0-9]{3,5})(?:[- ]?([0-9]{4}))?")
_DATE_PARTS = re.compile(r"^\s*(\d{1,4})(?:[-/.](\d{1,4}))?(?:[-/.](\d{1,4}))?(?:[T ].*)?$")
_PO_BOX = re.compile(r"\bP(?:OST)?\W*O(?:FFICE)?\W*B(?:OX)?\W*(\d+)")
_HOUSE = re.compile(r"^\W*(\d+)")

# Russell and Odell's consonant groups (US patent 1,261,167); vowels, H, W and Y carry no sound of their own.
_SOUNDS = str.maketrans("AEIOUHWYBFPVCGJKQSXZDTLMNR", "00000000111122222222334556")

_GENERATIONS = frozenset(("JR", "SR", "II", "III", "IV"))
_UNIT_MARKS = "APT APARTMENT UNIT STE SUITE LOT FL FLOOR RM ROOM TRLR TRAILER BLDG SPC"
_DIRECTIONS = "N S E W NE NW SE SW NORTH SOUTH EAST WEST NORTHEAST NORTHWEST SOUTHEAST SOUTHWEST"
_SUFFIXES = (
    "ST STREET AVE AVENUE AV RD ROAD DR DRIVE LN LANE CT COURT BLVD BOULEVARD WAY WY PL PLACE CIR CIRCLE TER TERRACE "
    "TRL TRAIL PKWY PARKWAY HWY HIGHWAY SQ SQUARE LOOP RUN CV COVE PT POINT XING CROSSING PIKE ALY ALLEY"
)
_UNIT_WORDS = frozenset(_UNIT_MARKS.split())
_STREET_NOISE = frozenset(f"{_DIRECTIONS} {_SUFFIXES}".split())


_REMEMBERED = lru_cache(maxsize=1 << 17)
"""Files repeat their names, streets and dates; reading each once is what makes building quick."""


def letters(text: str) -> str:
    """Upper-case A-Z of a text; accents folded, everything else dropped."""
    text = _plain(text)
    return text if text.isalpha() else _NOT_LETTERS.sub("", text)


def digits(text: str) -> str:
    """The digits of a text; a whole number that a spreadsheet wrote as ``7044.0`` loses its decimals."""
    if text.isascii() and text.isdigit():
        return text
    return _NOT_DIGITS.sub("", _WHOLE_FLOAT.sub(r"\1", text.strip()))


@_REMEMBERED
def sound(word: str) -> str:
    """How a word of A-Z sounds: its first letter's consonant group and up to four more, Soundex-like.

    Unlike Soundex the first letter is coded too, so that Katherine and Catherine are one sound.
    """
    coded = _REPEATS.sub(r"\1", word.translate(_SOUNDS))
    return coded[:1] + coded[1:].replace("0", "")[:4]


def phone(text: str) -> str:
    """Ten digits of a US number, without the country's 1 and an extension; empty when there are fewer."""
    found = digits(text)
    if len(found) > 10:
        found = found.removeprefix("1")
    return found[:10] if len(found) >= 10 else ""


def zip5(text: str) -> str:
    """Five digits of a ZIP or ZIP+4; leading zeros lost by a spreadsheet come back. Empty when it is neither."""
    return zip_code(text)[:5]


@_REMEMBERED
def zip_code(text: str) -> str:
    """Five digits of a ZIP or nine of a ZIP+4; empty when it is neither."""
    found = _ZIP.fullmatch(_WHOLE_FLOAT.sub(r"\1", text.strip()))
    return found[1].zfill(5) + (found[2] or "") if found else ""


def ssn4(text: str) -> str:
    """The last four digits of a whole or partial SSN, zeros lost by a spreadsheet restored; empty when it is none."""
    found = digits(text)
    return found[-4:].zfill(4) if 2 <= len(found) <= 9 and int(found[-4:]) else ""


@_REMEMBERED
def partial_date(text: str) -> PartialDate | None:
    """Read ISO, compact, US (month first) and year-only dates; None when it is none.

    A month above 12 with a day up to 12 can only be the two transposed and is read so. A month or day that stays
    impossible is left out, and so is a year outside 1800-2200.
    """
    text = text.strip().removesuffix(".0")
    if len(text) == 8 and text.isascii() and text.isdigit():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    found = _DATE_PARTS.match(text)
    if found is None:
        return None
    first, second, third = (int(part) if part else 0 for part in found.groups())
    if len(found[1]) == 4:
        return _possible(first, second, third)
    if len(found[3] or "") == 4:
        return _possible(third, first, second)
    if len(found[2] or "") == 4 and not third:
        return _possible(second, first, 0)
    return None


def place(line: str) -> tuple[str, str]:
    """House number and street core of a delivery line, or ``("PO", box)``. Directions, suffixes and units go."""
    line = _plain(line)
    box = _PO_BOX.search(line) if "BOX" in line or "P" in line[:12] else None
    if box:
        return "PO", box[1]
    house = _HOUSE.match(line)
    return (house[1] if house else ""), _street_core(line[house.end() :] if house else line)


@_REMEMBERED
def _street_core(street: str) -> str:
    words = _WORDS.findall(street.partition("#")[0])
    unit = next((i for i, word in enumerate(words) if i and word in _UNIT_WORDS), len(words))
    words = words[:unit]
    return "".join(word for word in words if word not in _STREET_NOISE) or "".join(words)


def full_name(text: str) -> Name:
    """Split a whole name written ``Last, First Middle`` or ``First Middle Last``, with or without a generation."""
    last, comma, given = text.strip().partition(",")
    words = (given if comma else last).split()
    suffix = words.pop() if len(words) > 1 and letters(words[-1]) in _GENERATIONS else ""
    surname = last.strip() if comma else "".join(words[-1:])
    words = words if comma else words[:-1]
    return Name(words[0] if words else "", " ".join(words[1:]), surname, suffix)


def _plain(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return text.upper()


def _possible(year: int, month: int, day: int) -> PartialDate | None:
    if month > 12 and 1 <= day <= 12:
        month, day = day, month
    if not 1 <= month <= 12:
        month = day = 0
    for parts in ((year, month, day), (year, month), (year,)):
        try:
            return PartialDate(*parts)
        except ValueError:
            continue
    return None
