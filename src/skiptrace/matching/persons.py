"""One person of a case as the columns keep people: every text parsed and in one spelling, times in years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from math import isnan

from skiptrace.matching import spelling
from skiptrace.matching.addresses import ParsedAddress, parse_address
from skiptrace.matching.columns import LANDLINE, MOBILE, OTHER_LINE
from skiptrace.matching.names import ParsedName, parse_name_parts
from skiptrace.matching.names.vocabulary import BUSINESS, CREDENTIALS, GENERATIONS, ONLY_IN_SURNAME, TITLES
from skiptrace.matching.phones import parse_phone
from skiptrace.model import Address, Ground, LineType, Name, PartialDate, Personal, SourceRecord, Subject

_KINDS = {LineType.UNKNOWN: 0, LineType.MOBILE: MOBILE, LineType.LANDLINE: LANDLINE}
_SPECIAL_WORDS = TITLES | CREDENTIALS | BUSINESS | ONLY_IN_SURNAME | frozenset(GENERATIONS) | {"ESTATE", "DECEASED"}
_NEVER = float("nan")
_NO_GROUND = Ground("", "")

Person = Subject | SourceRecord
Reading = tuple[str, str, str, str]
"""Given name, middle name, surname and suffix."""
Home = tuple[str, str, str, str, str, str, str]
"""Number, street, unit, box, city, state and ZIP code."""
Found = tuple[bytes, float, float]
"""Levels of every comparison, and how rare the given names and the surnames are in which two persons agree."""


@dataclass(slots=True, eq=False, repr=False)
class ReadPerson(Personal):
    """A person's fields; missing texts are empty, numbers 0, times NaN.

    ``seen`` are the years of the first and the last sighting of each home before (negative) or after the day judged,
    ``came`` the earliest and ``left`` the latest of them, ``lines`` the homes as Publication 28 writes them. ``phones``
    are number, kind of line and year of the last sighting, ``numbers`` those that are phones. ``relatives`` are full
    names. ``keys`` are what ties a person to others, told apart by their types: a full birth date, an SSN4, phones.
    ``source`` is the upstream of a record, or its provider, and
    ``ground`` the record as a reason to believe what it shows; a subject has neither. Nobody changes one; to freeze it
    would take a fifth of the time of reading it.
    """

    as_of: date
    names: tuple[Reading, ...]
    born: tuple[int, int, int]
    ssn4: int
    homes: tuple[Home, ...]
    lines: tuple[str, ...]
    seen: tuple[tuple[float, float], ...]
    came: float
    left: float
    phones: tuple[tuple[int, int, float], ...]
    numbers: frozenset[int]
    relatives: frozenset[str]
    keys: tuple[object, ...]
    source: str
    ground: Ground
    identified: object = None
    """With a subject: who was who when its case was last judged."""


def read_person(person: Person, as_of: date) -> ReadPerson:
    """Read a person once: a case is judged after every answer, and most of its records were there before."""
    known = getattr(person, "memory", None)
    if not isinstance(known, ReadPerson) or known.as_of != as_of:
        known = _read_person(person, as_of)
        object.__setattr__(person, "memory", known)
    return known


def _read_person(person: Person, as_of: date) -> ReadPerson:
    born = person.birth_date
    places = [sighting.address for sighting in person.addresses]
    read = [_read_address(at.line, at.unit, at.city, at.state, at.zip_code) for at in places]
    homes, lines = zip(*read, strict=True) if read else ((), ())
    seen = [(_years(sighting.first_seen, as_of), _years(sighting.last_seen, as_of)) for sighting in person.addresses]
    came, left = _first_and_last(seen)
    phones = [
        (phone_number(sighting.number), _KINDS.get(sighting.line_type, OTHER_LINE), _years(sighting.last_seen, as_of))
        for sighting in person.phones
    ]
    day = (born.year, born.month, born.day) if born else (0, 0, 0)
    ssn4 = spelling.last_four(person.ssn4 or person.ssn)
    numbers = frozenset([number for number, _, _ in phones if number])
    return ReadPerson(
        as_of=as_of,
        names=_names_of(person.names),
        born=day,
        ssn4=ssn4,
        homes=homes,
        lines=lines,
        seen=tuple(seen),
        came=came,
        left=left,
        phones=tuple(phones),
        numbers=numbers,
        relatives=frozenset([name for relative in person.relatives if (name := _full_name(relative.name))]),
        keys=(*([day] if day[2] else []), *([(ssn4,)] if ssn4 >= 0 else []), *numbers),
        source=(person.upstream or person.provider) if isinstance(person, SourceRecord) else "",
        ground=_ground(person) if isinstance(person, SourceRecord) else _NO_GROUND,
    )


def _first_and_last(seen: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The earliest and the latest year that is stated."""
    came = left = _NEVER
    for first, last in seen:
        if first < came or isnan(came):
            came = first
        if last > left or isnan(left):
            left = last
    return came, left


