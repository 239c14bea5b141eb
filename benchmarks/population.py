"""Labelled pairs from a published simulated population: anybody can fit and measure without files from elsewhere.

    python benchmarks/population.py FOLDER [--accounts 3000] [--seed 1]     # about two minutes
    python benchmarks/fit.py fit FOLDER --out model.json --note "pseudopeople sample, benchmarks/population.py"

Needs the dependency group `population` (pseudopeople, BSD-3; its sample of some 20,000 simulated people comes with the
package, nothing is downloaded). People, birth dates, SSN and yearly addresses are the sample's, without its noise. What
it has not is made up here from the seed: towns (the sample has one), telephones (555-01xx), which of four upstream
sources hears of whom, how late, with which slips, and the searches that bring up candidates.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

AS_OF = 2040
MOST_CANDIDATES = 25
MOVED = 0.7
"""Share of the accounts whose subject has left the address on file."""
PLACES = (
    ("Ames", "IA", "50010", "515"), ("Dover", "DE", "19901", "302"), ("Salem", "OR", "97301", "503"),
    ("Troy", "NY", "12180", "518"), ("Reno", "NV", "89501", "775"), ("Tulsa", "OK", "74103", "918"),
    ("Boise", "ID", "83702", "208"), ("Macon", "GA", "31201", "478"), ("Elko", "NV", "89801", "775"),
    ("Lowell", "MA", "01852", "978"), ("Fargo", "ND", "58102", "701"), ("Mesa", "AZ", "85201", "480"),
    ("Omaha", "NE", "68102", "402"), ("Tampa", "FL", "33602", "813"), ("Ocala", "FL", "34470", "352"),
    ("Provo", "UT", "84606", "801"), ("Waco", "TX", "76701", "254"), ("Erie", "PA", "16507", "814"),
)  # fmt: skip
NAMED_AFTER = 0.12
"""Share of the people who bear the name of somebody of their family."""
_AREA_CODES = [str(code) for code in range(201, 990) if code % 100 != 11 and str(code)[1] != "9"]
_SHORT = {
    "william": "bill", "robert": "bob", "james": "jim", "john": "jack", "richard": "rick", "thomas": "tom",
    "joseph": "joe", "charles": "chuck", "daniel": "dan", "matthew": "matt", "michael": "mike", "david": "dave",
    "steven": "steve", "kenneth": "ken", "andrew": "drew", "joshua": "josh", "edward": "ted", "ronald": "ron",
    "timothy": "tim", "jeffrey": "jeff", "elizabeth": "beth", "jennifer": "jen", "margaret": "peggy", "susan": "sue",
    "patricia": "pat", "katherine": "kate", "deborah": "debbie", "jessica": "jess", "christopher": "chris",
    "samantha": "sam", "barbara": "barb", "pamela": "pam", "rebecca": "becky", "kimberly": "kim",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One upstream file: shares of people and of values that it holds, its mean delay in years, its slips."""

    name: str
    people: float
    stays: float
    phones: float
    births: float
    ssns: float
    delay: float
    refreshed: float
    """Share of values left behind that are dated as if they were current."""
    slips: float


SOURCES = (
    Source("A", 0.90, 0.90, 0.35, 0.95, 0.85, 0.6, 0.05, 0.02),
    Source("B", 0.75, 0.80, 0.80, 0.50, 0.10, 0.3, 0.10, 0.05),
    Source("C", 0.60, 0.70, 0.60, 0.30, 0.35, 1.2, 0.30, 0.08),
    Source("D", 0.70, 0.75, 0.50, 0.60, 0.05, 0.9, 0.15, 0.06),
)


@dataclass(slots=True)
class Person:
    key: str
    first: str
    middle: str
    last: dict[int, str]
    born: str
    ssn: str
    homes: dict[int, tuple[str, ...]] = field(default_factory=dict)
    phones: list[tuple[str, str, int, int]] = field(default_factory=list)
    """(number, kind, first year, last year); a number that is still held ends in AS_OF."""

    def at(self, by_year: dict[int, Any], year: int) -> Any:
        """The value of the latest year up to ``year``, or of the first year."""
        years = [known for known in by_year if known <= year] or [min(by_year)]
        return by_year[max(years)]


def read_people() -> list[Person]:
    """The sample's workers with one home a year. Raises ImportError when the group is not installed."""
    import pseudopeople

    held = pseudopeople.generate_social_security(config=pseudopeople.NO_NOISE)
    births = dict(zip(held.simulant_id, held.date_of_birth, strict=True))  # YYYYMMDD
    columns = ["simulant_id", "first_name", "middle_initial", "last_name", "ssn"]
    home = ["street_number", "street_name", "unit_number", "po_box"]
    people: dict[str, Person] = {}
    for year in range(AS_OF - 21, AS_OF + 1):
        frame = pseudopeople.generate_taxes_w2_and_1099(config=pseudopeople.NO_NOISE, year=year)
        rows = frame[[*columns, *(f"mailing_address_{part}" for part in home)]].astype(object).where(frame.notna(), "")
        for key, first, middle, last, ssn, *address in rows.itertuples(index=False, name=None):
            born = str(births.get(key, ""))
            if len(born) != 8:
                continue
            dashed = f"{born[:4]}-{born[4:6]}-{born[6:]}"
            known = people.setdefault(key, Person(key, first, middle, {}, dashed, str(ssn).replace("-", "")))
            known.last[year] = last
            if address[1] or address[3]:
                known.homes[year] = _place(tuple(map(str, address)))
    return [person for person in people.values() if len(person.homes) >= 3]


