"""Texts as the columns keep them: capital ASCII, one spelling for what Publication 28 writes in several ways."""

from __future__ import annotations

import re
from functools import lru_cache

from skiptrace.matching.addresses.tables import DIRECTIONS, SUFFIXES
from skiptrace.matching.names.vocabulary import GENERATIONS
from skiptrace.matching.text import ascii_upper

_NOT_IN_NAMES = re.compile(r"[^A-Z -]+")
_NOT_IN_LINES = re.compile(r"[^A-Z0-9]+")
_NOT_DIGITS = re.compile(r"[^0-9]+")
NO_NAME = frozenset(
    (
        "NO LAST NAME",
        "NO FIRST NAME",
        "NO NAME",
        "LAST NAME",
        "FIRST NAME",
        "UNKNOWN",
        "UNK",
        "NONE",
        "NULL",
        "NA",
        "XXX",
    )
)
_WORDS = DIRECTIONS | SUFFIXES


def name_part(text: str) -> str:
    """Given name, middle name or surname: letters only, hyphens as spaces; fillers such as NO LAST NAME are empty."""
    if text.isascii() and text.isalpha():
        name = text.upper()
    else:
        name = " ".join(_NOT_IN_NAMES.sub("", ascii_upper(text)).replace("-", " ").split())
    return "" if name in NO_NAME else name


def generation(text: str) -> str:
    """JR, SR, II, III, IV, V, or empty."""
    return GENERATIONS.get(_NOT_IN_LINES.sub("", ascii_upper(text)), "") if text else ""


def line(text: str) -> str:
    """House number, unit, city or state: capital letters and digits, single spaces."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return " ".join(_NOT_IN_LINES.sub(" ", ascii_upper(text)).split())


@lru_cache(maxsize=65_536)
def street(text: str) -> str:
    """Street name with direction and suffix, each word in its Publication 28 abbreviation."""
    return " ".join(map(street_word, line(text).split()))


def street_word(word: str) -> str:
    """One word of a street name in its Publication 28 abbreviation."""
    return _WORDS.get(word, word)


def zip5(text: str) -> str:
    return (text if text.isdecimal() and text.isascii() else _NOT_DIGITS.sub("", text))[:5]


def phone_digits(text: str) -> int:
    """The ten national digits as a number; 0 when there are fewer."""
    digits = text if text.isdecimal() and text.isascii() else _NOT_DIGITS.sub("", text)
    digits = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return int(digits) if len(digits) == 10 else 0


def last_four(text: str) -> int:
    """Last four of an SSN as a number; -1 when missing or not stated (0000)."""
    digits = text if text.isdecimal() and text.isascii() else _NOT_DIGITS.sub("", text)
    digits = digits[-4:]
    return int(digits) if len(digits) == 4 and digits != "0000" else -1


def date_parts(text: str) -> tuple[int, int, int]:
    """Year, month and day of YYYY[-MM[-DD]] or YYYYMMDD; a part that is missing or impossible is 0.

    A month that can only be a day changes places with it: 1999-29-08 is the 29th of August.
    """
    text = text[:10]
    digits = text if text.isdecimal() and text.isascii() else _NOT_DIGITS.sub("", text)
    year = int(digits[:4]) if len(digits) >= 4 else 0
    month = int(digits[4:6]) if len(digits) >= 6 else 0
    day = int(digits[6:8]) if len(digits) == 8 else 0
    if month > 12 and 1 <= day <= 12:
        month, day = day, month
    if not 1850 <= year <= 2100:
        return 0, 0, 0
    return year, month if month <= 12 else 0, day if day <= 31 else 0
