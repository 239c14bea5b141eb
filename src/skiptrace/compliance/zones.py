"""Which time zones a person may be in, judged from an address or a telephone number. Always a set, never one guess.

No zones means that the value says nothing about where the person is; it never means "any time".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib import resources

from skiptrace.model import Address, Contact, ContactKind

_DATA = resources.files("skiptrace.compliance") / "data"

_NOBODY_LIVES_THERE = re.compile(
    r"^\s*(p\.?\s*o\.?\s*b(ox)?\b|post office box|box \d|psc\b|unit \d+ box|cmr\b|general delivery|c/o\b|pmb\b)",
    re.IGNORECASE,
)
_MILITARY_STATES = {"AA", "AE", "AP"}


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


def known_states() -> frozenset[str]:
    """Postal codes of the states and territories that the tables cover."""
    return frozenset(_zip_table().states)


def zones_of_address(address: Address) -> frozenset[str]:
    """Zones that a residence at this address may lie in; none for a P.O. box, a military or a c/o address.

    A ZIP area may cross a zone boundary, so it stands for every zone it touches. When the ZIP code and the state name
    places that share no zone, both count.
    """
    state = address.state.strip().upper()
    if state in _MILITARY_STATES or _NOBODY_LIVES_THERE.match(address.line):
        return frozenset()
    table = _zip_table()
    by_zip = table.of(address.zip_code.strip()[:5])
    by_state = table.states.get(state, frozenset())
    if not by_zip:
        return by_state
    return by_zip if not by_state or by_zip & by_state else by_zip | by_state


def zones_of_phone(number: str) -> frozenset[str]:
    """Zones of a US number's area code; none for a toll-free, personal, premium or foreign number."""
    digits = "".join(c for c in number if c.isdigit())
    national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return _area_codes().get(national[:3], frozenset()) if len(national) == 10 else frozenset()


def zones_of_contact(contact: Contact) -> frozenset[str]:
    """Zones that one contact points to; an e-mail address points nowhere."""
    if contact.kind is ContactKind.PHONE:
        return zones_of_phone(contact.value)
    return zones_of_address(contact.address) if contact.address else frozenset()