def name_after(people: Sequence[Person], random: Random) -> None:
    """Some are named after a relative: the sample has no father and son, and few full namesakes."""
    families: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        families[person.at(person.last, AS_OF)].append(person)
    for family in families.values():
        for person in family[1:]:
            if random.random() < NAMED_AFTER:
                other = random.choice(family[:5])
                person.first, person.middle = other.first, random.choice((other.middle, person.middle))


def _place(home: tuple[str, ...]) -> tuple[str, ...]:
    """(house, street, unit, P.O. box, city, state, ZIP): the town is drawn from the address itself."""
    city, state, zip5, _ = PLACES[Random("/".join(home[:2])).randrange(len(PLACES))]
    return (*home, city, state, zip5)


def give_phones(people: Sequence[Person], random: Random) -> None:
    """Mobiles that change hands, and landlines that belong to a home."""
    pool = [f"{area}55501{line:02}" for area in _AREA_CODES for line in range(100)]
    random.shuffle(pool)
    free: list[tuple[int, str]] = []
    landlines: dict[tuple[str, ...], str] = {}
    for person in people:
        since = min(person.homes)
        while since <= AS_OF:
            until = since + min(int(random.expovariate(0.12)) + 1, 30)
            at = next((n for n, (freed, _) in enumerate(free[:50]) if freed < since), None)
            number = free.pop(at)[1] if at is not None else pool.pop() if pool else free.pop(0)[1]
            person.phones.append((number, "mobile", since, min(until, AS_OF)))
            if until < AS_OF:
                free.append((until, number))
            since = until + 1
        for home, first, last in stays(person):
            if pool and (home in landlines or random.random() < 0.3):
                number = landlines.setdefault(home, pool[-1])
                if number == pool[-1]:
                    pool.pop()
                person.phones.append((number, "landline", first, last))


