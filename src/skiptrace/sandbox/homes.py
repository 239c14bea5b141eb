"""Where the people live and which numbers they hold: households that move, dwellings and lines that change hands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from skiptrace.model import LineType
from skiptrace.sandbox.families import YEAR, Draft, Marriage
from skiptrace.sandbox.lexicon import Lexicon, Place
from skiptrace.sandbox.world import Dwelling, Stay, Tenure

Span = tuple[date, date | None]
_FIRST_MOBILE = date(2001, 1, 1)
_FOREVER = date.max


@dataclass(frozen=True, slots=True)
class Household:
    """Who lives together, each from and until when."""

    start: date
    end: date | None
    members: Sequence[tuple[Draft, date, date | None]]
    moves_per_year: float


def households(people: Sequence[Draft], marriages: Sequence[Marriage], rng: Random) -> Iterator[Household]:
    """Each couple with its children, then everybody's own homes before and after."""
    for match in marriages:
        yield _family(match, rng)
    for person in people:
        for start, end in _alone(person):
            yield Household(start, end, [(person, start, end)], rng.choice((0.08, 0.16, 0.3)))


def _family(match: Marriage, rng: Random) -> Household:
    """A couple with its children; after a divorce the mother and the children stay together."""
    husband, wife = match.husband, match.wife
    members = [(husband, match.since, _earliest(match.parted, husband.died)), (wife, match.since, wife.died)]
    members += [(child, child.born, _earliest(child.leaves_home, child.died)) for child in match.children]
    ends = [until for _, _, until in members if until]
    end = max(ends) if len(ends) == len(members) else None
    return Household(match.since, end, members, rng.choice((0.04, 0.08, 0.15)))


def _alone(person: Draft) -> Iterator[Span]:
    """The spans in which a person keeps a home of their own."""
    match = person.married
    single_from = person.leaves_home if person.father else person.born + timedelta(days=20 * YEAR)
    if single_from and (match is None or single_from < match.since):
        until = _earliest(match.since if match else None, person.died)
        if until is None or until > single_from:
            yield single_from, until
    if match and match.parted and match.husband is person and (person.died is None or person.died > match.parted):
        yield match.parted, person.died


def _earliest(one: date | None, other: date | None) -> date | None:
    return min(one or _FOREVER, other or _FOREVER) if one or other else None


def _overlap(spans: Sequence[Span], start: date, end: date | None, gap: timedelta = timedelta(0)) -> bool:
    return any(start < (b or _FOREVER - gap) + gap and a < (end or _FOREVER - gap) + gap for a, b in spans)


