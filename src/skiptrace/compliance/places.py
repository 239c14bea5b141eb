"""Addresses where somebody is kept or cared for: a jail, a hospital, a shelter, a care home (rule Q-18).

An address says so only when the place is named in it, or when the agency has listed it. Streets are called after such
places too, so a name that a street word follows ("Hospital Rd") is a street.
"""

from __future__ import annotations

import re
from functools import lru_cache

from skiptrace.compliance.rulebook import Rule
from skiptrace.model import Address, ContactKind, mark_text


def is_of_care(address: Address, rule: Rule) -> bool:
    """Whether the address names one of the rule's ``places``, or is one of its ``addresses``."""
    if _named(rule.words("places"), rule.words("street_words")).search(f"{address.line} {address.unit}"):
        return True
    listed = rule.words("addresses")
    return bool(listed) and mark_text(ContactKind.ADDRESS, address.text) in _marks(listed)


@lru_cache
def _named(places: tuple[str, ...], street_words: tuple[str, ...]) -> re.Pattern[str]:
    named = "|".join(re.escape(place).replace(r"\ ", r"\W+") for place in places)
    return re.compile(rf"\b(?:{named})\b(?!\W+(?:{'|'.join(map(re.escape, street_words))})\b)", re.IGNORECASE)


@lru_cache
def _marks(addresses: tuple[str, ...]) -> frozenset[bytes]:
    return frozenset(mark_text(ContactKind.ADDRESS, text) for text in addresses)
