"""Subjects and source records of cases as columns: one case, or many that are judged in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from skiptrace.matching import spelling
from skiptrace.matching.addresses import ParsedAddress, parse_address
from skiptrace.matching.columns import AddressColumns, NameColumns, People, PhoneColumns, RelativeColumns, Spans, Words
from skiptrace.matching.contacts import LANDLINE, MOBILE
from skiptrace.matching.identity import Candidates
from skiptrace.matching.names import ParsedName, parse_name_parts
from skiptrace.matching.names.vocabulary import BUSINESS, CREDENTIALS, GENERATIONS, ONLY_IN_SURNAME, TITLES
from skiptrace.matching.phones import parse_phone
from skiptrace.model import (
    Address,
    AddressCheck,
    AddressSighting,
    LineType,
    Name,
    PartialDate,
    PastOutcome,
    Personal,
    PhoneCheck,
    PhoneSighting,
    SourceRecord,
    Subject,
)

OTHER_LINE = 3
_SPECIAL_WORDS = TITLES | CREDENTIALS | BUSINESS | ONLY_IN_SURNAME | frozenset(GENERATIONS) | {"ESTATE", "DECEASED"}
_NO_DATE = PartialDate(1800)
_NEVER = float("nan")
_KINDS = {LineType.UNKNOWN: 0, LineType.MOBILE: MOBILE, LineType.LANDLINE: LANDLINE}


Person = Subject | SourceRecord


@dataclass(frozen=True, slots=True, repr=False)
class Question(Personal):
    """Who of ``records`` is ``subject``, and where can the subject be reached on the day ``as_of``?

    ``checks`` are what providers said of one number or address, ``outcomes`` what happened when one was used.
    """

    subject: Subject
    records: Sequence[SourceRecord]
    as_of: date
    checks: Sequence[PhoneCheck | AddressCheck] = ()
    outcomes: Sequence[PastOutcome] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseColumns:
    """Cases as columns; ``records`` in the order of the candidates, ``addresses`` and ``phones`` in that of their rows.

    ``lines`` are the addresses on one line, as Publication 28 writes them.
    """

    candidates: Candidates
    records: tuple[SourceRecord, ...]
    addresses: tuple[AddressSighting, ...]
    lines: tuple[str, ...]
    phones: tuple[PhoneSighting, ...]


def columns_of(questions: Sequence[Question]) -> CaseColumns:
    """The subjects come first, then the records of the first, of the second, and so on."""
    records = [(record, question.as_of) for question in questions for record in question.records]
    persons: list[tuple[Person, date]] = [*((question.subject, question.as_of) for question in questions), *records]
    born = [person.birth_date or _NO_DATE for person, _ in persons]
    addresses = [(sighting, as_of) for person, as_of in persons for sighting in person.addresses]
    phones = [(sighting, as_of) for person, as_of in persons for sighting in person.phones]
    read = [_read(sighting.address) for sighting, _ in addresses]
    people = People(
        names=_names([person for person, _ in persons]),
        birth_year=np.array([0 if day is _NO_DATE else day.year for day in born], np.int64),
        birth_month=np.array([day.month for day in born], np.int64),
        birth_day=np.array([day.day for day in born], np.int64),
        ssn4=np.array([spelling.last_four(person.ssn4 or person.ssn) for person, _ in persons], np.int64),
        addresses=_addresses(Spans.of_counts([len(person.addresses) for person, _ in persons]), read, addresses),
        phones=_phones(Spans.of_counts([len(person.phones) for person, _ in persons]), phones),
        relatives=_relatives([person for person, _ in persons]),
        source=Words.of([*[""] * len(questions), *(record.upstream or record.provider for record, _ in records)]),
    )
    sizes = [len(question.records) for question in questions]
    candidates = Candidates(
        people,
        rows=np.arange(len(questions), len(persons)),
        subjects=np.repeat(np.arange(len(questions)), sizes),
        starts=np.concatenate(([0], np.cumsum(sizes))),
    )
    return CaseColumns(
        candidates,
        tuple(record for record, _ in records),
        tuple(sighting for sighting, _ in addresses),
        tuple(line for _, line in read),
        tuple(sighting for sighting, _ in phones),
    )


def _names(persons: Sequence[Person]) -> NameColumns:
    rows = [_readings(person.names) for person in persons]
    flat = [reading for readings in rows for reading in readings]
    given, middle, surname, suffix = zip(*flat, strict=True)
    return NameColumns(
        Spans.of_counts([len(readings) for readings in rows]),
        Words.of(given),
        Words.of(middle),
        Words.of(surname),
        Words.of(suffix),
    )


def _readings(names: Sequence[Name]) -> list[tuple[str, str, str, str]]:
    """Every name under which a person may be found: as given, aliases, maiden names."""
    return [reading for name in names or (Name(),) for reading in _readings_of(name)]


@lru_cache(maxsize=16_384)
def _readings_of(name: Name) -> tuple[tuple[str, str, str, str], ...]:
    if _is_plain(name):
        return ((name.first.upper(), name.middle.upper(), spelling.name_part(name.last), ""),)
    parsed = parse_name_parts(name.first, name.middle, name.last, name.suffix)
    maiden = (_reading(parsed, (surname,)) for surname in parsed.maiden)
    aliases = (_reading(alias, alias.surnames) for alias in parsed.aliases)
    return (_reading(parsed, parsed.surnames), *maiden, *aliases)


def _is_plain(name: Name) -> bool:
    """One word of letters each, none of them a title or suffix: nothing to parse."""
    parts = (name.first, name.middle or "X", name.last)
    return not name.suffix and all(
        part.isascii() and part.isalpha() and part.upper() not in _SPECIAL_WORDS for part in parts
    )


def _reading(parsed: ParsedName, surnames: Sequence[str]) -> tuple[str, str, str, str]:
    parts = (parsed.given, parsed.middle, surnames)
    given, middle, surname = (spelling.name_part(" ".join(words)) for words in parts)
    return given, middle, surname, parsed.suffix


Read = tuple[tuple[str, str, str, str, str, str, str], str]
"""Number, street, unit, box, city, state and ZIP code as the columns keep them; the whole address on one line."""


@lru_cache(maxsize=16_384)
def _read(address: Address) -> Read:
    parsed = read_address(address)
    return (*address_parts(parsed), spelling.line(parsed.city), parsed.state, parsed.zip5), parsed.standard


def _addresses(spans: Spans, read: Sequence[Read], sightings: Sequence[tuple[AddressSighting, date]]) -> AddressColumns:
    words = map(Words.of, zip(*(parts for parts, _ in read), strict=True) if read else [()] * 7)
    number, street, unit, box, city, state, zip5 = words
    first = np.array([_years(sighting.first_seen, as_of) for sighting, as_of in sightings], float)
    last = np.array([_years(sighting.last_seen, as_of) for sighting, as_of in sightings], float)
    return AddressColumns(spans, number, street, unit, box, city, state, zip5, first, last)


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


def _phones(spans: Spans, sightings: Sequence[tuple[PhoneSighting, date]]) -> PhoneColumns:
    return PhoneColumns(
        spans,
        np.array([phone_number(sighting.number) for sighting, _ in sightings], np.int64),
        np.array([_KINDS.get(sighting.line_type, OTHER_LINE) for sighting, _ in sightings], np.int8),
        np.array([_years(sighting.last_seen, as_of) for sighting, as_of in sightings], float),
    )


def _relatives(persons: Sequence[Person]) -> RelativeColumns:
    """Relatives with a given name and a surname; an incomplete name ties nobody to anybody."""
    named = [[_full_name(relative.name) for relative in person.relatives] for person in persons]
    return RelativeColumns(
        Spans.of_counts([len(names) for names in named]), Words.of([name for names in named for name in names])
    )


def _full_name(name: Name) -> str:
    given, _, surname, _ = _readings_of(name)[0]
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
