"""Makes a world from a seed: families first, then their homes, then their telephones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from random import Random

from skiptrace.sandbox.families import Draft, Families
from skiptrace.sandbox.homes import Housing, households
from skiptrace.sandbox.lexicon import lexicon
from skiptrace.sandbox.world import Dwelling, Kin, Person, Stay, Tenure, World

TODAY = date(2026, 6, 1)
"""The day on which a world stands still unless another is asked for."""

_PEOPLE_PER_AREA_CODE = 42
_MOST_PEOPLE = 12_000


def grow_world(seed: int = 1, size: int = 3_000, today: date = TODAY) -> World:
    """A world of about ``size`` invented people.

    Numbers are 555-0100 to 555-0199 of real area codes, mail is at example.com, and Social Security numbers are of
    areas 900-999 with groups 01-49, which neither the SSA (20 CFR 422.103) nor the IRS (ITIN) issues.
    Raises ValueError for a size outside 50 to 12,000, for which the fictitious numbers suffice.
    """
    if not 50 <= size <= _MOST_PEOPLE:
        raise ValueError(f"a world has 50 to {_MOST_PEOPLE:,} people")
    rng = Random(f"world:{seed}:{size}:{today}")  # noqa: S311 - repeatable on purpose
    words = lexicon()
    families = Families(rng, words, today)
    families.grow(size)
    wanted = max(8, min(len(words.places), size // _PEOPLE_PER_AREA_CODE))
    housing = Housing(rng, words, rng.sample(sorted(words.places), wanted), today)
    for home in sorted(households(families.people, families.marriages, rng), key=lambda home: home.start):
        housing.settle(home)
    for draft in families.people:
        draft.stays.sort(key=lambda stay: stay.start)
        housing.give_mobile(draft)
        if rng.random() < 0.04:
            housing.rent_box(draft)
    return _world(seed, today, _people(families.people, rng))


def _people(drafts: Sequence[Draft], rng: Random) -> list[Person]:
    ssns = rng.sample(range(100 * 49 * 9999), len(drafts))
    children: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        for parent in (draft.father, draft.mother):
            if parent:
                children[parent.key].append(draft)
    return [_person(draft, children, _ssn(code), rng) for draft, code in zip(drafts, ssns, strict=True)]


def _ssn(code: int) -> str:
    area_and_group, serial = divmod(code, 9999)
    area, group = divmod(area_and_group, 49)
    return f"{900 + area}{group + 1:02}{serial + 1:04}"


def _person(draft: Draft, children: dict[str, list[Draft]], ssn: str, rng: Random) -> Person:
    return Person(
        key=draft.key,
        sex=draft.sex,
        names=draft.names(),
        born=draft.born,
        ssn=ssn,
        died=draft.died,
        bankruptcy=draft.bankruptcy,
        opted_out=rng.random() < 0.004,
        litigator=rng.random() < 0.006,
        visibility=rng.choices((1.0, 0.75, 0.4), (60, 25, 15))[0],
        email=f"{draft.first}.{draft.surname}{draft.key[-4:]}@example.com".lower(),
        stays=_joined(draft.stays),
        tenures=tuple(sorted(draft.tenures, key=lambda tenure: tenure.start)),
        kin=_kin(draft, children),
    )


def _joined(stays: Sequence[Stay]) -> tuple[Stay, ...]:
    """In order of their start; someone who marries and stays where they live has one stay, not two."""
    joined: list[Stay] = []
    for stay in sorted(stays, key=lambda stay: stay.start):
        if joined and joined[-1].dwelling == stay.dwelling and joined[-1].end == stay.start:
            stay = Stay(stay.dwelling, joined.pop().start, stay.end)  # noqa: PLW2901
        joined.append(stay)
    return tuple(joined)


def _kin(draft: Draft, children: dict[str, list[Draft]]) -> tuple[Kin, ...]:
    match = draft.married
    kin = [Kin(parent.key, "parent") for parent in (draft.father, draft.mother) if parent]
    if match:
        kin.append(Kin((match.wife if match.husband is draft else match.husband).key, "spouse"))
    kin += [Kin(child.key, "child") for child in children[draft.key]]
    if draft.mother:
        kin += [Kin(child.key, "sibling") for child in children[draft.mother.key] if child is not draft]
    return tuple(kin)


def _world(seed: int, today: date, people: Sequence[Person]) -> World:
    residents: dict[Dwelling, list[str]] = defaultdict(list)
    holders: dict[str, list[tuple[str, Tenure]]] = defaultdict(list)
    for person in people:
        for stay in person.stays:
            residents[stay.dwelling].append(person.key)
        for tenure in person.tenures:
            holders[tenure.number].append((person.key, tenure))
    return World(seed, today, {person.key: person for person in people}, dict(residents), dict(holders))
