"""The compiled files that vendors buy and resell. Each sees the world through its own gaps, delays and mistakes.

Two vendors that buy the same file repeat the same mistake: their agreement is worth one source, not two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from skiptrace.model import LineType, Name, PartialDate, Personal
from skiptrace.sandbox.lexicon import lexicon
from skiptrace.sandbox.world import Dwelling, Kin, Person, Stay, Tenure, World


@dataclass(frozen=True, slots=True)
class UpstreamSpec:
    """How one file is compiled. Shares are probabilities, delays are mean days."""

    id: str
    adults: float
    """Share of adults that it holds at all."""
    addresses: float
    phones: float
    emails: float
    keeps_years: int
    delay: float
    """From an event to its appearance in the file."""
    false_refresh: float
    """Share of left addresses and dropped numbers that still show a recent date."""
    typos: float
    nicknames: float
    birth_dates: float
    ssns: float
    kin: float
    deaths: float
    bankruptcies: float
    foreign_phones: float
    """Share of people to whom a housemate's number is ascribed."""


UPSTREAMS: tuple[UpstreamSpec, ...] = (
    UpstreamSpec(
        id="credit_header",
        adults=0.88,
        addresses=0.9,
        phones=0.4,
        emails=0.0,
        keeps_years=15,
        delay=90.0,
        false_refresh=0.08,
        typos=0.02,
        nicknames=0.05,
        birth_dates=0.93,
        ssns=0.92,
        kin=0.0,
        deaths=0.6,
        bankruptcies=0.7,
        foreign_phones=0.02,
    ),
    UpstreamSpec(
        id="utility_connects",
        adults=0.55,
        addresses=0.85,
        phones=0.75,
        emails=0.1,
        keeps_years=9,
        delay=30.0,
        false_refresh=0.03,
        typos=0.03,
        nicknames=0.12,
        birth_dates=0.35,
        ssns=0.3,
        kin=0.0,
        deaths=0.1,
        bankruptcies=0.0,
        foreign_phones=0.06,
    ),
    UpstreamSpec(
        id="carrier_subscribers",
        adults=0.72,
        addresses=0.55,
        phones=0.9,
        emails=0.2,
        keeps_years=8,
        delay=40.0,
        false_refresh=0.08,
        typos=0.03,
        nicknames=0.18,
        birth_dates=0.25,
        ssns=0.0,
        kin=0.0,
        deaths=0.1,
        bankruptcies=0.0,
        foreign_phones=0.14,
    ),
    UpstreamSpec(
        id="consumer_web",
        adults=0.72,
        addresses=0.7,
        phones=0.55,
        emails=0.7,
        keeps_years=12,
        delay=240.0,
        false_refresh=0.3,
        typos=0.07,
        nicknames=0.35,
        birth_dates=0.55,
        ssns=0.0,
        kin=0.75,
        deaths=0.3,
        bankruptcies=0.2,
        foreign_phones=0.1,
    ),
)


@dataclass(frozen=True, slots=True, repr=False)
class SeenAddress(Personal):
    """A dwelling as a file spells it; ``dwelling`` is the true one behind it."""

    dwelling: Dwelling
    number: str
    street: str
    unit: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, repr=False)
class SeenPhone(Personal):
    number: str
    line_type: LineType
    carrier: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, repr=False)
class Dossier(Personal):
    """One person as one upstream file, or one vendor, holds them. ``key`` is the true person."""

    key: str
    names: tuple[Name, ...]
    born: PartialDate | None
    ssn: str
    addresses: tuple[SeenAddress, ...]
    phones: tuple[SeenPhone, ...]
    emails: tuple[str, ...]
    kin: tuple[Kin, ...]
    died: date | None
    bankruptcies: int
    opted_out: bool


def compile_file(spec: UpstreamSpec, world: World) -> Mapping[str, Dossier]:
    """Everybody whom the file holds, by the true person's key."""
    file: dict[str, Dossier] = {}
    for person in world.people.values():
        rng = Random(f"{world.seed}:{spec.id}:{person.key}")  # noqa: S311 - repeatable on purpose
        if person.age(world.today) >= 18 and rng.random() < spec.adults * person.visibility:
            file[person.key] = _observe(person, spec, world, rng)
    return file


