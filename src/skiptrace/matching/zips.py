"""ZIP codes: their cities, state and time zone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from skiptrace.matching.tables import SortedTable, read_table


@dataclass(frozen=True, slots=True)
class ZipArea:
    """What is published about one five-digit ZIP code.

    ``cities`` are in capitals without punctuation: the default name first, then the other names in use for it.
    ``kind`` is ``standard``, ``po_box``, ``unique`` or ``military``; ``timezone`` an IANA name, or empty when not
    published.
    """

    zip5: str
    kind: str
    state: str
    timezone: str
    cities: tuple[str, ...]


_KINDS = {"S": "standard", "P": "po_box", "U": "unique", "M": "military"}


@cache
def _table() -> SortedTable:
    return SortedTable("zips.tsv")


@lru_cache(maxsize=8192)
def find_zip(zip5: str) -> ZipArea | None:
    """The area of a five-digit ZIP code, or None when no such ZIP code is listed."""
    listed = _table().get(zip5)
    if listed is None:
        return None
    kind, state, timezone, cities = listed.split("\t")
    return ZipArea(zip5, _KINDS[kind], state, timezone, tuple(cities.split("|")))


@cache
def cities_of_state(state: str) -> dict[str, frozenset[str]]:
    """City names of a state (capitals, no punctuation), each with the ZIP codes in which it is used."""
    gathered: dict[str, set[str]] = {}
    for line in _lines_by_state().get(state, ()):
        for city in line.rpartition("\t")[2].split("|"):
            gathered.setdefault(city, set()).add(line[:5])
    return {city: frozenset(zips) for city, zips in gathered.items()}


@cache
def _lines_by_state() -> dict[str, list[str]]:
    """The table in one pass: to go through all of it for every state takes a second and more."""
    lines: dict[str, list[str]] = {}
    for line in read_table("zips.tsv").splitlines():
        lines.setdefault(line[8:10], []).append(line)
    return lines


def zips_of_city(city: str, state: str) -> frozenset[str]:
    """The ZIP codes in which a city name (capitals, no punctuation) is used in a state; empty when it is unknown."""
    return cities_of_state(state).get(city, frozenset())
