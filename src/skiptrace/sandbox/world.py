"""The true world: who lives where, who holds which number, who is whose father. Only the evaluation may read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from skiptrace.model import LineType, Name, Personal
from skiptrace.sandbox.lexicon import Place


@dataclass(frozen=True, slots=True, repr=False)
class Dwelling(Personal):
    """A place where mail can be delivered. Its house number (or box) is unique within its city, units excepted."""

    place: Place
    number: str
    street: str = ""
    unit_type: str = ""
    unit: str = ""

    @property
    def is_box(self) -> bool:
        return not self.street

    @property
    def line(self) -> str:
        """House number and street, or the P.O. box."""
        return f"{self.number} {self.street}" if self.street else f"PO Box {self.number}"

    @property
    def unit_text(self) -> str:
        return f"{self.unit_type} {self.unit}" if self.unit else ""

    @property
    def text(self) -> str:
        line = f"{self.line} {self.unit_text}".rstrip()
        return f"{line}, {self.place.city}, {self.place.state} {self.place.zip_code}"


@dataclass(frozen=True, slots=True, repr=False)
class Stay(Personal):
    """A person's time at a dwelling; ``end`` is None while it lasts."""

    dwelling: Dwelling
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Tenure(Personal):
    """A person's time with a telephone number (ten digits); a landline is shared by the adults of a household."""

    number: str
    line_type: LineType
    carrier: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Kin(Personal):
    """Another person of the world, and what they are to this one: spouse, parent, child, sibling."""

    key: str
    relation: str


@dataclass(frozen=True, slots=True)
class Bankruptcy:
    chapter: str
    filed: date
    closed: date | None


@dataclass(frozen=True, slots=True, repr=False)
class Person(Personal):
    """One invented person. ``names`` are in the order they were borne: the last one is the present name."""

    key: str
    sex: str
    names: tuple[Name, ...]
    born: date
    ssn: str
    died: date | None
    bankruptcy: Bankruptcy | None
    opted_out: bool
    litigator: bool
    visibility: float
    """How much of the files' usual coverage reaches this person: who is hard to find is so for every vendor."""
    email: str
    stays: tuple[Stay, ...]
    tenures: tuple[Tenure, ...]
    kin: tuple[Kin, ...]

    @property
    def name(self) -> Name:
        return self.names[-1]

    def age(self, on: date) -> int:
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


@dataclass(frozen=True, slots=True, repr=False)
class World(Personal):
    """Everybody, as of ``today``. The same seed, size and day give the same world."""

    seed: int
    today: date
    people: Mapping[str, Person]
    residents: Mapping[Dwelling, Sequence[str]]
    """Everybody who ever lived at a dwelling."""
    holders: Mapping[str, Sequence[tuple[str, Tenure]]]
    """Everybody who ever held a number."""

    def holds_now(self, number: str) -> bool:
        return any(tenure.end is None for _, tenure in self.holders.get(number, ()))

    def lived_in(self, dwelling: Dwelling) -> bool:
        """Whether somebody lives there today."""
        return any(
            stay.end is None
            for key in self.residents.get(dwelling, ())
            for stay in self.people[key].stays
            if stay.dwelling == dwelling
        )
