"""What one vendor holds: the upstream files it buys, joined person by person, and the indexes to search them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from rapidfuzz.distance import DamerauLevenshtein

from skiptrace.model import Name, PartialDate, Personal
from skiptrace.sandbox.lexicon import lexicon
from skiptrace.sandbox.upstream import Dossier, SeenAddress, SeenPhone
from skiptrace.sandbox.world import World

_CONFUSES_JUNIOR = 0.12
"""Share of fathers and sons of one name whose histories a vendor has run together."""


@dataclass(frozen=True, slots=True, repr=False)
class Sought(Personal):
    """What a request says about a person, already reduced to comparable form; empty means not said."""

    first: str = ""
    last: str = ""
    born: PartialDate | None = None
    phone: str = ""
    email: str = ""
    ssn: str = ""
    house_number: str = ""
    zip_code: str = ""
    city: str = ""
    state: str = ""

    @property
    def has_place(self) -> bool:
        return bool(self.house_number and (self.zip_code or self.city))


class Holdings:
    """A vendor's searchable file. Answers are the same whatever was asked before."""

    def __init__(self, vendor: str, world: World, files: Sequence[Mapping[str, Dossier]]) -> None:
        self._vendor = vendor
        self._world = world
        self._files = files
        self._joined: dict[str, Dossier] = {}
        self._by_surname: dict[str, set[str]] = defaultdict(set)
        self._by_phone: dict[str, set[str]] = defaultdict(set)
        self._by_place: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._by_email: dict[str, set[str]] = defaultdict(set)
        for file in files:
            for dossier in file.values():
                self._index(dossier)

    def _index(self, dossier: Dossier) -> None:
        for name in dossier.names:
            self._by_surname[letters(name.last)[:4]].add(dossier.key)
        for phone in dossier.phones:
            self._by_phone[phone.number].add(dossier.key)
        for address in dossier.addresses:
            place = address.dwelling.place
            self._by_place[address.number, place.zip_code].add(dossier.key)
            self._by_place[address.number, letters(place.city)].add(dossier.key)
        for email in dossier.emails:
            self._by_email[email].add(dossier.key)

    def dossier(self, key: str) -> Dossier | None:
        """All that the vendor holds of one person, joined from its files; None for a stranger."""
        if key not in self._joined:
            parts = [file[key] for file in self._files if key in file]
            if not parts:
                return None
            self._joined[key] = self._confused(_join(parts))
        return self._joined[key]

    def _confused(self, dossier: Dossier) -> Dossier:
        person = self._world.people[dossier.key]
        rng = Random(f"{self._world.seed}:{self._vendor}:{dossier.key}")  # noqa: S311 - repeatable on purpose
        if person.name.suffix not in {"Jr", "III"} or rng.random() > _CONFUSES_JUNIOR:
            return dossier
        father = next(kin.key for kin in person.kin if kin.relation == "parent")
        parts = [file[father] for file in self._files if father in file]
        return replace(_join([dossier, *parts]), key=dossier.key, died=dossier.died) if parts else dossier

    def known_at_phone(self, number: str) -> Sequence[Dossier]:
        return self._dossiers(self._by_phone.get(number, ()))

    def search(self, sought: Sought) -> list[tuple[float, Dossier]]:
        """Everybody who agrees with the request in something, with a naive score, best first."""
        keys = set(self._by_phone.get(sought.phone, ())) | self._by_email.get(sought.email, set())
        keys |= self._by_place.get((sought.house_number, sought.zip_code or letters(sought.city)), set())
        keys |= self._by_surname.get(letters(sought.last)[:4], set()) if sought.last else set()
        found = [(score(sought, dossier), dossier) for dossier in self._dossiers(keys)]
        return sorted((f for f in found if f[0] > 0), key=lambda f: (-f[0], f[1].key))

    def _dossiers(self, keys: Iterable[str]) -> list[Dossier]:
        return [dossier for key in sorted(keys) if (dossier := self.dossier(key))]


@lru_cache(maxsize=1 << 15)
def letters(text: str) -> str:
    """The letters of a text in upper case, as surnames and cities are compared."""
    return re.sub(r"[^A-Z]", "", text.upper())