def stays(person: Person) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Homes with their first and last year; the last one lasts until now."""
    years = sorted(person.homes)
    start = years[0]
    for year, following in zip(years, [*years[1:], None], strict=True):
        if following is None or person.homes[following] != person.homes[year]:
            yield person.homes[year], start, AS_OF if following is None else following - 1
            start = following or 0


def records_of(person: Person, source: Source, random: Random) -> Iterator[dict[str, Any]]:
    """What one source holds of one person: a record for each stay that it has heard of."""
    for home, first, last in stays(person):
        if random.random() > source.stays:
            continue
        seen = _seen(first, last, source, random)
        if seen is None:
            continue
        year = min(seen[1], last)
        held = [phone for phone in person.phones if phone[2] <= last and phone[3] >= first]
        number, kind, since, until = random.choice(held) if held and random.random() < source.phones else ("", "", 0, 0)
        dialled = _seen(max(since, first), min(until, last), source, random) if number else None
        yield _identity(person, year, source.slips, random) | _address(home, source.slips, random) | {
            "dob": _born(person.born, source.slips, random) if random.random() < source.births else "",
            "ssn4": person.ssn[-4:] if random.random() < source.ssns else "",
            "phone": number if dialled else "", "phone_type": kind if dialled else "",
            "phone_last_seen": dialled[1] if dialled else 0, "provider": source.name,
            "first_seen": seen[0], "last_seen": seen[1], "_person": person.key, "_home": home,
        }  # fmt: skip


def _seen(first: int, last: int, source: Source, random: Random) -> tuple[int, int] | None:
    """First and last year as reported; None while the source has not heard of it."""
    appears = first + int(random.expovariate(1 / source.delay))
    if appears > AS_OF:
        return None
    until = last - int(random.expovariate(1 / source.delay))
    if last < AS_OF and random.random() < source.refreshed:
        until = AS_OF - random.randrange(2)
    return min(appears, max(until, first)), max(until, first)


def _identity(person: Person, year: int, slips: float, random: Random) -> dict[str, Any]:
    first, last = person.first, person.at(person.last, year)
    if random.random() < 0.15:
        first = _SHORT.get(first.lower(), first)
    middle = person.middle if random.random() < 0.5 else ""
    return {
        "first": slip(first, random) if random.random() < slips else first,
        "middle": middle, "suffix": "",
        "last": slip(last, random) if random.random() < slips else last,
    }  # fmt: skip


def _address(home: tuple[str, ...], slips: float, random: Random) -> dict[str, Any]:
    house, street, unit, box, city, state, zip5 = home
    street = slip(street, random) if street and random.random() < slips else street
    unit = "" if random.random() < slips * 2 else unit
    columns = dict(zip(("house", "street", "unit", "po_box", "city", "state", "zip"),
                       (house, street, unit, box, city, state, zip5), strict=True))  # fmt: skip
    return columns | {
        "address": " ".join(part for part in (house, street, unit, f"PO BOX {box}" if box else "") if part)
    }


def _born(born: str, slips: float, random: Random) -> str:
    if random.random() < 0.04:
        return born[:7]
    if random.random() < slips:
        year, month, day = born.split("-")
        return random.choice((f"{int(year) + random.choice((-1, 1, 10))}-{month}-{day}", f"{year}-{day}-{month}"))
    return born


def slip(word: str, random: Random) -> str:
    """One slip of the keyboard: two letters exchanged, one left out or replaced."""
    if len(word) < 4:
        return word
    at = random.randrange(1, len(word) - 1)
    return random.choice((
        word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at + 1 :],
        word[:at] + random.choice("aeioulnrst") + word[at + 1 :],
    ))  # fmt: skip


SEARCHES: tuple[Callable[[dict[str, Any]], tuple[Any, ...] | None], ...] = (
    lambda r: ("s", r["ssn4"], r["last"].lower()) if r["ssn4"] else None,
    lambda r: ("b", r["first"][:1].lower(), r["last"].lower(), r["dob"]) if r["dob"] else None,
    lambda r: ("p", r["phone"]) if r["phone"] else None,
    lambda r: ("a", r["house"], r["street"].lower(), r["zip"]) if r["street"] else None,
    lambda r: ("z", r["first"].lower(), r["last"].lower(), r["zip"]),
    lambda r: ("n", r["last"].lower(), r["zip"]),
)


def make(accounts: int, seed: int) -> dict[str, pa.Table]:
    """The three tables that fitting and evaluation read."""
    random = Random(seed)
    people = read_people()
    name_after(people, random)
    give_phones(people, random)
    records = [
        record
        for person in people
        for source in SOURCES
        if random.random() < source.people
        for record in records_of(person, source, random)
    ]
    index: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        record["rec_id"] = number
        for search in SEARCHES:
            if key := search(record):
                index[key].append(number)
    chosen = _debtors(people, accounts, random)
    asked, found, truth = [], [], []
    for number, (person, year) in enumerate(chosen):
        account = _account(number, person, year, random)
        asked.append(account)
        for rank, at in enumerate(_search(account, index)):
            record = records[at]
            found.append({k: v for k, v in record.items() if k[0] != "_"} | {"account_id": number, "search_rank": rank})
            truth.append(_truth(number, person, record))
    return {name: pa.Table.from_pylist(rows) for name, rows in
            (("accounts", asked), ("candidates", found), ("truth", truth))}  # fmt: skip


def _debtors(people: Sequence[Person], count: int, random: Random) -> list[tuple[Person, int]]:
    """Who is sought, and the year in which the creditor last knew them; most have moved since, as those sought have."""
    movers, others = [], []
    for person in random.sample(people, len(people)):
        year = AS_OF - random.randint(1, 6)
        if min(person.homes) <= year:
            has_moved = person.at(person.homes, year) != person.at(person.homes, AS_OF)
            (movers if has_moved else others).append((person, year))
    moved = movers[: round(count * MOVED)]
    return random.sample([*moved, *others[: count - len(moved)]], count)


def _account(number: int, person: Person, year: int, random: Random) -> dict[str, Any]:
    """What a creditor knows from one to six years ago."""
    held = [phone for phone in person.phones if phone[2] <= year <= phone[3]]
    return _identity(person, year, 0.02, random) | _address(person.at(person.homes, year), 0.02, random) | {
        "account_id": number, "as_of": AS_OF, "account_year": year,
        "dob": _born(person.born, 0.02, random) if random.random() < 0.75 else "",
        "ssn4": person.ssn[-4:] if random.random() < 0.9 else "",
        "phone": random.choice(held)[0] if held and random.random() < 0.7 else "",
    }  # fmt: skip


def _search(account: dict[str, Any], index: dict[tuple[Any, ...], list[int]]) -> list[int]:
    hits = [at for search in SEARCHES if (key := search(account)) for at in index.get(key, ())[:12]]
    return list(dict.fromkeys(hits))[:MOST_CANDIDATES]


def _truth(number: int, person: Person, record: dict[str, Any]) -> dict[str, Any]:
    same = record["_person"] == person.key
    holds = any(phone[0] == record["phone"] and phone[3] >= AS_OF for phone in person.phones)
    now = person.homes[max(person.homes)]
    return {"account_id": number, "rec_id": record["rec_id"], "y_same": same,
            "y_addr": record["_home"] == now, "y_phone": holds}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for name, table in make(given.accounts, given.seed).items():
        pq.write_table(table, given.folder / f"{name}.parquet")
        print(f"{given.folder / name}.parquet: {len(table):,} rows")


if __name__ == "__main__":
    main()
