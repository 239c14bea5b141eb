"""Trestle: Reverse Phone (who holds a number) and Phone Validation (is it alive, what kind of line).

Both are GET requests about one number; nothing of the subject is sent. A reply with status 200 can be partial: it
then carries an ``error`` object beside what was retrieved.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from skiptrace.errors import ProviderError, StopProvider
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
    PhoneCheck,
    PhoneSighting,
    Relative,
    Reply,
    Request,
    SourceRecord,
)
from skiptrace.providers.base import HttpProvider, Setup
from skiptrace.providers.reading import (
    Items,
    Text,
    WireModel,
    YesNo,
    has_place,
    read_json,
    us_phone_digits,
    vendor_date,
    zip_code,
)

PATHS = {"reverse_phone": "/3.2/phone", "phone_validation": "/3.0/phone_intel"}
CONNECTED_FROM, DISCONNECTED_TO = 70, 30
"""The vendor's reading of ``activity_score`` (0-100); what lies between says nothing."""

LINE_TYPES = {
    "landline": LineType.LANDLINE,
    "mobile": LineType.MOBILE,
    "fixedvoip": LineType.FIXED_VOIP,
    "nonfixedvoip": LineType.NONFIXED_VOIP,
    "premium": LineType.PREMIUM,
    "tollfree": LineType.TOLL_FREE,
    "voicemail": LineType.OTHER,
    "other": LineType.OTHER,
}


class _Place(WireModel):
    street_line_1: Text = ""
    street_line_2: Text = ""
    city: Text = ""
    state_code: Text = ""
    postal_code: Text = ""
    zip4: Text = ""
    link_to_person_start_date: Text = ""
    link_to_person_end_date: Text = ""


class _Person(WireModel):
    name: Text = ""
    firstname: Text = ""
    middlename: Text = ""
    lastname: Text = ""


class _Associate(_Person):
    relation: Text = ""


class _Email(WireModel):
    email: Text = ""
    email_address: Text = ""


class _Owner(_Person):
    id: Text = ""
    type: Text = ""
    link_to_phone_start_date: Text = ""
    current_addresses: Items[_Place] = ()
    historical_addresses: Items[_Place] = ()
    emails: Items[_Email | str] = ()
    associated_people: Items[_Associate] = ()


class _Partial(WireModel):
    name: Text = ""


class _Reply(WireModel):
    id: Text = ""
    phone_number: Text
    is_valid: YesNo
    line_type: Text = ""
    error: _Partial | None = None
    warnings: Items[Text] = ()


class _Owners(_Reply):
    owners: Items[_Owner]


class _Litigation(WireModel):
    risk: YesNo = Field(default=Fact.UNKNOWN, alias="phone.is_litigator_risk")


class _AddOns(WireModel):
    litigator_checks: _Litigation | None = None


class _Intel(_Reply):
    activity_score: float | None
    add_ons: _AddOns | None = None


class Trestle(HttpProvider):
    def __init__(self, manifest: Manifest, setup: Setup) -> None:
        super().__init__(manifest, setup)
        self._add_ons = setup.options.get("add_ons", "")

    def credential_headers(self) -> Mapping[str, str]:
        return {"x-api-key": self.credential("api_key")}

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        digits = us_phone_digits(inquiry.phone)
        if not digits:
            return None
        query = {"phone": digits}
        if product == "phone_validation" and self._add_ons:
            query["add_ons"] = self._add_ons
        return Request("GET", PATHS[product], query=query, fields=("phone",))

    def trouble(self, reply: Reply) -> ProviderError | None:
        """A used-up monthly quota comes as 429 like a call that is too fast, but waiting does not help."""
        if reply.status == 429 and b"QUOTA_EXCEEDED" in reply.body.upper():
            return StopProvider(self.manifest.id, "the monthly quota is used up")
        return super().trouble(reply)

    def read(self, product: str, reply: Reply, call_id: str) -> Answer:
        if product == "phone_validation":
            intel = read_json(self.manifest.id, reply, _Intel)
            return _answer(intel, checks=_checks(intel))
        body = read_json(self.manifest.id, reply, _Owners)
        records = tuple(self._record(body, owner, i, call_id) for i, owner in enumerate(body.owners))
        return _answer(body, records=records)

    def _record(self, body: _Owners, owner: _Owner, index: int, call_id: str) -> SourceRecord:
        pointer = f"/owners/{index}"
        held = PhoneSighting(
            body.phone_number, _line_type(body.line_type), first_seen=vendor_date(owner.link_to_phone_start_date)
        )
        places = (*owner.current_addresses, *owner.historical_addresses)
        emails = (e if isinstance(e, str) else e.email or e.email_address for e in owner.emails)
        return SourceRecord(
            record_id=f"{call_id}{pointer}",  # the owner's own id would be the same for each of his numbers
            provider=self.manifest.id,
            call_id=call_id,
            pointer=pointer,
            names=tuple(name for name in (_name(owner),) if name.text),
            addresses=tuple(a for a in map(_address, places) if has_place(a.address)),
            phones=(held,),
            emails=tuple(EmailSighting(email) for email in emails if email),
            relatives=tuple(Relative(_name(p), p.relation) for p in owner.associated_people if _name(p).text),
            deceased=Fact.NOT_STATED,
            bankrupt=Fact.NOT_STATED,
            relation="business" if owner.type.lower() == "business" else "",
        )


def build(manifest: Manifest, setup: Setup) -> Trestle:
    return Trestle(manifest, setup)


def _answer(body: _Reply, *, records: tuple[SourceRecord, ...] = (), checks: tuple[PhoneCheck, ...] = ()) -> Answer:
    return Answer(records, checks, complete=body.error is None, warnings=body.warnings, reference=body.id)


def _checks(body: _Intel) -> tuple[PhoneCheck, ...]:
    """One check, or none when the vendor knows nothing of the number."""
    if body.is_valid is Fact.UNKNOWN and body.activity_score is None:
        return ()
    litigation = body.add_ons.litigator_checks if body.add_ons else None
    return (
        PhoneCheck(
            number=body.phone_number,
            valid=body.is_valid,
            connected=_connected(body.activity_score),
            line_type=_line_type(body.line_type),
            litigator=litigation.risk if litigation else Fact.NOT_STATED,
        ),
    )


def _connected(score: float | None) -> Fact:
    if score is None or DISCONNECTED_TO < score < CONNECTED_FROM:
        return Fact.UNKNOWN
    return Fact.YES if score >= CONNECTED_FROM else Fact.NO


def _line_type(text: str) -> LineType:
    return LINE_TYPES.get(text.lower(), LineType.UNKNOWN)


def _name(person: _Person) -> Name:
    """The parts where the vendor gives them; a business has a ``name`` only."""
    if person.firstname or person.lastname:
        return Name(person.firstname, person.middlename, person.lastname)
    return Name(last=person.name)


def _address(place: _Place) -> AddressSighting:
    return AddressSighting(
        Address(
            line=place.street_line_1,
            unit=place.street_line_2,
            city=place.city,
            state=place.state_code,
            zip_code=zip_code(place.postal_code, place.zip4),  # zip4 comes as "98264-9999" or as "9999"
        ),
        first_seen=vendor_date(place.link_to_person_start_date),
        last_seen=vendor_date(place.link_to_person_end_date),
    )
