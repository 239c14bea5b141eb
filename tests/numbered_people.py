"""Numbered, invented people, and what two vendors say of each: 20 records in four answers.

A request names its number (house number or telephone), so whoever plays the vendor looks nothing up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import phonenumbers

from skiptrace.model import Account, Address, AddressSighting, Case, Name, PartialDate, PhoneSighting, Purpose, Subject
from skiptrace.sandbox.lexicon import lexicon

PEOPLE = 10_000
"""So many people there are: the telephones of the fictitious exchange 555-01xx reach for three each."""

_WORDS = lexicon()
FIRST = tuple(name for listed in _WORDS.first_names.values() for name in listed.words)
LAST, STREETS = tuple(_WORDS.surnames.words), tuple(street for street in _WORDS.streets if " " not in street)
PLACES = tuple((place.city, place.state, place.zip_code) for near in _WORDS.places.values() for place in near)
AREAS = tuple(code for code in range(201, 990) if phonenumbers.is_valid_number(phonenumbers.parse(f"+1{code}5550100")))


@dataclass(frozen=True)
class Person:
    """One of the numbered people."""

    number: int

    @property
    def first(self) -> str:
        return FIRST[self.number % len(FIRST)]

    @property
    def last(self) -> str:
        return LAST[self.number * 7 % len(LAST)]

    @property
    def born(self) -> tuple[int, int, int]:
        return 1950 + self.number % 45, 1 + self.number % 12, 1 + self.number % 28

    def line(self, move: int) -> str:
        """House number and street; the person lives at the highest move."""
        return f"{self.number + 100} {STREETS[(self.number + move) % len(STREETS)]} St"

    def place(self, move: int) -> tuple[str, str, str]:
        return PLACES[(self.number + move) % len(PLACES)]

    def phone(self, which: int) -> str:
        """Ten digits, 555-01xx; ``which`` is 0 for the one on the account, 1 for today's, 2 for a relative's."""
        index = self.number + which * PEOPLE
        return f"{AREAS[index // 100]}55501{index % 100:02}"


def number_of_phone(digits: str) -> int:
    return (AREAS.index(int(digits[:3])) * 100 + int(digits[-2:])) % PEOPLE


def _address(person: Person, move: int, first: str, last: str) -> dict[str, object]:
    house, street, kind = person.line(move).split()
    city, state, zip_code = person.place(move)
    parts = {"houseNumber": house, "streetName": street, "streetType": kind, "city": city, "state": state}
    return {**parts, "zip": zip_code, "firstReportedDate": first, "lastReportedDate": last}


def _phone(digits: str, kind: str, last: str) -> dict[str, object]:
    shown = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return {"phoneNumber": shown, "phoneType": kind, "isConnected": True, "lastReportedDate": last}


def _name(person: Person, middle: str = "") -> dict[str, str]:
    return {"firstName": person.first, "middleName": middle, "lastName": person.last}


def enriched(person: Person) -> dict[str, object]:
    """One record: today's address and telephone."""
    found = {
        "name": _name(person),
        "addresses": [_address(person, 2, "4/1/2025", "9/1/2026"), _address(person, 1, "3/1/2023", "4/1/2025")],
        "phones": [_phone(person.phone(1), "mobile", "9/1/2026"), _phone(person.phone(0), "landline", "1/1/2022")],
        "emails": [{"email": f"p{person.number}@example.com"}],
    }
    return {"person": found, "identityScore": "98", "requestId": str(person.number), "isError": False}


def searched(person: Person) -> dict[str, object]:
    """Seventeen records: the person in three spellings, four of the family, ten namesakes elsewhere."""
    year, month, day = person.born
    addresses = [_address(person, move, f"3/1/{2019 + 2 * move}", f"4/1/{2021 + 2 * move}") for move in range(3)]
    phones = [_phone(person.phone(1), "Wireless", "9/1/2026"), _phone(person.phone(0), "LandLine/Services", "1/1/2022")]
    relatives = [{"firstName": first, "lastName": person.last, "relativeType": "Family"} for first in FIRST[:4]]
    found: list[dict[str, object]] = []
    for spelling, middle in enumerate(("T", "", "Taylor")):
        found.append(
            {
                "tahoeId": f"T{person.number}-{spelling}",
                "name": _name(person, middle),
                "dob": f"{month}/{day if spelling != 1 else 'XX'}/{year}",
                "addresses": addresses[spelling:] or addresses,
                "phoneNumbers": phones if spelling != 1 else phones[1:],
                "emailAddresses": [{"emailAddress": f"p{person.number}@example.com"}],
                "relativesSummary": relatives,
            }
        )
    found += [_other(person, n, family=True) for n in range(4)] + [_other(person, n, family=False) for n in range(10)]
    return {"persons": found, "pagination": {"totalResults": len(found)}, "requestId": "r", "isError": False}


def _other(person: Person, n: int, *, family: bool) -> dict[str, object]:
    other = Person((person.number * 7 + n * 31 + 1) % PEOPLE)
    first = other.first if family else person.first
    lives = _address(person, 1, "3/1/2015", "4/1/2023") if family else _address(other, n, "3/1/2012", "4/1/2026")
    return {
        "tahoeId": f"T{person.number}-{'f' if family else 'n'}{n}",
        "name": {"firstName": first, "middleName": "", "lastName": person.last},
        "dob": f"{1 + n}/{2 + n}/{1940 + 3 * n}",
        "addresses": [lives],
        "phoneNumbers": [_phone(other.phone(2), "Wireless", "4/1/2026")],
        "relativesSummary": [{"firstName": person.first, "lastName": person.last}] if family else [],
    }


def validated(person: Person, digits: str) -> dict[str, object]:
    """One check."""
    reply = {"id": f"v{person.number}", "phone_number": digits, "is_valid": True, "activity_score": 88}
    return {**reply, "line_type": "Mobile", "warnings": []}


def owned(person: Person, digits: str) -> dict[str, object]:
    """Two records: the person and one of the household."""
    city, state, zip_code = person.place(2)
    lives = {"street_line_1": person.line(2), "city": city, "state_code": state, "postal_code": zip_code}
    owners = [
        {"id": f"o{person.number}-{n}", "type": "Person", "firstname": first, "lastname": person.last}
        | {"current_addresses": [lives], "link_to_phone_start_date": "2024-05-01"}
        for n, first in enumerate((person.first, FIRST[(person.number + 3) % len(FIRST)]))
    ]
    reply = {"id": f"p{person.number}", "phone_number": digits, "is_valid": True, "line_type": "Mobile"}
    return {**reply, "owners": owners, "warnings": []}


CERTIFIED = Purpose(
    "FCRA_COLLECT", "GLBA_ENFORCE", certified_by="Jane Sample", certified_at=datetime(2026, 6, 1, tzinfo=UTC)
)


def a_case(number: int) -> Case:
    person = Person(number)
    city, state, zip_code = person.place(0)
    lived = Address(person.line(0), "", city, state, zip_code)
    subject = Subject(
        names=(Name(person.first, "", person.last),),
        birth_date=PartialDate(*person.born),
        ssn4=f"{number % 10_000:04}",
        addresses=(AddressSighting(lived, last_seen=PartialDate(2021)),),
        phones=(PhoneSighting(person.phone(0), last_seen=PartialDate(2022)),),
    )
    account = Account(f"A-{number}", "open", Decimal("2400.00"), "credit")
    return Case(
        f"case-{number}", account, subject, CERTIFIED, "jane", Decimal(5), date(2026, 11, 2), batch_id="batch-1"
    )