def _ground(record: SourceRecord) -> Ground:
    return Ground(record.provider, record.record_id, record.upstream, record.call_id, record.pointer)


def _names_of(names: tuple[Name, ...]) -> tuple[Reading, ...]:
    """Every name under which a person may be found: as given, aliases, maiden names."""
    readings = [_readings(name.first, name.middle, name.last, name.suffix) for name in names or (Name(),)]
    return readings[0] if len(readings) == 1 else tuple(chain.from_iterable(readings))


@lru_cache(maxsize=16_384)
def _readings(first: str, middle: str, last: str, suffix: str) -> tuple[Reading, ...]:
    """By the texts: to hash a name itself takes as long as to read it."""
    if not suffix and _are_plain(first, middle or "X", last):
        return ((first.upper(), middle.upper(), spelling.name_part(last), ""),)
    parsed = parse_name_parts(first, middle, last, suffix)
    maiden = (_reading(parsed, (surname,)) for surname in parsed.maiden)
    aliases = (_reading(alias, alias.surnames) for alias in parsed.aliases)
    return (_reading(parsed, parsed.surnames), *maiden, *aliases)


def _are_plain(*parts: str) -> bool:
    """One word of letters each, none of them a title or suffix: nothing to parse."""
    return all(part.isascii() and part.isalpha() and part.upper() not in _SPECIAL_WORDS for part in parts)


def _reading(parsed: ParsedName, surnames: Sequence[str]) -> Reading:
    parts = (parsed.given, parsed.middle, surnames)
    given, middle, surname = (spelling.name_part(" ".join(words)) for words in parts)
    return given, middle, surname, parsed.suffix


@lru_cache(maxsize=16_384)
def _read_address(line: str, unit: str, city: str, state: str, zip_code: str) -> tuple[Home, str]:
    parsed = parse_address(f"{line}, {unit}" if unit else line, city, state, zip_code)
    return (*address_parts(parsed), spelling.line(parsed.city), parsed.state, parsed.zip5), parsed.standard


def read_address(address: Address) -> ParsedAddress:
    """Parse an address as its source gives it; cached by the parser."""
    line = f"{address.line}, {address.unit}" if address.unit else address.line
    return parse_address(line, address.city, address.state, address.zip_code)


def address_parts(parsed: ParsedAddress) -> tuple[str, str, str, str]:
    """(number, street, unit, box) of a parsed address in the spelling of the columns."""
    street = (parsed.predirectional, parsed.name, parsed.suffix, parsed.postdirectional)
    return (
        spelling.line(f"{parsed.number} {parsed.fraction}"),
        spelling.street(" ".join(part for part in street if part)),
        " ".join(identifier for _, identifier in parsed.units),
        parsed.po_box or parsed.box,
    )


def _full_name(name: Name) -> str:
    """Given name and surname; empty when one is missing: an incomplete name ties nobody to anybody."""
    given, _, surname, _ = _names_of((name,))[0]
    return f"{given} {surname}" if given and surname else ""


def phone_number(text: str) -> int:
    """The ten national digits as a number, 0 when it is not a phone of the North American plan."""
    if len(text) == 10 and text.isascii() and text.isdecimal():
        return int(text)
    e164 = parse_phone(text).e164
    return int(e164[2:]) if e164.startswith("+1") else 0


def _years(seen: PartialDate | None, as_of: date) -> float:
    return _NEVER if seen is None else years_after(seen, as_of)


def years_after(seen: PartialDate, as_of: date) -> float:
    """Years before (negative) or after ``as_of``; a bare year is taken at the same time of the year."""
    years = seen.year - as_of.year
    return years + (seen.month - as_of.month) / 12 if seen.month else float(years)
