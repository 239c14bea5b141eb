"""A second opinion on two addresses: word for word, whatever part each word was read as.

Where the parts of one side were read wrongly (a city as words of the street, a unit as a note) two writings of one
delivery point do not compare as the same. Here the words of both are brought to one spelling, and must account for
each other in the order written. State, ZIP code and units may stand anywhere, a unit's designator or the city of the
ZIP code may be missing on one side; nothing else may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from skiptrace.matching.addresses.comparing_units import compare_unit
from skiptrace.matching.addresses.lastline import drop_country
from skiptrace.matching.addresses.tables import (
    CARDINALS,
    CITY_ALIASES,
    DIRECTIONS,
    NAME_WORDS,
    ORDINALS,
    PLAIN_SUFFIXES,
    STATE_CODES,
    STATE_NAMES,
    SUFFIXES,
    UNITS,
)
from skiptrace.matching.addresses.units import floor_number, identifier
from skiptrace.matching.addresses.values import ParsedAddress
from skiptrace.matching.tables import word_set
from skiptrace.matching.zips import find_zip

_NTH = re.compile(r"0*(\d+)(?:ST|ND|RD|TH)$")
_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?$")
_RUN = re.compile(r"\d+|[A-Z]+")
_IDENTIFIER = re.compile(r"(?=.*\d)[A-Z0-9\-/]+$|[A-Z]$")
_FILLERS = frozenset({"NO", "NUMBER", "NUM", "#"})
# A number behind one of these belongs to it and is no unit.
_NUMBERED = word_set("""
    HWY RTE ROUTE RT FM RM CR SR LOOP SPUR CALLE CLL US STATE COUNTY CO I IH BOX BX RR HC PSC CMR KM