class Housing:
    """Gives households dwellings and people numbers, so that neither is held twice at a time but often in turn."""

    def __init__(self, rng: Random, words: Lexicon, areas: Sequence[str], today: date) -> None:
        self._rng = rng
        self._words = words
        self._areas = areas
        self._today = today
        self._by_state: dict[str, list[str]] = defaultdict(list)
        for area in areas:
            self._by_state[words.places[area][0].state].append(area)
        self._dwellings: dict[Place, list[Dwelling]] = defaultdict(list)
        self._numbers_taken: set[tuple[str, str, str]] = set()
        self._lived: dict[Dwelling, list[Span]] = defaultdict(list)
        self._held: dict[str, list[Span]] = defaultdict(list)

    def settle(self, home: Household) -> None:
        """Give a household its dwellings from its start to its end, and its landlines."""
        place = self._place(self._origin(home))
        for start, end in self._spans(home):
            dwelling = self._dwelling(place, start, end)
            self._lived[dwelling].append((start, end))
            for person, since, until in home.members:
                first, last = max(start, since), _earliest(end, until)
                if last is None or last > first:
                    person.stays.append(Stay(dwelling, first, last))
            self._landline(home, place, start, end)
            place = self._next_place(place)

    def give_mobile(self, person: Draft) -> None:
        """A first mobile between fifteen and nineteen, then a new number every dozen years or so."""
        rng = self._rng
        earliest = _FIRST_MOBILE + timedelta(days=rng.randint(0, 2600))
        start = max(person.born + timedelta(days=rng.uniform(15, 19) * YEAR), earliest)
        closed = person.died + timedelta(days=rng.randint(10, 120)) if person.died else None
        changes_per_year = rng.choice((0.03, 0.08, 0.2))
        while start < (person.died or self._today):
            dropped = start + timedelta(days=rng.expovariate(changes_per_year) * YEAR + 60)
            last = _earliest(dropped, closed)
            end = last if last and last < self._today else None
            kind = LineType.MOBILE if rng.random() < 0.95 else LineType.NONFIXED_VOIP
            person.tenures.append(self._line(self._area_of(person, start), kind, start, end))
            if end is None:
                return
            start = end + timedelta(days=rng.choice((0, 0, 1, 5, 30, 120)))

    def rent_box(self, person: Draft) -> None:
        """A P.O. box in the town of the present home."""
        current = next((s for s in person.stays if s.end is None), None)
        if current:
            place = current.dwelling.place
            start = self._today - timedelta(days=self._rng.randint(100, 2500))
            box = Dwelling(place, self._fresh_number(place, 2000, 99999))
            person.stays.append(Stay(box, max(start, current.start)))

    def _origin(self, home: Household) -> str:
        """The area code where the first member lived before, or anywhere."""
        head, since, _ = home.members[0]
        before = [s for s in head.stays if s.start <= since]
        if before and self._rng.random() < 0.75:
            return before[-1].dwelling.place.area_code
        parents = head.mother.stays if head.mother else []
        if parents and self._rng.random() < 0.7:
            return parents[-1].dwelling.place.area_code
        return self._rng.choice(self._areas)

    def _spans(self, home: Household) -> Iterator[Span]:
        start = home.start
        while True:
            moved = start + timedelta(days=self._rng.expovariate(home.moves_per_year) * YEAR + 45)
            if moved >= (home.end or self._today):
                yield start, home.end
                return
            yield start, moved
            start = moved

    def _place(self, area: str) -> Place:
        return self._rng.choice(self._words.places[area])

    def _next_place(self, place: Place) -> Place:
        """Most moves are local, some stay in the state, few leave it."""
        draw = self._rng.random()
        if draw < 0.62:
            return self._place(place.area_code)
        return self._place(self._rng.choice(self._by_state[place.state] if draw < 0.82 else self._areas))

    def _dwelling(self, place: Place, start: date, end: date | None) -> Dwelling:
        """One that stands empty for the whole span, or a new one."""
        known = self._dwellings[place]
        for candidate in self._rng.sample(known, min(4, len(known))):
            if self._rng.random() < 0.7 and not _overlap(self._lived[candidate], start, end):
                return candidate
        dwelling = self._build(place)
        known.append(dwelling)
        return dwelling

    def _build(self, place: Place) -> Dwelling:
        rng = self._rng
        flats = [d for d in self._dwellings[place] if d.unit and d.unit_type != "PMB"]
        if flats and rng.random() < 0.2:
            house = rng.choice(flats)
            taken = {d.unit for d in flats if d.number == house.number}
            unit = next(u for u in map(str, range(101, 999)) if u not in taken)
            return Dwelling(place, house.number, house.street, house.unit_type, unit)
        number = self._fresh_number(place, 100, 9999)
        street = f"{rng.choice(self._words.streets)} {rng.choice(self._words.street_types)}"
        if rng.random() < 0.12:
            street = f"{rng.choice('NSEW')} {street}"
        kind = rng.choices(("", "Apt", "Unit", "PMB"), (80, 14, 5, 1))[0]
        return Dwelling(place, number, street, kind, str(rng.randint(1, 40)) if kind else "")

    def _fresh_number(self, place: Place, low: int, high: int) -> str:
        while True:
            number = str(self._rng.randint(low, high))
            if (place.city, place.state, number) not in self._numbers_taken:
                self._numbers_taken.add((place.city, place.state, number))
                return number

    def _area_of(self, person: Draft, day: date) -> str:
        there = [s for s in person.stays if s.start <= day and (s.end is None or s.end >= day)]
        return there[-1].dwelling.place.area_code if there else self._rng.choice(self._areas)

    def _landline(self, home: Household, place: Place, start: date, end: date | None) -> None:
        likely = 0.75 if start.year < 2005 else 0.25
        adults = [m for m in home.members if (self._today - m[0].born).days > 18 * YEAR]
        if not adults or self._rng.random() > likely:
            return
        cut = end or (self._today - timedelta(days=self._rng.randint(0, 4000)) if self._rng.random() < 0.6 else None)
        kind = LineType.FIXED_VOIP if start.year > 2008 and self._rng.random() < 0.35 else LineType.LANDLINE
        line = self._line(place.area_code, kind, start, cut if cut is None or cut > start else end)
        for person, since, until in adults:
            first, last = max(start, since, person.born + timedelta(days=18 * YEAR)), _earliest(line.end, until)
            if first < self._today and (last is None or last > first):
                person.tenures.append(Tenure(line.number, line.line_type, line.carrier, first, last))

    def _line(self, area: str, kind: LineType, start: date, end: date | None) -> Tenure:
        """A number that nobody else holds in the span; freed numbers rest for ninety days."""
        areas = [area, *self._by_state[self._words.places[area][0].state], *self._areas]
        for code in areas:
            for _ in range(25):
                number = f"{code}55501{self._rng.randrange(100):02}"
                if not _overlap(self._held[number], start, end, timedelta(days=90)):
                    self._held[number].append((start, end))
                    return Tenure(number, kind, self._rng.choice(self._words.carriers), start, end)
        raise ValueError("the world has more people than its area codes have fictitious numbers")
