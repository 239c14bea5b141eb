"""Sample placement files: debtors of the world whose creditor has lost them, with the columns that such files have."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import TypeVar

from skiptrace.model import Name
from skiptrace.sandbox.lexicon import lexicon
from skiptrace.sandbox.upstream import misspell
from skiptrace.sandbox.vendors.wire import stable_id
from skiptrace.sandbox.world import Dwelling, Person, Stay, Tenure, World

COLUMNS = (
    "account_id",
    "first",
    "middle",
    "last",
    "suffix",
    "dob",
    "ssn4",
    "house",
    "street",
    "unit",
    "po_box",
    "city",
    "state",
    "zip",
    "address",
    "phone",
    "as_of",
    "account_state",
    "debt_origin",
    "balance",
    "opened_on",
    "last_contact_on",
)
_ORIGINS = {"credit": 92, "medical": 4, "utility": 3, "judgment": 1}


class Fate(StrEnum):
    """What became of a debtor since the last contact."""

    LOST = "lost"
    STILL_THERE = "still_there"
    DECEASED = "deceased"
    BANKRUPT = "bankrupt"
    MINOR = "minor"


_SHARES = {Fate.STILL_THERE: 0.12, Fate.DECEASED: 0.02, Fate.BANKRUPT: 0.03, Fate.MINOR: 0.005}
_TOLD = {Fate.DECEASED: "deceased", Fate.BANKRUPT: "bankrupt"}
"""What the file itself states of every other death and bankruptcy; the rest only the bureau knows."""


@dataclass(frozen=True, slots=True)
class _Debt:
    person: Person
    home: Stay
    opened: date
    last_contact: date
    fate: Fate


def account_id(world: World, key: str) -> str:
    """The account number of a person: the same in every sample of a world, and it does not tell the true key."""
    return f"A{int(stable_id('account', world.seed, key).replace('-', ''), 16) % 10**9:09}"


def is_closed(world: World, key: str) -> bool:
    """Whether the creditor has closed the person's account and placed it all the same."""
    return int(stable_id("closed", world.seed, key)[:4], 16) % 50 == 0


def sample_accounts(world: World, n: int = 200, seed: int = 1) -> list[dict[str, str]]:
    """Rows of ``n`` accounts, one per debtor, by column name; dates in ISO form, empty where the file does not say.

    Most debtors moved or changed their number since the last contact; a few died, went bankrupt or are minors, which
    the file says for some of them only. Raises ValueError when the world has too few such people.
    """
    rng = Random(f"accounts:{world.seed}:{seed}:{n}")  # noqa: S311 - repeatable on purpose
    left = {fate: max(1, round(n * share)) for fate, share in _SHARES.items()}
    left[Fate.LOST] = n - sum(left.values())
    rows = []
    for key in rng.sample(sorted(world.people), len(world.people)):
        debt = _debt(world.people[key], world, rng)
        if debt and left[debt.fate] > 0:
            left[debt.fate] -= 1
            every_other = left[debt.fate] % 2 == 0
            rows.append(_row(debt, world, rng, creditor_knows=every_other))
    if len(rows) < n:
        short = ", ".join(f"{count} {fate}" for fate, count in left.items() if count > 0)
        raise ValueError(f"the world is too small for {n} accounts (short of {short}); grow a larger one")
    return rows


def write_accounts(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write a CSV file with the columns above."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def _debt(person: Person, world: World, rng: Random) -> _Debt | None:
    """A debt that this person might have, or None when they would be no plausible debtor."""
    last_contact = world.today - timedelta(days=rng.randint(200, 2000))
    opened = last_contact - timedelta(days=rng.randint(120, 1500))
    home = _on(person.stays, last_contact)
    if home is None or (person.died and person.died < last_contact):
        return None
    if person.bankruptcy and person.bankruptcy.filed < last_contact:
        return None
    if person.age(world.today) < 18:
        return _Debt(person, home, opened, last_contact, Fate.MINOR) if person.age(opened) >= 14 else None
    if person.age(opened) < 18:
        return None
    return _Debt(person, home, opened, last_contact, _fate(person, home, last_contact))


def _fate(person: Person, home: Stay, last_contact: date) -> Fate:
    if person.died:
        return Fate.DECEASED
    if person.bankruptcy:
        return Fate.BANKRUPT
    line = _on(person.tenures, last_contact)
    return Fate.LOST if home.end or (line and line.end) else Fate.STILL_THERE


S = TypeVar("S", Stay, Tenure)


def _on(spans: Sequence[S], day: date) -> S | None:
    return next((span for span in reversed(spans) if span.start <= day and (span.end is None or span.end > day)), None)


def _row(debt: _Debt, world: World, rng: Random, *, creditor_knows: bool) -> dict[str, str]:
    person = debt.person
    line = _on(person.tenures, debt.last_contact)
    name = _written(person, rng)
    state = "closed" if is_closed(world, person.key) else _TOLD.get(debt.fate, "open") if creditor_knows else "open"
    return {
        "account_id": account_id(world, person.key),
        "first": name.first,
        "middle": name.middle,
        "last": name.last,
        "suffix": name.suffix,
        "dob": _birth_date(person.born, rng) if debt.fate is Fate.MINOR or rng.random() < 0.72 else "",
        "ssn4": person.ssn[-4:] if rng.random() < 0.76 else "",
        **_address(debt.home.dwelling),
        "phone": line.number if line and rng.random() < 0.8 else "",
        "as_of": str(world.today),
        "account_state": state,
        "debt_origin": rng.choices(list(_ORIGINS), list(_ORIGINS.values()))[0],
        "balance": f"{min(25_000.0, max(60.0, rng.lognormvariate(6.8, 0.9))):.2f}",
        "opened_on": str(debt.opened),
        "last_contact_on": str(debt.last_contact),
    }


def _written(person: Person, rng: Random) -> Name:
    """The name as a clerk wrote it when the account was opened: now and then short, misspelt or before a marriage."""
    name = person.names[0] if len(person.names) > 1 and rng.random() < 0.1 else person.name
    nicknames = lexicon().nicknames.get(name.first, ())
    first = rng.choice(nicknames) if nicknames and rng.random() < 0.08 else name.first
    last = misspell(name.last, rng) if rng.random() < 0.03 else name.last
    middle = rng.choices((name.middle, name.middle[:1], ""), (25, 30, 45))[0]
    suffix = name.suffix if rng.random() < 0.5 else ""
    return Name(first.upper(), middle.upper(), last.upper(), suffix.upper())


def _birth_date(born: date, rng: Random) -> str:
    return rng.choices((str(born), f"{born:%Y-%m}", f"{born:%Y}"), (94, 4, 2))[0]


def _address(home: Dwelling) -> dict[str, str]:
    return {
        "house": "" if home.is_box else home.number,
        "street": home.street.upper(),
        "unit": home.unit_text.upper(),
        "po_box": home.number if home.is_box else "",
        "city": home.place.city,
        "state": home.place.state,
        "zip": home.place.zip_code,
        "address": f"{home.line} {home.unit_text}".rstrip().upper(),
    }