def score(sought: Sought, dossier: Dossier) -> float:
    """How a vendor ranks: points for what agrees, minus points for what does not. It ignores generations on purpose."""
    points = 0.0
    if sought.last:
        fits = [fit for name in dossier.names if (fit := _name_fit(sought, name)) is not None]
        if not fits:
            return 0
        points += max(fits)
    if sought.born and dossier.born:
        points += _birth_fit(sought.born, dossier.born)
    if sought.ssn and dossier.ssn:
        points += 6 if dossier.ssn.endswith(sought.ssn) else -4
    points += 2.5 * (bool(sought.phone) and any(p.number == sought.phone for p in dossier.phones))
    points += 2.5 * (sought.email in dossier.emails)
    if sought.has_place:
        points += 2.5 * any(_same_place(sought, a) for a in dossier.addresses)
    if sought.city or sought.zip_code:
        points += 1.0 * any(_same_town(sought, a) for a in dossier.addresses)
    return points


def _name_fit(sought: Sought, name: Name) -> float | None:
    """None when the surname is another one."""
    last = DamerauLevenshtein.normalized_similarity(letters(sought.last), letters(name.last))
    if last < 0.8:
        return None
    return 2 * last + _first_name_fit(letters(sought.first), letters(name.first)) if sought.first else last


def _first_name_fit(asked: str, held: str) -> float:
    if asked == held or _formal(asked) & _formal(held):
        return 2.0
    if min(len(asked), len(held)) == 1 and asked[:1] == held[:1]:
        return 1.2
    return 1.4 if DamerauLevenshtein.distance(asked, held) == 1 else -3.0


@lru_cache(maxsize=1 << 12)
def _formal(name: str) -> frozenset[str]:
    """The first names that a first name may stand for, itself included."""
    formal = {full.upper() for full, short in lexicon().nicknames.items() if name in {s.upper() for s in short}}
    return frozenset({name, *formal})


def _birth_fit(asked: PartialDate, held: PartialDate) -> float:
    if asked.year != held.year:
        return -3.0 if abs(asked.year - held.year) > 1 else -0.5
    if asked.month and held.month and asked.month != held.month:
        return -1.0
    return 4.0 if asked.day and asked.day == held.day else 2.0


def _same_place(sought: Sought, address: SeenAddress) -> bool:
    return address.number == sought.house_number and _same_town(sought, address)


def _same_town(sought: Sought, address: SeenAddress) -> bool:
    place = address.dwelling.place
    if sought.zip_code:
        return place.zip_code == sought.zip_code
    return letters(place.city) == letters(sought.city) and sought.state in {"", place.state}


def _join(parts: Sequence[Dossier]) -> Dossier:
    """One person out of several files: each spelling, address and number once, with its widest dates."""
    best = max(parts, key=lambda part: len(part.addresses))
    names = dict.fromkeys(name for part in [best, *parts] for name in part.names)
    return replace(
        best,
        names=tuple(names),
        born=next((p.born for p in parts if p.born and p.born.is_full), next((p.born for p in parts if p.born), None)),
        ssn=next((p.ssn for p in parts if p.ssn), ""),
        addresses=_widest(a for part in parts for a in part.addresses),
        phones=_widest_phones(p for part in parts for p in part.phones),
        emails=tuple(dict.fromkeys(email for part in parts for email in part.emails)),
        kin=tuple(dict.fromkeys(kin for part in parts for kin in part.kin)),
        died=next((p.died for p in parts if p.died), None),
        bankruptcies=max(p.bankruptcies for p in parts),
    )


def _widest(addresses: Iterable[SeenAddress]) -> tuple[SeenAddress, ...]:
    seen: dict[tuple[str, str, str, str], SeenAddress] = {}
    for address in addresses:
        spelled = (address.number, address.street, address.unit, address.dwelling.place.zip_code)
        known = seen.get(spelled, address)
        seen[spelled] = replace(known, first=min(known.first, address.first), last=max(known.last, address.last))
    return tuple(sorted(seen.values(), key=lambda a: a.last, reverse=True))


def _widest_phones(phones: Iterable[SeenPhone]) -> tuple[SeenPhone, ...]:
    seen: dict[str, SeenPhone] = {}
    for phone in phones:
        known = seen.get(phone.number, phone)
        seen[phone.number] = replace(known, first=min(known.first, phone.first), last=max(known.last, phone.last))
    return tuple(sorted(seen.values(), key=lambda p: p.last, reverse=True))
