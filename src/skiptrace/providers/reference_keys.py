"""Search keys: what a person looks like to the index.

A person is thirteen numbers, one per facet (surname, sound of the surname, birth date ...), 0 where nothing is known.
A key is two or three facets mixed into 64 bits. Records and subjects go through the same functions, so a key of one
finds the other. Misspelling one value leaves the keys that do not use it, and the keys that use only its sound.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from skiptrace.model import PartialDate
from skiptrace.providers.reference_values import letters, partial_date, phone, place, sound, ssn4, zip5

Signatures = NDArray[np.uint32]
"""Shape (people, facets)."""

Keys = NDArray[np.uint64]
"""0 where a facet that a key needs is unknown."""


T = TypeVar("T")


class Facet(IntEnum):
    """What is compared of a person: the columns of a signature."""

    LAST = 0
    LAST_SOUND = 1
    FIRST = 2
    FIRST_SOUND = 3
    BIRTH = 4
    BIRTH_YEAR = 5
    BIRTH_MONTH = 6
    BIRTHDAY = 7
    SSN4 = 8
    ZIP = 9
    HOUSE = 10
    STREET = 11
    PHONE = 12


KINDS: tuple[tuple[Facet, ...], ...] = (
    (Facet.SSN4, Facet.LAST_SOUND),
    (Facet.SSN4, Facet.FIRST_SOUND),
    (Facet.SSN4, Facet.BIRTH_YEAR),
    (Facet.BIRTH, Facet.LAST_SOUND),
    (Facet.BIRTH, Facet.FIRST_SOUND),
    (Facet.BIRTH_MONTH, Facet.LAST_SOUND),
    (Facet.BIRTH_MONTH, Facet.FIRST),
    (Facet.BIRTH_YEAR, Facet.LAST),
    (Facet.BIRTH_YEAR, Facet.LAST_SOUND, Facet.FIRST_SOUND),
    (Facet.BIRTH_YEAR, Facet.FIRST),
    (Facet.BIRTHDAY, Facet.LAST_SOUND, Facet.FIRST_SOUND),
    (Facet.ZIP, Facet.LAST_SOUND),
    (Facet.ZIP, Facet.LAST_SOUND, Facet.FIRST_SOUND),
    (Facet.ZIP, Facet.FIRST, Facet.BIRTH_YEAR),
    (Facet.LAST, Facet.FIRST),
    (Facet.LAST,),
    (Facet.HOUSE, Facet.STREET),
    (Facet.HOUSE, Facet.STREET, Facet.LAST_SOUND),
    (Facet.HOUSE, Facet.STREET, Facet.FIRST_SOUND),
    (Facet.STREET, Facet.ZIP, Facet.FIRST_SOUND),
    (Facet.PHONE, Facet.LAST_SOUND),
    (Facet.PHONE, Facet.FIRST_SOUND),
    (Facet.PHONE,),
)
"""The keys. Each uses two or three facets at most."""

_NO_FACET = len(Facet)
_FACETS = np.array([(*kind, _NO_FACET, _NO_FACET)[:3] for kind in KINDS])
"""Shape (kinds, 3); ``_NO_FACET`` is the column of ones that ``_mixed`` appends."""

_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
_KIND_BITS, _KIND_BIT = np.uint64(6), np.uint64(58)
"""The kind stands in the highest bits of a key, so that keys sort by kind."""

ALL_KINDS = np.arange(len(KINDS))

_BETWEEN_SURNAMES = re.compile(r"[-\s]+")


def number(text: str) -> int:
    """A facet's 32-bit number; 0 for an empty text only. Different texts may share one: a candidate, not a match."""
    return (zlib.crc32(text.encode()) or 1) if text else 0


def name_facets(text: str) -> tuple[int, int]:
    """LAST and LAST_SOUND of a surname, FIRST and FIRST_SOUND of a given name."""
    word = letters(text)
    return number(word), number(sound(word))


