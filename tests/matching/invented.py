"""Invented people for the tests of matching."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from skiptrace.model import Address, AddressSighting, Name, PartialDate, PhoneSighting, SourceRecord, Subject

TODAY = date(2026, 11, 2)
OLD_HOME = Address("118 Alder Ct", "", "Austin", "TX", "78701")
NEW_HOME = Address("4410 Larkspur Ln", "", "Round Rock", "TX", "78664")
OTHER_HOME = Address("77 Quarry Rd", "", "Houston", "TX", "77002")


def seen(address: Address, first: int, last: int) -> AddressSighting:
    return AddressSighting(address, PartialDate(first), PartialDate(last))


def phone(number: str, last: int) -> PhoneSighting:
    return PhoneSighting(number, last_seen=PartialDate(last))


def subject(**changes: Any) -> Subject:
    base = Subject(
        names=(Name("Marion", "T", "Okafor"),),
        birth_date=PartialDate(1971, 5, 23),
        ssn4="0142",
        addresses=(AddressSighting(OLD_HOME, last_seen=PartialDate(2022)),),
        phones=(phone("5125550142", 2022),),
    )
    return replace(base, **changes)


def record(record_id: str = "1", **changes: Any) -> SourceRecord:
    """A record that has nothing but the subject's name and a home elsewhere, unless it is told more."""
    base = SourceRecord(
        record_id,
        "ref",
        upstream="one",
        names=(Name("Marion", "", "Okafor"),),
        addresses=(seen(NEW_HOME, 2023, 2026),),
    )
    return replace(base, **changes)
