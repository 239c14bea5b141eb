"""Who is born, marries, parts and dies: the people of the world before they have an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from skiptrace.model import Name
from skiptrace.sandbox.lexicon import Lexicon
from skiptrace.sandbox.world import Bankruptcy, Stay, Tenure

YEAR = 365.25


@dataclass(eq=False, slots=True)
class Draft:
    """A person while the world is being made."""

    key: str
    sex: str
    first: str
    middle: str
    surname: str
    born: date
    suffix: str = ""
    father: Draft | None = None
    mother: Draft | None = None
    died: date | None = None
    leaves_home: date | None = None
    bankruptcy: Bankruptcy | None = None
    married: Marriage | None = None
    stays: list[Stay] = field(default_factory=list)
    tenures: list[Tenure] = field(default_factory=list)

    def names(self) -> tuple[Name, ...]:
        """The names borne so far; a wife may take her husband's surname and return to her own."""
        own = Name(self.first, self.middle, self.surname, self.suffix)
        match = self.married
        if match is None or match.wife is not self or not match.takes_name:
            return (own,)
        married = Name(self.first, self.middle, match.husband.surname)
        return (own, married, own) if match.parted and match.returns_name else (own, married)


@dataclass(eq=False, slots=True)
class Marriage:
    husband: Draft
    wife: Draft
    since: date
    takes_name: bool
    parted: date | None = None
    returns_name: bool = False
    children: list[Draft] = field(default_factory=list)


class Families:
    """Grows ``size`` people: founding couples, their children, and the couples these form."""

    def __init__(self, rng: Random, words: Lexicon, today: date) -> None:
        self._rng = rng
        self._words = words
        self._today = today
        self.people: list[Draft] = []
        self.marriages: list[Marriage] = []

    def grow(self, size: int) -> None:
        while len(self.people) < size * 0.82:
            self._found()
        self._pair_up(size)
        for person in self.people:
            self._fate(person)

    def _found(self) -> None:
        rng = self._rng
        year = rng.randint(1938, self._today.year - 32)
        husband = self._born("m", self._words.surnames.draw(rng), self._day(year))
        wife = self._born("f", self._words.surnames.draw(rng), self._day(year + rng.randint(-2, 6)))
        self._marry(husband, wife, rng.randint(21, 33))

    def _pair_up(self, size: int) -> None:
        single = [p for p in self.people if p.married is None and self._years(p.born) >= 24]
        brides = [p for p in single if p.sex == "f"]
        self._rng.shuffle(brides)
        for groom in (p for p in single if p.sex == "m"):
            if len(self.people) >= size or not brides:
                return
            bride = next((b for b in brides[:40] if self._suits(groom, b)), None)
            if bride and self._rng.random() < 0.7:
                brides.remove(bride)
                self._marry(groom, bride, self._rng.randint(22, 32))

    @staticmethod
    def _suits(groom: Draft, bride: Draft) -> bool:
        return groom.father is not bride.father and abs((groom.born - bride.born).days) < 6 * YEAR

    def _marry(self, husband: Draft, wife: Draft, at_age: int) -> None:
        rng = self._rng
        since = max(husband.born, wife.born) + timedelta(days=at_age * YEAR + rng.randint(0, 364))
        if since > self._today:
            return
        match = Marriage(husband, wife, since, takes_name=rng.random() < 0.8)
        husband.married = wife.married = match
        self.marriages.append(match)
        if rng.random() < 0.3:
            parted = since + timedelta(days=rng.randint(700, 9000))
            match.parted = parted if parted < self._today else None
            match.returns_name = rng.random() < 0.4
        self._have_children(match)

    def _have_children(self, match: Marriage) -> None:
        rng = self._rng
        day = match.since + timedelta(days=rng.randint(200, 1500))
        for _ in range(rng.choices(range(5), (18, 22, 34, 18, 8))[0]):
            if day > self._today or day > (match.parted or self._today) or (day - match.wife.born).days > 44 * YEAR:
                return
            match.children.append(self._child(match, day))
            day += timedelta(days=rng.randint(500, 1600))

    def _child(self, match: Marriage, born: date) -> Draft:
        father = match.husband
        child = self._born(self._rng.choice("mf"), father.surname, born)
        child.father, child.mother = father, match.wife
        named_after = child.sex == "m" and all(c.suffix == "" for c in match.children) and self._rng.random() < 0.16
        if named_after:
            child.first, child.middle = father.first, father.middle
            child.suffix = {"": "Jr", "Sr": "Jr", "Jr": "III"}.get(father.suffix, "")
            father.suffix = father.suffix or "Sr"
        return child

    def _born(self, sex: str, surname: str, born: date) -> Draft:
        names = self._words.first_names[sex]
        middle = names.draw(self._rng) if self._rng.random() < 0.85 else ""
        person = Draft(f"P{len(self.people) + 1:06}", sex, names.draw(self._rng), middle, surname, born)
        self.people.append(person)
        return person

    def _fate(self, person: Draft) -> None:
        """Leaving home, death and bankruptcy, drawn from hazards by age."""
        rng = self._rng
        if person.father:
            leaves = person.born + timedelta(days=rng.uniform(18, 27) * YEAR)
            if person.married:
                leaves = min(leaves, person.married.since)
            person.leaves_home = leaves if leaves < self._today else None
        person.died = self._death(person)
        if rng.random() < 0.05 and self._years(person.born) > 26:
            person.bankruptcy = self._bankruptcy(person)

    def _death(self, person: Draft) -> date | None:
        """Deaths before 1998, or before the last wedding or birth that the person took part in, are left out."""
        match = person.married
        lived_to_see = [match.since, *(child.born for child in match.children)] if match else []
        for age in range(30, int(self._years(person.born))):
            if self._rng.random() < 0.0006 * 1.095 ** (age - 30):
                died = person.born + timedelta(days=age * YEAR + self._rng.randint(0, 360))
                return died if max([date(1998, 1, 1), *lived_to_see]) < died < self._today else None
        return None

    def _bankruptcy(self, person: Draft) -> Bankruptcy | None:
        rng = self._rng
        filed = self._today - timedelta(days=rng.randint(20, 9 * 365))
        if person.died and filed > person.died:
            return None
        chapter = rng.choices(("7", "13"), (65, 35))[0]
        closed = filed + timedelta(days=rng.randint(90, 200) if chapter == "7" else rng.randint(900, 1900))
        return Bankruptcy(chapter, filed, closed if closed < self._today else None)

    def _day(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(days=self._rng.randint(0, 364))

    def _years(self, since: date) -> float:
        return (self._today - since).days / YEAR
