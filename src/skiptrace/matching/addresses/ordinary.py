"""Ordinary addresses: a number, words that name nothing but the street, perhaps an apartment and a last line.

Most addresses are such, and need none of what the other modules put right; all others are left to them.
"""

from __future__ import annotations

import re

from skiptrace.matching.addresses.boxes import BOX_WORDS, POST_OFFICES
from skiptrace.matching.addresses.cleaning import GLUED_WORDS, INNER_DOT
from skiptrace.matching.addresses.corners import JOINERS
from skiptrace.matching.addresses.lastline import COUNTRY_ENDS, NAMES_OF_STATES, shorter_known, take_last_line
from skiptrace.matching.addresses.places import LastLine
from skiptrace.matching.addresses.repairs import MENDED, ends_road
from skiptrace.matching.addresses.streets import Street, parse_street
from skiptrace.matching.addresses.tables import STATES, UNITS
from skiptrace.matching.addresses.units import Units, identifier
from skiptrace.matching.addresses.zip_codes import AMBIGUOUS_CODES

_ORDINARY = re.compile(
    r"([0-9]+)((?: (?:[A-Z]+|[0-9]{1,3}(?:ST|ND|RD|TH)))+)"
    r"(?:,? (APT |APARTMENT |STE |SUITE |# ?)([0-9]{1,4}[A-EGHJKMNPR]?))?"
    r"(?:, (?!JR)([A-Z]+(?: [A-Z]+)*)(,?) ([A-Z]{2}) ([0-9]{5}))?"
)
# Words that stand for more than themselves, within a street and within a city.
_TELLING = UNITS.keys() | BOX_WORDS | POST_OFFICES | JOINERS | MENDED | GLUED_WORDS | {"URB"}
_OF_LAST_LINES = NAMES_OF_STATES | COUNTRY_ENDS
_NO_CITY = POST_OFFICES | GLUED_WORDS | UNITS.keys() | {"COUNTY", "PARISH", "BOROUGH"}
_STATES = STATES.keys() - {"PR"}
_ZIP_DIGITS = 5
_NEARLY_DIGITS = "OILSB"  # with which a damaged ZIP code may be written


def read_ordinary(text: str) -> tuple[Street, Units, LastLine] | None:
    """The parts of an ordinary address; None for any other text."""
    if not (text.isascii() and text.isprintable()):
        return None
    if "." in text and not INNER_DOT.search(text):
        text = text.replace(".", "")
    match = _ORDINARY.fullmatch(" ".join(text.upper().split()))
    if match is None:
        return None
    number, street, designator, unit, city, comma, state, zip5 = match.groups("")
    designator, words = designator.rstrip(), [number, *street.split()]
    if not _TELLING.isdisjoint(words) or len(set(words)) < len(words) or (designator == "#" and ends_road(words)):
        return None
    line = LastLine(city, state, zip5) if city else LastLine()
    if not (_ends_in(line, words, comma) if city else _is_line_alone([*words, designator, unit] if unit else words)):
        return None
    parts = parse_street(words)
    return None if parts.leftover else (parts, [(UNITS[designator], identifier(unit))] if unit else [], line)


def _ends_in(line: LastLine, words: list[str], comma: str) -> bool:
    """Whether the last line has a state, and a city which is no other thing and stands nowhere else."""
    city = line.city.split()
    return (
        line.state in _STATES
        and (comma != "" or line.state not in AMBIGUOUS_CODES)
        and _NO_CITY.isdisjoint(city)
        and city[-1] not in words
        and (len(city) == 1 or not shorter_known(city, line))
    )


def _is_line_alone(tokens: list[str]) -> bool:
    """Whether no word and no number belongs to a last line."""
    if not tokens[-1].strip(_NEARLY_DIGITS):
        return False
    if _OF_LAST_LINES.isdisjoint(tokens) and len(tokens[0]) < _ZIP_DIGITS:
        return True
    rest = list(tokens)
    line = take_last_line(rest)  # of 12 ELM CT and 406 NE 8TH AVE there is none
    return line.is_empty and not line.notes and rest == tokens
