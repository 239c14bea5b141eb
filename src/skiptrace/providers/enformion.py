"""EnformionGO: Contact Enrich (one best person) and Person Search (all candidates).

An ``error`` object comes with every reply, success included: only ``isError`` and the status tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from skiptrace.errors import BrokenReply, SkipProvider, StopProvider
from skiptrace.model import Answer, Inquiry, Manifest, Reply, Request, Subject
from skiptrace.providers.base import HttpProvider, Setup
from skiptrace.providers.enformion_reply import Enriched, Envelope, Found, to_record
from skiptrace.providers.http import MEANING, Meaning
from skiptrace.providers.reading import read_json, us_phone_digits

INCLUDES = "Addresses,PhoneNumbers,EmailAddresses,DatesOfDeath"
"""Parts of a person asked for. The vendor publishes no full list; the option ``includes`` replaces this one."""
PAGE = 10


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
            return self._read_found(read_json(self.manifest.id, reply, Found), call_id)
        return self._read_enriched(read_json(self.manifest.id, reply, Enriched), call_id)

    def _read_enriched(self, body: Enriched, call_id: str) -> Answer:
        self._raise_if_refused(body)
        if body.person is None:
            if not body.model_fields_set & {"person", "message", "request_id"}:
                raise BrokenReply(self.manifest.id, "the reply has neither a person nor the vendor's envelope")
            return Answer(reference=body.request_id)
        record = to_record(self.manifest.id, body.person, "/person", call_id, body.identity_score)
        return Answer(records=(record,), reference=body.request_id)

    def _read_found(self, body: Found, call_id: str) -> Answer:
        self._raise_if_refused(body)
        records = tuple(
            to_record(self.manifest.id, person, f"/persons/{i}", call_id) for i, person in enumerate(body.persons)
        )
        total = (body.pagination.total_results if body.pagination else None) or 0
        more = (f"{total} people fit, {len(records)} were returned",) if total > len(records) else ()
        return Answer(records=records, complete=not more, warnings=more, reference=body.request_id)

    def _raise_if_refused(self, body: Envelope) -> None:
        if body.is_error:
            wrong_input = bool(body.error and body.error.input_errors)
            raise SkipProvider(
                self.manifest.id, "the vendor rejects the input" if wrong_input else "the vendor reports an error"
            )


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
