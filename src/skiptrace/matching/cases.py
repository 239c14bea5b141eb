"""The subject and the source records of one case as columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from skiptrace.matching import spelling
from skiptrace.matching.addresses import ParsedAddress, parse_address
from skiptrace.matching.columns import AddressColumns, NameColumns, People, PhoneColumns, Spans, Words
from skiptrace.matching.contacts import LANDLINE, MOBILE
from skiptrace.matching.identity import Candidates
from skiptrace.matching.names import ParsedName, parse_name_parts
from skiptrace.matching.names.vocabulary import BUSINESS, CREDENTIALS, GENERATIONS, ONLY_IN_SURNAME, TITLES
from skiptrace.matching.phones import parse_phone
from skiptrace.model import (
    Address,
    AddressSighting,
    LineType,
    Name,
    PartialDate,
    PhoneSighting,
    SourceRecord,
    Subject,
)

OTHER_LINE = 3
_SPECIAL_WORDS = TITLES | CREDENTIALS | BUSINESS | ONLY_IN_SURNAME | frozenset(GENERATIONS) | {"ESTATE", "DECEASED"}
_KINDS = {LineType.UNKNOWN: 0, LineType.MOBILE: MOBILE, LineType.LANDLINE: LANDLINE}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseColumns:
    """One case as columns; ``addresses`` and ``phones`` are the sightings in the order of their columns' rows."""

    candidates: Candidates
    addresses: tuple[AddressSighting, ...]
    phones: tuple[PhoneSighting, ...]
    as_of: float


def columns_of(subject: Subject, records: Sequence[SourceRecord], as_of: date) -> CaseColumns:
    """Row 0 is the subject, the records follow."""
    persons: tuple[Subject | SourceRecord, ...] = (subject, *records)
    people = People(
        account=np.zeros(len(persons), np.int64),
        names=_names(persons),
        birth_year=np.array([p.birth_date.year if p.birth_date else 0 for p in persons], np.int64),
        birth_month=np.array([p.birth_date.month if p.birth_date else 0 for p in persons], np.int64),
        birth_day=np.array([p.birth_date.day if p.birth_date else 0 for p in persons], np.int64),
        ssn4=np.array([spelling.last_four(p.ssn4 or p.ssn) for p in persons], np.int64),
        addresses=_addresses(persons, as_of),
        phones=_phones(persons, as_of),
        source=Words.of(("", *(record.upstream or record.provider for record in records))),
    )
    rows = np.arange(1, len(persons))
    candidates = Candidates(people, rows, np.zeros_like(rows), np.array([0, len(rows)]))
    return CaseColumns(
        candidates,
        tuple(sighting for person in persons for sighting in person.addresses),
        tuple(sighting for person in persons for sighting in person.phones),
        as_of.year + as_of.month / 12,
    )


def _names(persons: Iterable[Subject | SourceRecord]) -> NameColumns:
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


def _addresses(persons: Sequence[Subject | SourceRecord], as_of: date) -> AddressColumns:
    sightings = [sighting for person in persons for sighting in person.addresses]
    parts = [_address_texts(sighting.address) for sighting in sightings]
    number, street, unit, box, city, state, zip5 = map(Words.of, zip(*parts, strict=True) if parts else [()] * 7)
    return AddressColumns(
        Spans.of_counts([len(person.addresses) for person in persons]),
        number,
        street,
        unit,
        box,
        city,
        state,
        zip5,
        np.array([_moment(sighting.first_seen, as_of) for sighting in sightings], float),
        np.array([_moment(sighting.last_seen, as_of) for sighting in sightings], float),
    )


@lru_cache(maxsize=16_384)
def _address_texts(address: Address) -> tuple[str, str, str, str, str, str, str]:
    """Number, street, unit, box, city, state and ZIP code as the columns keep them."""
    parsed = read_address(address)
    return (*address_parts(parsed), spelling.line(parsed.city), parsed.state, parsed.zip5)


@lru_cache(maxsize=16_384)
def standard_line(address: Address) -> str:
    """The whole address on one line as Publication 28 writes it."""
    return read_address(address).standard


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


def _phones(persons: Sequence[Subject | SourceRecord], as_of: date) -> PhoneColumns:
    sightings = [sighting for person in persons for sighting in person.phones]
    return PhoneColumns(
        Spans.of_counts([len(person.phones) for person in persons]),
        np.array([phone_number(sighting.number) for sighting in sightings], np.int64),
        np.array([_KINDS.get(sighting.line_type, OTHER_LINE) for sighting in sightings], np.int8),
        np.array([_moment(sighting.last_seen, as_of) for sighting in sightings], float),
    )


def phone_number(text: str) -> int:
    """The ten national digits as a number, 0 when it is not a phone of the North American plan."""
    if len(text) == 10 and text.isascii() and text.isdecimal():
        return int(text)
    e164 = parse_phone(text).e164
    return int(e164[2:]) if e164.startswith("+1") else 0


def _moment(seen: PartialDate | None, as_of: date) -> float:
    """Years as a number, NaN when not stated. A bare year is taken at the same time of the year as ``as_of``."""
    if seen is None:
        return float("nan")
    return seen.year + (seen.month or as_of.month) / 12
