"""EnformionGO's replies and what they mean in our words.

Names of fields follow the vendor's reference and OpenAPI file; those that only its users report are optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypedDict

from skiptrace.errors import BrokenReply
from skiptrace.model import (
    Address,
    AddressSighting,
    EmailSighting,
    Fact,
    LineType,
    Name,
    PhoneSighting,
    Relative,
    SourceRecord,
)
from skiptrace.providers.reading import (
    CamelModel,
    FullList,
    Items,
    Text,
    YesNo,
    has_place,
    spaced,
    vendor_date,
    zip_code,
)


class _Name(CamelModel):
    first_name: Text = ""
    middle_name: Text = ""
    last_name: Text = ""
    suffix: Text = ""


class _Address(CamelModel):
    """Contact Enrich writes ``street``; Person Search writes the parts and ``fullAddress``."""

    street: Text = ""
    house_number: Text = ""
    street_pre_direction: Text = ""
    street_name: Text = ""
    street_type: Text = ""
    street_post_direction: Text = ""
    full_address: Text = ""
    unit_type: Text = ""
    unit: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    zip4: Text = ""
    is_deliverable: YesNo = Fact.UNKNOWN
    first_reported_date: Text = ""
    last_reported_date: Text = ""


class _Phone(CamelModel):
    """``number`` and ``type`` in Contact Enrich, ``phoneNumber`` and ``phoneType`` in Person Search."""

    number: Text = ""
    phone_number: Text = ""
    type: Text = ""
    phone_type: Text = ""
    is_connected: YesNo = Fact.UNKNOWN
    first_reported_date: Text = ""
    last_reported_date: Text = ""


class _Email(CamelModel):
    email: Text = ""
    email_address: Text = ""


class _Relative(_Name):
    relative_type: Text = ""


class Person(CamelModel):
    tahoe_id: Text = ""
    name: _Name = _Name()
    akas: Items[_Name] = ()
    dob: Text = ""
    dates_of_death: Items[object] = ()
    is_opted_out: bool | None = None
    indicators: Mapping[str, object] | None = None
    addresses: Items[_Address] = ()
    phones: Items[_Phone] = ()
    phone_numbers: Items[_Phone] = ()
    emails: Items[_Email] = ()
    email_addresses: Items[_Email] = ()
    relatives_summary: Items[_Relative] = ()
    associates_summary: Items[_Name] = ()


class _Error(CamelModel):
    input_errors: Items[object] = ()


class _Pagination(CamelModel):
    total_results: int | None = None


class Envelope(CamelModel):
    request_id: Text = ""
    is_error: bool = False
    error: _Error | None = None
    message: str | None = None


class Enriched(Envelope):
    person: Person | None = None
    identity_score: Text = ""


class Found(Envelope):
    persons: FullList[Person]
    pagination: _Pagination | None = None


def to_record(provider: str, person: Person, pointer: str, call_id: str, score: str = "") -> SourceRecord:
    """One person of a reply. Without the contacts of one who opted out. Raises BrokenReply for one without a name."""
    if not (person.name.first_name or person.name.last_name):
        raise BrokenReply(provider, f"a person without a name: {pointer}")
    opted_out = person.is_opted_out is True
    return SourceRecord(
        record_id=person.tahoe_id or f"{call_id}{pointer}",
        provider=provider,
        call_id=call_id,
        pointer=pointer,
        names=tuple(name for name in map(_name, (person.name, *person.akas)) if name.text),
        birth_date=vendor_date(person.dob),
        deceased=_deceased(person),
        bankrupt=_bankrupt(person),
        opted_out=opted_out,
        vendor_score=score,
        **({} if opted_out else _contacts(person)),
    )


class _Contacts(TypedDict, total=False):
    addresses: tuple[AddressSighting, ...]
    phones: tuple[PhoneSighting, ...]
    emails: tuple[EmailSighting, ...]
    relatives: tuple[Relative, ...]


def _contacts(person: Person) -> _Contacts:
    phones = [_phone(phone) for phone in (*person.phones, *person.phone_numbers)]
    emails = [email.email or email.email_address for email in (*person.emails, *person.email_addresses)]
    relatives = [Relative(_name(r), r.relative_type) for r in person.relatives_summary if r.last_name]
    associates = [Relative(_name(a), "associate") for a in person.associates_summary if a.last_name]
    return {
        "addresses": tuple([a for a in map(_address, person.addresses) if has_place(a.address)]),
        "phones": tuple([phone for phone in phones if phone.number]),
        "emails": tuple([EmailSighting(email) for email in emails if email]),
        "relatives": (*relatives, *associates),
    }


def _name(name: _Name) -> Name:
    return Name(name.first_name, name.middle_name, name.last_name, name.suffix)


def _address(found: _Address) -> AddressSighting:
    parts = (
        found.house_number,
        found.street_pre_direction,
        found.street_name,
        found.street_type,
        found.street_post_direction,
    )
    line = found.street or spaced(parts) or found.full_address.partition(";")[0]
    return AddressSighting(
        Address(
            line=line,
            unit=spaced((found.unit_type, found.unit)) if found.unit else "",
            city=found.city,
            state=found.state,
            zip_code=zip_code(found.zip, found.zip4),
        ),
        first_seen=vendor_date(found.first_reported_date),
        last_seen=vendor_date(found.last_reported_date),
        deliverable=found.is_deliverable,
    )


def _phone(found: _Phone) -> PhoneSighting:
    return PhoneSighting(
        number=found.number or found.phone_number,
        line_type=_line_type(found.type or found.phone_type),
        first_seen=vendor_date(found.first_reported_date),
        last_seen=vendor_date(found.last_reported_date),
        connected=found.is_connected,
    )


@lru_cache(maxsize=256)
def _line_type(text: str) -> LineType:
    """The vendor's free text. A bare "VoIP" does not say whether it is fixed, so it stays unknown."""
    word = "".join(c for c in text.lower() if c.isalpha())
    if word.startswith(("mobile", "wireless", "cell")):
        return LineType.MOBILE
    return LineType.LANDLINE if word.startswith("landline") else LineType.UNKNOWN


def _deceased(person: Person) -> Fact:
    if "dates_of_death" not in person.model_fields_set:
        return Fact.NOT_STATED
    return Fact.YES if person.dates_of_death else Fact.UNKNOWN


def _bankrupt(person: Person) -> Fact:
    """The vendor gives a count of records only: some means yes, none does not mean no."""
    counts = [value for key, value in (person.indicators or {}).items() if "bankrupt" in key.lower()]
    if not counts:
        return Fact.NOT_STATED
    return Fact.YES if any(_is_positive(count) for count in counts) else Fact.UNKNOWN


def _is_positive(count: object) -> bool:
    number = int(count) if isinstance(count, str) and count.isdecimal() else count
    return isinstance(number, int | float) and number > 0
