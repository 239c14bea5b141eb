"""Compare city, state and ZIP code of two addresses by the names in use for a ZIP code."""

from __future__ import annotations

from rapidfuzz.distance import OSA

from skiptrace.matching.addresses.places import city_keys_of_zip
from skiptrace.matching.addresses.values import Agreement, Finding, ParsedAddress
from skiptrace.matching.zips import zips_of_city

# Boroughs and post offices of New York City, in whose place NEW YORK is often written.
_NEW_YORK = frozenset({
    "NEW YORK", "BROOKLYN", "BRONX", "QUEENS", "STATEN ISLAND", "FLUSHING", "JAMAICA", "ASTORIA", "LONG ISLAND CITY",
})  # fmt: skip
_QUOTED = "{0.area} and {1.area}"


def compare_areas(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """City, state and ZIP code agree, or the ones missing on one side do not matter."""
    if a.zip5 == b.zip5 and a.city_key == b.city_key and a.state == b.state:
        return "same", "{0.area}"
    if not (a.city or a.zip5) or not (b.city or b.zip5):
        return "possible", "city and ZIP code are missing on one side: {0.area} and {1.area}"
    if a.zip5 and b.zip5:
        return _compare_zipped(a, b)
    if a.state and b.state and a.state != b.state:
        return "different", _QUOTED
    if a.zip5 or b.zip5:
        return _compare_half_zipped(*((a, b) if a.zip5 else (b, a)))
    if not a.city or not b.city:
        return "possible", _QUOTED
    known = _compare_cities(a, b)
    if known == "same" and a.state != b.state:
        return "possible", "the state is missing on one side: {0.area} and {1.area}"
    return known, _QUOTED


def _compare_zipped(a: ParsedAddress, b: ParsedAddress) -> Finding:
    if a.zip5 == b.zip5:
        if not a.city or not b.city:
            return "same", _QUOTED
        names = city_keys_of_zip(a.zip5)
        if a.state != b.state and a.state and b.state and not {a.city_key, b.city_key} <= names:
            return "possible", _QUOTED
        fits = a.city_key in names or b.city_key in names
        return ("same" if fits or _compare_cities(a, b) == "same" else "possible"), _QUOTED
    if a.state and b.state and a.state != b.state:
        return "different", _QUOTED
    if not a.city or not b.city:
        return "different", _QUOTED
    if _compare_cities(a, b) != "same":
        return "different", _QUOTED
    fits_a, fits_b = a.city_key in city_keys_of_zip(a.zip5), b.city_key in city_keys_of_zip(b.zip5)
    slip = OSA.distance(a.zip5, b.zip5, score_cutoff=1) <= 1
    return ("same" if fits_a != fits_b and slip else "possible"), "ZIP codes differ: {0.area} and {1.area}"


def _compare_half_zipped(a: ParsedAddress, b: ParsedAddress) -> Finding:
    """Only ``a`` has a ZIP code."""
    if b.city_key in city_keys_of_zip(a.zip5):
        return "same" if b.state else "possible", _QUOTED
    if not a.city:
        return "different" if city_keys_of_zip(a.zip5) and b.city_key else "possible", _QUOTED
    known = _compare_cities(a, b)
    return ("possible" if known == "same" and not b.state else known), _QUOTED


def _compare_cities(a: ParsedAddress, b: ParsedAddress) -> Agreement:
    if a.city_key == b.city_key:
        return "same"
    state = a.state or b.state
    zips_a, zips_b = zips_of_city(a.city_key, state), zips_of_city(b.city_key, state)
    if {a.city, b.city} <= _NEW_YORK and state in {"NY", ""}:
        return "possible"
    if zips_a and zips_b:
        return "possible" if zips_a & zips_b else "different"
    if min(len(a.city_key), len(b.city_key)) >= 5 and OSA.distance(a.city_key, b.city_key, score_cutoff=2) <= (
        1 if min(len(a.city_key), len(b.city_key)) < 8 else 2
    ):
        return "same" if zips_a or zips_b else "possible"
    return "different"
