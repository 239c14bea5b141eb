"""Which time zones a person may be in, judged from an address or a telephone number. Always a set, never one guess.

No zones means that the value says nothing about where the person is; it never means "any time".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from skiptrace.model import Address

_DATA = resources.files("skiptrace.compliance") / "data"

_NOBODY_LIVES_THERE = re.compile(
    r"^\s*(p\.?\s*o\.?\s*b(ox)?\b|post office box|box \d|psc\b|unit \d+ box|cmr\b|general delivery|c/o\b|pmb\b)",
    re.IGNORECASE,
)
MILITARY_STATES = frozenset({"AA", "AE", "AP"})


@dataclass(frozen=True, slots=True)
class _ZipTable:
    first: tuple[str, ...]
    last: tuple[str, ...]
    zones: tuple[frozenset[str], ...]
    states: dict[str, frozenset[str]]

    def of(self, zip5: str) -> frozenset[str]:
        at = bisect_right(self.first, zip5) - 1
        return self.zones[at] if at >= 0 and zip5 <= self.last[at] else frozenset()


def _rows(name: str) -> list[list[str]]:
    text = (_DATA / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@cache
def _zip_table() -> _ZipTable:
    rows = [(first, last, frozenset(zones.split())) for first, last, zones in _rows("zip_zones.tsv")]
    runs = [row for row in rows if row[0].isdigit()]
    states = {first: zones for first, _, zones in rows if first.isalpha()}
    first, last, zones = zip(*runs, strict=True)
    return _ZipTable(first, last, zones, states)


@cache
def _area_codes() -> dict[str, frozenset[str]]:
    return {code: frozenset(zones.split()) for code, zones in _rows("area_code_zones.tsv")}


def is_residence(address: Address) -> bool:
    """Whether somebody may live there: not a P.O. box, a military post office or a c/o address."""
    return not is_military(address) and not _NOBODY_LIVES_THERE.match(address.line)


def is_military(address: Address) -> bool:
    """Whether it is a military or diplomatic post office, which may stand for any place on earth."""
    return address.state.strip().upper() in MILITARY_STATES


def is_abroad(address: Address) -> bool:
    """Whether the address names a state that is none of the United States, its territories and post offices abroad."""
    state = address.state.strip().upper()
    return bool(state) and state not in _zip_table().states and state not in MILITARY_STATES


def zones_of_address(address: Address) -> frozenset[str]:
    """Zones that a residence at this address may lie in; none when neither ZIP code nor state is known.

    A ZIP area may cross a zone boundary, so it stands for every zone it touches. When the ZIP code and the state name
    places that share no zone, both count.
    """
    table = _zip_table()
    by_zip = table.of(address.zip_code.strip()[:5])
    by_state = table.states.get(address.state.strip().upper(), frozenset())
    if not by_zip:
        return by_state
    return by_zip if not by_state or by_zip & by_state else by_zip | by_state


def zones_of_phone(number: str) -> frozenset[str]:
    """Zones of a US number's area code; none for a toll-free, personal, premium or foreign number."""
    return _area_codes().get(area_code(number), frozenset())


@lru_cache(maxsize=4096)
def area_code(number: str) -> str:
    """The first three digits of a ten-digit North American number, with or without the country code; else empty."""
    digits = "".join(c for c in number if c.isdigit())
    national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return national[:3] if len(national) == 10 else ""
