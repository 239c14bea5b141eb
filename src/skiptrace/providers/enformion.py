"""EnformionGO: Contact Enrich (one best person) and Person Search (all candidates).

Field names follow the vendor's reference and OpenAPI file; those that only its users report are optional here. An
``error`` object comes with every reply, success included: only ``isError`` and the status tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from skiptrace.errors import BrokenReply, SkipProvider, StopProvider
from skiptrace.model import (
    Address,
    AddressSighting,
    Answer,
    EmailSighting,
    Fact,
    Inquiry,
    LineType,
    Manifest,
    Name,
    PhoneSighting,
    Relative,
    Reply,
    Request,
    SourceRecord,
    Subject,
)
from skiptrace.providers.base import HttpProvider, Setup
from skiptrace.providers.http import MEANING, Meaning
from skiptrace.providers.reading import (
    CamelModel,
    FullList,
    Items,
    Text,
    YesNo,
    has_place,
    read_json,
    spaced,
    us_phone_digits,
    vendor_date,
    zip_code,
)

INCLUDES = "Addresses,PhoneNumbers,EmailAddresses,DatesOfDeath"
"""Parts of a person asked for. The vendor publishes no full list; the option ``includes`` replaces this one."""
PAGE = 10


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


class _Person(CamelModel):
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


class _Envelope(CamelModel):
    request_id: Text = ""
    is_error: bool = False
    error: _Error | None = None
    message: str | None = None


class _Enriched(_Envelope):
    person: _Person | None = None
    identity_score: Text = ""


class _Found(_Envelope):
    persons: FullList[_Person]
    pagination: _Pagination | None = None


class Enformion(HttpProvider):
    meaning: ClassVar[Mapping[int, Meaning]] = {**MEANING, 444: StopProvider}

    def __init__(self, manifest: Manifest, setup: Setup) -> None:
        super().__init__(manifest, setup)
        includes = setup.options.get("includes", INCLUDES)
        self._includes = [part.strip() for part in includes.split(",") if part.strip()]

    def credential_headers(self) -> Mapping[str, str]:
        return {
            "galaxy-ap-name": self.credential("ap_name"),
            "galaxy-ap-password": self.credential("ap_password"),
        }

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        search = product == "person_search"
        parts = _search_parts(inquiry.subject) if search else _enrich_parts(inquiry.subject)
        given = {name: part for name, part in parts.items() if part}
        if not self.has_needed(product, given):
            return None
        body = {key: value for part in given.values() for key, value in part.items()}
        if search:
            body |= {"Includes": self._includes, "Page": 1, "ResultsPerPage": PAGE}
        path, kind = ("/PersonSearch", "Person") if search else ("/Contact/Enrich", "DevAPIContactEnrich")
        return Request("POST", path, body=body, headers={"galaxy-search-type": kind}, fields=tuple(given))

    def read(self, product: str, reply: Reply, call_id: str) -> Answer:
        if product == "person_search":
            return self._read_found(read_json(self.manifest.id, reply, _Found), call_id)
        return self._read_enriched(read_json(self.manifest.id, reply, _Enriched), call_id)

    def _read_enriched(self, body: _Enriched, call_id: str) -> Answer:
        self._raise_if_refused(body)
        if body.person is None:
            if not body.model_fields_set & {"person", "message", "request_id"}:
                raise BrokenReply(self.manifest.id, "the reply has neither a person nor the vendor's envelope")
            return Answer(reference=body.request_id)
        record = self._record(body.person, "/person", call_id, body.identity_score)
        return Answer(records=(record,), reference=body.request_id)

    def _read_found(self, body: _Found, call_id: str) -> Answer:
        self._raise_if_refused(body)
        records = tuple(self._record(p, f"/persons/{i}", call_id) for i, p in enumerate(body.persons))
        total = (body.pagination.total_results if body.pagination else None) or 0
        more = (f"{total} people fit, {len(records)} were returned",) if total > len(records) else ()
        return Answer(records=records, complete=not more, warnings=more, reference=body.request_id)

    def _raise_if_refused(self, body: _Envelope) -> None:
        if body.is_error:
            wrong_input = bool(body.error and body.error.input_errors)
            raise SkipProvider(
                self.manifest.id, "the vendor rejects the input" if wrong_input else "the vendor reports an error"
            )

    def _record(self, person: _Person, pointer: str, call_id: str, score: str = "") -> SourceRecord:
        if not (person.name.first_name or person.name.last_name):
            raise BrokenReply(self.manifest.id, f"a person without a name: {pointer}")
        record = SourceRecord(
            record_id=person.tahoe_id or f"{call_id}{pointer}",
            provider=self.manifest.id,
            call_id=call_id,
            pointer=pointer,
            names=tuple(name for name in map(_name, (person.name, *person.akas)) if name.text),
            birth_date=vendor_date(person.dob),
            deceased=_deceased(person),
            bankrupt=_bankrupt(person),
            opted_out=person.is_opted_out is True,
            vendor_score=score,
        )
        return record if record.opted_out else _with_contacts(record, person)


def build(manifest: Manifest, setup: Setup) -> Enformion:
    return Enformion(manifest, setup)


def _enrich_parts(subject: Subject) -> dict[str, dict[str, object]]:
    lines = _address_lines(subject)
    return _common_parts(subject) | {
        "address": {"Address": {"addressLine1": lines[0], "addressLine2": lines[1]}} if lines else {},
    }


def _search_parts(subject: Subject) -> dict[str, dict[str, object]]:
    lines, ssn = _address_lines(subject), subject.ssn
    return _common_parts(subject) | {
        "ssn": {"Ssn": f"{ssn[:3]}-{ssn[3:5]}-{ssn[5:]}"} if ssn else {},
        "address": {"Addresses": [{"AddressLine1": lines[0], "AddressLine2": lines[1]}]} if lines else {},
    }


def _common_parts(subject: Subject) -> dict[str, dict[str, object]]:
    """The parts of the query by what they disclose; one that the subject lacks is empty."""
    name, born = subject.name, subject.birth_date
    given = {"FirstName": name.first, "MiddleName": name.middle, "LastName": name.last}
    phone = next((digits for p in subject.phones if (digits := us_phone_digits(p.number))), "")
    email = next((e.email for e in subject.emails if e.email), "")
    return {
        "name": {key: text for key, text in given.items() if text} if name.first and name.last else {},
        "birth_date": {"Dob": f"{born.month:02}/{born.day:02}/{born.year:04}"} if born and born.is_full else {},
        "phone": {"Phone": f"({phone[:3]}) {phone[3:6]}-{phone[6:]}"} if phone else {},
        "email": {"Email": email} if email else {},
    }


def _address_lines(subject: Subject) -> tuple[str, str] | None:
    """Street line and "City, ST" (or the ZIP when there is no city) of the first address that has both."""
    for sighting in subject.addresses:
        address = sighting.address
        region = ", ".join(part for part in (address.city, address.state) if part) if address.city else address.zip_code
        if address.line and region:
            return ", ".join(part for part in (address.line, address.unit) if part), region
    return None


def _with_contacts(record: SourceRecord, person: _Person) -> SourceRecord:
    phones = (_phone(phone) for phone in (*person.phones, *person.phone_numbers))
    emails = (email.email or email.email_address for email in (*person.emails, *person.email_addresses))
    return replace(
        record,
        addresses=tuple(a for a in map(_address, person.addresses) if has_place(a.address)),
        phones=tuple(phone for phone in phones if phone.number),
        emails=tuple(EmailSighting(email) for email in emails if email),
        relatives=(
            *(Relative(_name(r), r.relative_type) for r in person.relatives_summary if r.last_name),
            *(Relative(_name(a), "associate") for a in person.associates_summary if a.last_name),
        ),
    )


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


def _line_type(text: str) -> LineType:
    """The vendor's free text. A bare "VoIP" does not say whether it is fixed, so it stays unknown."""
    word = "".join(c for c in text.lower() if c.isalpha())
    if word.startswith(("mobile", "wireless", "cell")):
        return LineType.MOBILE
    return LineType.LANDLINE if word.startswith("landline") else LineType.UNKNOWN


def _deceased(person: _Person) -> Fact:
    if "dates_of_death" not in person.model_fields_set:
        return Fact.NOT_STATED
    return Fact.YES if person.dates_of_death else Fact.UNKNOWN


def _bankrupt(person: _Person) -> Fact:
    """The vendor gives a count of records only: some means yes, none does not mean no."""
    counts = [value for key, value in (person.indicators or {}).items() if "bankrupt" in key.lower()]
    if not counts:
        return Fact.NOT_STATED
    return Fact.YES if any(_is_positive(count) for count in counts) else Fact.UNKNOWN


def _is_positive(count: object) -> bool:
    number = int(count) if isinstance(count, str) and count.isdecimal() else count
    return isinstance(number, int | float) and number > 0
