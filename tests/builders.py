"""Short ways to build the values that many tests need. Everybody here is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from skiptrace.model import (
    Account,
    Address,
    AddressSighting,
    Asks,
    Case,
    ChargedOn,
    Contact,
    ContactKind,
    DataClass,
    Judgement,
    Manifest,
    Name,
    PartialDate,
    Party,
    PhoneSighting,
    Product,
    Purpose,
    Subject,
)

NOW = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)

COLLECTION = Purpose(fcra="FCRA_COLLECT", glba="GLBA_ENFORCE", certified_by="Jane Sample", certified_at=NOW)


class FixedClock:
    """A clock that stands still unless it is told to move."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def subject(**changes: Any) -> Subject:
    base = Subject(
        names=(Name("Marion", "T", "Okafor"),),
        birth_date=PartialDate(1971, 5, 23),
        ssn4="0142",
        addresses=(
            AddressSighting(Address("118 Alder Ct", "Apt 4", "Austin", "TX", "78701"), last_seen=PartialDate(2022)),
        ),
        phones=(PhoneSighting("5125550142", last_seen=PartialDate(2022)),),
    )
    return replace(base, **changes)


def account(**changes: Any) -> Account:
    return replace(Account("A-1", "open", Decimal("1200.00"), "credit"), **changes)


def case(**changes: Any) -> Case:
    base = Case(
        case_id="case-1",
        account=account(),
        subject=subject(),
        purpose=COLLECTION,
        requester="jane",
        budget=Decimal(5),
        as_of=TODAY,
    )
    return replace(base, **changes)


def product(**changes: Any) -> Product:
    base = Product(
        id="search",
        title="Person search",
        asks=Asks.PERSON,
        needs=(("name",),),
        sends=("name", "birth_date", "address", "phone"),
        gives=("address", "phone"),
        price=Decimal("0.25"),
        charged_on=ChargedOn.HIT,
        cache_days=30,
        miss_days=7,
        deadline_seconds=5.0,
    )
    return replace(base, **changes)


def manifest(*products: Product, **changes: Any) -> Manifest:
    base = Manifest(
        id="acme",
        title="Acme",
        method="licensed_api",
        data_class=DataClass.GLBA,
        purposes=("GLBA_ENFORCE",),
        terms_read=date(2026, 11, 1),
        products=products or (product(),),
        base_url="https://api.example.com",
        never_charged=(429, 503),
        purpose_map={"GLBA_ENFORCE": "contract"},
    )
    return replace(base, **changes)


def phone(value: str, probability: float, **changes: Any) -> Contact:
    return replace(Contact(ContactKind.PHONE, value, probability, Party.SUBJECT), **changes)


def address(line: str, probability: float, **changes: Any) -> Contact:
    parts = Address(line, "", "Austin", "TX", "78701")
    return replace(Contact(ContactKind.ADDRESS, parts.text, probability, Party.SUBJECT, address=parts), **changes)


def judgement(*contacts: Contact, **changes: Any) -> Judgement:
    return replace(Judgement(TODAY, contacts=contacts), **changes)