def _observe(person: Person, spec: UpstreamSpec, world: World, rng: Random) -> Dossier:
    names = _names(person, spec, rng)
    died = person.died if person.died and rng.random() < spec.deaths and _known(person.died, spec, world, rng) else None
    filed = person.bankruptcy.filed if person.bankruptcy else None
    return Dossier(
        key=person.key,
        names=names,
        born=_born(person.born, rng) if rng.random() < spec.birth_dates else None,
        ssn=person.ssn if rng.random() < spec.ssns else "",
        addresses=tuple(_addresses(person, spec, world, rng)),
        phones=tuple(_phones(person, spec, world, rng)),
        emails=(person.email,) if rng.random() < spec.emails else (),
        kin=tuple(kin for kin in person.kin if rng.random() < spec.kin),
        died=died,
        bankruptcies=int(bool(filed) and rng.random() < spec.bankruptcies and _known(filed, spec, world, rng)),
        opted_out=person.opted_out,
    )


def _known(event: date | None, spec: UpstreamSpec, world: World, rng: Random) -> bool:
    return event is not None and event + timedelta(days=rng.expovariate(1 / spec.delay)) <= world.today


def _names(person: Person, spec: UpstreamSpec, rng: Random) -> tuple[Name, ...]:
    """The present name as the file has it, then the earlier ones that it knows."""
    current = person.name
    nicknames = lexicon().nicknames.get(current.first, ())
    first = rng.choice(nicknames) if nicknames and rng.random() < spec.nicknames else current.first
    middle = current.middle if rng.random() < 0.4 else current.middle[:1] if rng.random() < 0.6 else ""
    last = current.last
    if rng.random() < spec.typos:
        last = misspell(last, rng)
    elif rng.random() < spec.typos:
        first = misspell(first, rng)
    suffix = current.suffix if rng.random() < 0.5 else ""
    earlier = (replace(name, middle="") for name in person.names[:-1] if name.last != current.last)
    return (Name(first, middle, last, suffix), *(name for name in earlier if rng.random() < 0.6))


def _born(born: date, rng: Random) -> PartialDate:
    draw = rng.random()
    if draw < 0.03:
        return PartialDate(born.year)
    if draw < 0.06:
        return PartialDate(born.year, born.month)
    if draw < 0.075:
        return PartialDate(born.year + rng.choice((-10, -1, 1, 10)), born.month, min(born.day, 28))
    return PartialDate.of(born)


def misspell(word: str, rng: Random) -> str:
    """One slip of the keyboard: two letters swapped, one dropped, doubled or replaced."""
    if len(word) < 3:
        return word
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + rng.choice("aeioulnrst") + word[at + 1 :],
        )
    )


def _seen(span: Stay | Tenure, spec: UpstreamSpec, world: World, rng: Random) -> tuple[date, date] | None:
    """First and last dates as reported, or None while the file has not heard of it or has forgotten it."""
    appears = span.start + timedelta(days=rng.expovariate(1 / spec.delay))
    if appears > world.today:
        return None
    last = (span.end or world.today) - timedelta(days=rng.expovariate(1 / spec.delay))
    if span.end and rng.random() < spec.false_refresh:
        last = world.today - timedelta(days=rng.randint(5, 400))
    elif span.end and rng.random() < 0.5:
        last = min(world.today, span.end + timedelta(days=rng.expovariate(1 / spec.delay)))
    if last.year < world.today.year - spec.keeps_years:
        return None
    return min(appears, last), max(appears, last)


def _addresses(person: Person, spec: UpstreamSpec, world: World, rng: Random) -> Sequence[SeenAddress]:
    seen = []
    for stay in person.stays:
        dates = _seen(stay, spec, world, rng)
        if dates is None or rng.random() > spec.addresses or (stay.end or world.today) < _majority(person):
            continue
        home = stay.dwelling
        number, street = home.number, home.street
        if rng.random() < spec.typos / 2:
            number = misspell(number, rng) if len(number) > 3 else number
        elif street and rng.random() < spec.typos:
            name, _, kind = street.rpartition(" ")
            street = f"{misspell(name, rng)} {kind}"
        unit = "" if rng.random() < spec.typos else home.unit_text
        seen.append(SeenAddress(home, number, street, unit, *dates))
    return seen


def _majority(person: Person) -> date:
    return person.born + timedelta(days=18 * 365)


def _phones(person: Person, spec: UpstreamSpec, world: World, rng: Random) -> Sequence[SeenPhone]:
    spans = [*person.tenures]
    if rng.random() < spec.foreign_phones:
        others = [
            t for kin in person.kin for t in world.people[kin.key].tenures if t.line_type is not LineType.LANDLINE
        ]
        spans += rng.sample(others, min(1, len(others)))
    seen = []
    for tenure in spans:
        dates = _seen(tenure, spec, world, rng)
        if dates and rng.random() < spec.phones:
            seen.append(SeenPhone(tenure.number, tenure.line_type, tenure.carrier, *dates))
    return seen