def birth_facets(text: str) -> tuple[int, int, int, int]:
    """BIRTH, BIRTH_YEAR, BIRTH_MONTH and BIRTHDAY of a cell."""
    return date_facets(partial_date(text))


def date_facets(day: PartialDate | None) -> tuple[int, int, int, int]:
    """BIRTH, BIRTH_YEAR, BIRTH_MONTH (with its year) and BIRTHDAY of a date; what the date leaves open is 0."""
    if day is None:
        return 0, 0, 0, 0
    month = day.year * 100 + day.month if day.month else 0
    if not day.is_full:
        return 0, day.year, month, 0
    return month * 100 + day.day, day.year, month, day.month * 100 + day.day


def ssn4_facets(text: str) -> tuple[int]:
    """SSN4."""
    return (number(ssn4(text)),)


def zip_facets(text: str) -> tuple[int]:
    """ZIP."""
    return (number(zip5(text)),)


def place_facets(text: str) -> tuple[int, int]:
    """HOUSE and STREET of a delivery line; the street by its sound."""
    house, street = place(text)
    return number(house), number(_street_sound(street))


def phone_facets(text: str) -> tuple[int]:
    """PHONE."""
    return (number(phone(text)),)


def keys_of(signatures: Signatures, kinds: NDArray[np.intp] = ALL_KINDS) -> Keys:
    """The keys of some kinds (indexes of ``KINDS``) for each signature. Shape (people, kinds)."""
    padded = np.concatenate([signatures, np.ones((len(signatures), 1), np.uint32)], axis=1)
    parts = padded[:, _FACETS[kinds]]
    key = _mixed((parts * _FACTORS).sum(axis=2, dtype=np.uint64))
    key = (kinds + 1).astype(np.uint64) << _KIND_BIT | key >> _KIND_BITS
    key[(parts == 0).any(axis=2)] = 0
    return key


def _mixed(value: Keys) -> Keys:
    """Finaliser of SplitMix64 (Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _street_sound(street: str) -> str:
    return street if street.isdigit() or not street.isalpha() else sound(street)


def subject_signatures(
    names: Sequence[tuple[str, str]],
    birth_date: PartialDate | None,
    ssn: str,
    addresses: Sequence[tuple[str, str]],
    phones: Sequence[str],
) -> Signatures:
    """Every variant of a subject, one per row, so that each name meets each date, address and phone.

    ``names`` are (first, last), ``addresses`` (delivery line, ZIP). Each part of a double surname is a name of its own.
    """
    known_names = _NOBODY if not names else [facets for first, last in names for facets in _name_variants(first, last)]
    births = [date_facets(day) for day in _readings(birth_date)]
    places = [(*zip_facets(zip_code), *place_facets(line)) for line, zip_code in addresses] or [(0, 0, 0)]
    numbers = [phone_facets(text) for text in phones] or [(0,)]
    longest = max(len(births), len(places), len(numbers))
    rows = [
        (*name, *birth, *ssn4_facets(ssn), *place, *number)
        for name in known_names
        for birth, place, number in zip(*(_stretched(part, longest) for part in (births, places, numbers)), strict=True)
    ]
    return np.array(rows, dtype=np.uint32)


_NOBODY = [(0, 0, 0, 0)]


def _name_variants(first: str, last: str) -> list[tuple[int, int, int, int]]:
    parts = [part for part in _BETWEEN_SURNAMES.split(last) if len(part) > 2]
    surnames = [last, *parts] if len(parts) > 1 else [last]
    return [(*name_facets(surname), *name_facets(first)) for surname in surnames]


def _readings(day: PartialDate | None) -> list[PartialDate | None]:
    """A birth date and, where both are possible, the same with month and day transposed."""
    if day is None or not day.is_full or day.day > 12 or day.day == day.month:
        return [day]
    return [day, PartialDate(day.year, day.day, day.month)]


def _stretched(part: Sequence[T], length: int) -> list[T]:
    """The parts, the last one repeated up to ``length``."""
    return [*part, *([part[-1]] * (length - len(part)))]
