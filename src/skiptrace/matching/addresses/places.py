"""Cities and states by their names, and the last line of an address while it is being taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from skiptrace.matching.addresses.tables import CITY_ALIASES, NAME_WORDS, STATE_CODES, STATE_NAMES
from skiptrace.matching.zips import find_zip, zips_of_city

STATE_ENDS = STATE_CODES | {words[-1] for words in STATE_NAMES}
"""The words in which the name or code of a state ends."""


@dataclass(slots=True)
class LastLine:
    """What was found at the end of an address, while it is being taken apart."""

    city: str = ""
    state: str = ""
    zip5: str = ""
    zip4: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.city or self.state or self.zip5)


@lru_cache(maxsize=16_384)
def city_key(city: str) -> str:
    """A city's name for comparison: abbreviations read alike, spaces dropped."""
    city = CITY_ALIASES.get(city, city).removeprefix("THE ")
    return "".join([NAME_WORDS.get(word, word) for word in city.replace("-", " ").split()])


@lru_cache(maxsize=16_384)
def city_keys_of_zip(zip5: str) -> frozenset[str]:
    """Keys of every city name in use for a ZIP code."""
    area = find_zip(zip5)
    return frozenset(map(city_key, area.cities)) if area else frozenset()


def strip_commas(tokens: list[str]) -> None:
    """Take commas off the end."""
    while tokens and tokens[-1] == ",":
        tokens.pop()


def state_at_end(words: list[str]) -> tuple[str, int]:
    """The state that the words end in, as its code, and how many words name it; ("", 0) when none does."""
    if not words or words[-1] not in STATE_ENDS:
        return "", 0
    for size in (3, 2, 1):
        if len(words) >= size and (code := STATE_NAMES.get(tuple(words[-size:]))):
            return code, size
    return (words[-1], 1) if words[-1] in STATE_CODES else ("", 0)


def ends_in_city(words: list[str], state: str) -> bool:
    """Whether the words end in a city of the state."""
    words = words[:-1] if words[-1:] == [","] else words
    return any(zips_named(words[-size:], state) for size in range(1, min(4, len(words)) + 1))


def has_number(words: list[str]) -> bool:
    """Whether a digit stands in any word."""
    for word in words:  # noqa: SIM110 - a loop is four times as fast as any() here
        if not word.isalpha() and any(map(str.isdigit, word)):
            return True
    return False


def zips_named(words: list[str], state: str) -> frozenset[str]:
    """The ZIP codes of a city of a state, however it is spelled: ST PAUL, COLORADO SPGS, OFALLON."""
    return zips_of_city(city_key(" ".join(words)), state)
