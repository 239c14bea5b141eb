"""ZIP codes: their cities, state and time zone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from skiptrace.matching.tables import sorted_table


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


@lru_cache(maxsize=8192)
def find_zip(zip5: str) -> ZipArea | None:
    """The area of a five-digit ZIP code, or None when no such ZIP code is listed."""
    listed = sorted_table("zips.tsv").get(zip5)
    if listed is None:
        return None
    kind, state, timezone, cities = listed.split("\t")
    return ZipArea(zip5, _KINDS[kind], state, timezone, tuple(cities.split("|")))


@lru_cache(maxsize=16_384)
def zips_of_city(city_key: str, state: str) -> frozenset[str]:
    """The ZIP codes in which a city's name, however it is spelled, is used in a state; empty when it is unknown."""
    return frozenset((sorted_table("cities.tsv").get(f"{state} {city_key}") or "").split())
