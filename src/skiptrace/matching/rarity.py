"""How rare a name is among Americans, in bits of its frequency in the census."""

from __future__ import annotations

from functools import lru_cache
from math import log2

from skiptrace.matching.known_words import given_name, surname_count

AMERICANS = 331_000_000


@lru_cache(maxsize=65_536)
def given_rarity(name: str) -> float:
    return log2(AMERICANS / max(given_name(name)[0], 100)) if name else 0.0


@lru_cache(maxsize=65_536)
def surname_rarity(name: str) -> float:
    return log2(AMERICANS / max(surname_count(name), 50)) if name else 0.0
