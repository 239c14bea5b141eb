"""The raw material of the invented world: common US names, street names and real places with their area codes."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from random import Random


@dataclass(frozen=True, slots=True)
class Place:
    """A real ZIP code with its city, county, IANA time zone and one of its telephone area codes."""

    zip_code: str
    city: str
    state: str
    county: str
    time_zone: str
    area_code: str
    latitude: str
    longitude: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """Words in the order of their frequency; the weight of rank r is 1 / (r + flat)."""

    words: Sequence[str]
    cumulative: Sequence[float]

    @classmethod
    def of(cls, words: Sequence[str], flat: float) -> Ranked:
        return cls(words, tuple(accumulate(1 / (rank + flat) for rank in range(len(words)))))

    def draw(self, rng: Random) -> str:
        return rng.choices(self.words, cum_weights=self.cumulative)[0]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists, read once."""

    first_names: Mapping[str, Ranked]
    surnames: Ranked
    nicknames: Mapping[str, Sequence[str]]
    streets: Sequence[str]
    street_types: Sequence[str]
    carriers: Sequence[str]
    places: Mapping[str, Sequence[Place]]
    """By area code; the places of one area code are neighbours."""


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read the lists that ship with the package."""
    data = files("skiptrace.sandbox") / "data"
    words = tomllib.loads((data / "names.toml").read_text("utf-8"))
    places: dict[str, list[Place]] = {}
    for row in csv.DictReader((data / "places.csv").read_text("utf-8").splitlines()):
        place = Place(**row)
        places.setdefault(place.area_code, []).append(place)
    return Lexicon(
        first_names={"m": Ranked.of(words["male"], 12), "f": Ranked.of(words["female"], 12)},
        surnames=Ranked.of(words["surnames"], 20),
        nicknames=words["nicknames"],
        streets=words["streets"],
        street_types=words["street_types"],
        carriers=words["carriers"],
        places=places,
    )