""")
_BEFORE_NUMBERS = _NUMBERED | (UNITS.keys() - STATE_CODES)
_ROOMS = frozenset({"APT", "UNIT", "#", "STE"})
_ANY_ROOM = frozenset({"UNIT", "#"})
_LAST_WORDS = 6  # in which a ZIP code may stand
_CITY_WORDS = 4

Words = tuple[str, ...]
Units = tuple[tuple[str, str], ...]


class _Written(NamedTuple):
    """An address in words: the delivery line with its city, and what was taken out of it.

    ``numbers`` are all its numbers but for the ZIP code, sorted. ``glued`` are the words without spaces, and
    ``without_city`` every way to read them so without the city that the ZIP code stands for.
    """

    words: Words
    units: Units
    state: str
    zip5: str
    numbers: Words
    glued: Words
    without_city: frozenset[Words]


def are_written_alike(a: ParsedAddress, b: ParsedAddress) -> bool:
    """Whether the words of both addresses account for each other, so that both can only be one delivery point."""
    zip5 = a.zip5 or b.zip5
    x, y = _read(a.written, zip5), _read(b.written, zip5)
    if x.numbers != y.numbers or x.state != y.state or (x.zip5 != y.zip5 and x.zip5 and y.zip5):
        return False
    if not zip5 and not (a.city or b.city):
        return False
    if len(x.units) == len(y.units):
        is_alike = x.glued == y.glued or not x.without_city.isdisjoint(y.without_city)
        is_alike = is_alike and all(compare_unit(p, q) == "same" for p, q in zip(x.units, y.units, strict=True))
    else:
        is_alike = _names_bare_unit(x, y) if x.units else _names_bare_unit(y, x)
    return is_alike and bool(x.numbers) and not (_notes_beside(a) and _notes_beside(b))


def _notes_beside(address: ParsedAddress) -> bool:
    """Whether something stood in brackets, which is not among the words."""
    return any(note.isupper() and note not in address.written for note in address.notes)


@lru_cache(maxsize=16_384)
def _read(written: str, other_zip5: str) -> _Written:
    words = [word for word in written.split() if word != ","]
    drop_country(words)
    zip5, words, after = _take_zip(words)
    area = find_zip(zip5)
    state, rest = _take_state(words)
    if area and state != area.state:
        state, rest = area.state, words
        other, left = _take_state(after)
        after = left if other == state else after
    line: list[str] = []
    units: list[tuple[str, str]] = []
    words, at = [*rest, *after], 0
    while at < len(words):
        taken, unit = _unit_at(words, at)
        if unit:
            units.append(unit)
        elif not taken:
            line += _canonical_at(words, at)
        at += taken or 1
    named = _without_repeats(units)
    numbers = sorted(filter(str.isdigit, (*line, *_numbers_of(named))))
    cities = _without_city(line, zip5 or other_zip5)
    if zip5 and line and line[-1] not in DIRECTIONS:
        cities.append(_glued(line))  # a ZIP code without its city
    return _Written(tuple(line), named, state, zip5, tuple(numbers), _glued(line), frozenset(cities))


def _take_zip(words: list[str]) -> tuple[str, list[str], list[str]]:
    """The ZIP code, what stands before it, and what stands behind it and its last four digits."""
    for at in range(len(words) - 1, max(len(words) - _LAST_WORDS, 1), -1):
        match = _ZIP.match(words[at])
        if match and find_zip(match[1]) and words[at - 1] not in _BEFORE_NUMBERS:
            end = at + 1 + (at + 1 < len(words) and len(words[at + 1]) == 4 and words[at + 1].isdigit())
            return match[1], words[:at], words[end:]
    return "", words, []


def _take_state(words: list[str]) -> tuple[str, list[str]]:
    for size in (3, 2, 1):
        code = STATE_NAMES.get(tuple(words[-size:]), "")
        if code and len(words) >= size:
            return code, words[:-size]
    return (words[-1], words[:-1]) if words and words[-1] in STATE_CODES else ("", words)


def _unit_at(words: list[str], at: int) -> tuple[int, tuple[str, str] | None]:
    """The number of words that make a unit here, and the unit; (1, None) for a sign that means nothing."""
    following = words[at + 1] if at + 1 < len(words) else ""
    if UNITS.get(following) == "FL" and (floor := floor_number(words[at])):
        return 2, ("FL", floor)
    designator = UNITS.get(words[at])
    if designator is None:
        return int(words[at] in _FILLERS and following[:1].isdigit()), None
    skip = 1
    while at + skip < len(words) and words[at + skip] in _FILLERS:
        skip += 1
    word = words[at + skip] if at + skip < len(words) else ""
    if designator == "FL" and _NTH.match(word):
        return skip + 1, ("FL", floor_number(word))
    is_last = at + skip + 1 == len(words)
    if _IDENTIFIER.match(word) and not _NTH.match(word) and (word not in DIRECTIONS or is_last):
        return skip + 1, (designator, identifier(word))
    return int(designator == "#"), None


def _without_repeats(units: list[tuple[str, str]]) -> Units:
    """APT 4 UNIT 4 is one unit."""
    named = {number for designator, number in units if designator not in _ANY_ROOM}
    kept = [unit for unit in units if unit[0] not in _ANY_ROOM or unit[1] not in named]
    return tuple(sorted(dict.fromkeys(kept), key=lambda unit: unit[1]))


def _canonical_at(words: list[str], at: int) -> list[str]:
    """One word of a line; NORTH ST is not N ST, which may be the street of that letter."""
    word = words[at]
    is_name = word in DIRECTIONS and at > 0 and words[at - 1][0].isdigit()
    if is_name and at + 1 < len(words) and SUFFIXES.get(words[at + 1]) in PLAIN_SUFFIXES:
        return [word]
    return _canonical(word)


def _canonical(word: str) -> list[str]:
    if not word.isalpha():
        if nth := _NTH.match(word):
            return [nth[1]]
        runs = _RUN.findall(word)  # 28W155, 28W 155; B-12, B12
        return [run.lstrip("0") or "0" if run.isdigit() else run for run in runs]
    number = ORDINALS.get(word) or CARDINALS.get(word)
    if number:
        return [str(number)]
    if word in DIRECTIONS and word not in _FILLERS:
        return [DIRECTIONS[word]]
    short = NAME_WORDS.get(word, word)
    return [SUFFIXES.get(short, short)]


def _without_city(line: Sequence[str], zip5: str) -> list[Words]:
    cities = _cities(zip5)
    sizes = range(1, min(_CITY_WORDS, len(line) - 2) + 1)
    return [
        _glued(line[:-size]) for size in sizes if "".join(line[-size:]) in cities and not _may_be_street(line, size)
    ]


def _may_be_street(words: Sequence[str], size: int) -> bool:
    """Whether a directional stands where the city begins: 12 ELM ST E, HAZEL CREST and 12 ELM ST, EAST HAZEL CREST."""
    return words[-size] in DIRECTIONS or words[-size - 1] in DIRECTIONS


@lru_cache(maxsize=4_096)
def _cities(zip5: str) -> frozenset[str]:
    """The names in use for a ZIP code, each as one canonical word."""
    area = find_zip(zip5)
    names = area.cities if area else ()
    aliases = [alias for alias, city in CITY_ALIASES.items() if city in names]
    return frozenset(
        "".join(part for word in name.replace("-", " ").split() for part in _canonical(word))
        for name in (*names, *aliases)
    )


def _names_bare_unit(named: _Written, bare: _Written) -> bool:
    """Whether the words are the same once the number of a unit stands without its designator, as on the other side."""
    if bare.units or any(designator not in _ROOMS for designator, _ in named.units):
        return False
    words, numbers = named.words, _numbers_of(named.units)
    if not set(numbers) <= set(bare.words):
        return False
    return any(
        _glued((*words[:at], *numbers, *words[at:])) == bare.glued
        for at in range(2, len(words) + 1)
        if words[at - 1] not in _NUMBERED and (at == len(words) or (words[at].isalpha() and len(words[at]) > 1))
    )


def _numbers_of(units: Iterable[tuple[str, str]]) -> Words:
    return tuple(part for _, number in units for part in _canonical(number))


def _glued(words: Sequence[str]) -> Words:
    """Words that follow each other as one, LA PLACE and LAPLACE; letters and numbers stay by themselves."""
    found: list[str] = []
    is_open = False
    for word in words:
        stands_alone = len(word) == 1 or word.isdigit()
        if is_open and not stands_alone:
            found[-1] += word
        else:
            found.append(word)
        is_open = not stands_alone
    return tuple(found)
