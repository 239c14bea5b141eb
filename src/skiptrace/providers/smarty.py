"""Smarty US Street: does the Postal Service deliver to this address, and in which time zone does it lie.

``[]`` is the vendor's "no such address in the list", which is not yet a verdict of undeliverable. The vendor does not
repeat what it was asked, so the reply is kept with the address asked about: a check without it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from skiptrace.errors import BrokenReply
from skiptrace.model import Address, AddressCheck, Answer, Fact, Inquiry, Manifest, Reply, Request
from skiptrace.providers.base import HttpProvider, Setup
from skiptrace.providers.reading import FullList, Text, WireModel, YesNo, read_json, zip_code

ASKED = "skiptrace-asked"
"""Header that the kept reply carries: the query as it was sent, as JSON."""
CANDIDATES = 2
"""Two are enough to see that an address is ambiguous."""

IANA_ZONES = {
    "Alaska": "America/Anchorage",
    "Atlantic": "America/Puerto_Rico",
    "Central": "America/Chicago",
    "Eastern": "America/New_York",
    "Hawaii": "Pacific/Honolulu",
    "Mountain": "America/Denver",
    "Pacific": "America/Los_Angeles",
}
WITHOUT_DAYLIGHT_SAVING = {"Mountain": "America/Phoenix"}

DELIVERABLE = {"Y": Fact.YES, "S": Fact.YES, "D": Fact.YES, "N": Fact.NO}
"""DPV match code: Y whole, S unit not confirmed, D unit missing (the building stands in both), N not in the file."""


class _Components(WireModel):
    secondary_number: Text = ""
    secondary_designator: Text = ""
    city_name: Text = ""
    state_abbreviation: Text = ""
    zipcode: Text = ""
    plus4_code: Text = ""


class _Metadata(WireModel):
    rdi: Text = ""
    time_zone: Text = ""
    dst: YesNo = Fact.UNKNOWN
    obeys_dst: YesNo = Fact.UNKNOWN


class _Analysis(WireModel):
    dpv_match_code: Text = ""
    dpv_vacant: YesNo = Fact.UNKNOWN
    dpv_cmra: YesNo = Fact.UNKNOWN


class _Candidate(WireModel):
    delivery_line_1: Text
    components: _Components
    metadata: _Metadata = _Metadata()
    analysis: _Analysis = _Analysis()


class SmartyUsStreet(HttpProvider):
    def credential_query(self) -> Mapping[str, str]:
        return {"auth-id": self.credential("auth_id"), "auth-token": self.credential("auth_token")}

    def to_request(self, product: str, inquiry: Inquiry) -> Request | None:
        address = inquiry.address
        if address is None or not address.line or not (address.zip_code or (address.city and address.state)):
            return None
        parts = {
            "street": address.line,
            "secondary": address.unit,
            "city": address.city,
            "state": address.state,
            "zipcode": address.zip_code[:5],
        }
        query = {key: text for key, text in parts.items() if text} | {"candidates": str(CANDIDATES)}
        return Request("GET", "/street-address", query=query, fields=("address",))

    def remembered(self, request: Request) -> Mapping[str, str]:
        return {ASKED: orjson.dumps(dict(request.query)).decode()}

    def read(self, product: str, reply: Reply, call_id: str) -> Answer:
        candidates = read_json(self.manifest.id, reply, FullList[_Candidate])
        if len(candidates) > 1:
            return Answer(complete=False, warnings=("several addresses fit",))
        asked = self._asked(reply)
        return Answer(checks=tuple(_check(asked, candidate, f"/{i}") for i, candidate in enumerate(candidates)))

    def _asked(self, reply: Reply) -> Address:
        try:
            query = orjson.loads(reply.headers[ASKED])
        except (KeyError, ValueError):
            raise BrokenReply(self.manifest.id, "the kept reply does not say what was asked") from None
        return Address(
            line=query["street"],
            unit=query.get("secondary", ""),
            city=query.get("city", ""),
            state=query.get("state", ""),
            zip_code=query.get("zipcode", ""),
        )


def build(manifest: Manifest, setup: Setup) -> SmartyUsStreet:
    return SmartyUsStreet(manifest, setup)


def _check(asked: Address, found: _Candidate, pointer: str) -> AddressCheck:
    parts, analysis = found.components, found.analysis
    standard = Address(
        line=found.delivery_line_1,
        city=parts.city_name,
        state=parts.state_abbreviation,
        zip_code=zip_code(parts.zipcode, parts.plus4_code),
    )
    return AddressCheck(
        asked=asked,
        standard=standard,
        deliverable=DELIVERABLE.get(analysis.dpv_match_code, Fact.UNKNOWN),
        unit_confirmed=_unit_confirmed(analysis.dpv_match_code, parts.secondary_number),
        vacant=analysis.dpv_vacant,
        mail_drop=analysis.dpv_cmra,
        residential={"Residential": Fact.YES, "Commercial": Fact.NO}.get(found.metadata.rdi, Fact.UNKNOWN),
        time_zone=_zone(found.metadata),
        pointer=pointer,
    )


def _unit_confirmed(dpv_match_code: str, unit: str) -> Fact:
    if dpv_match_code in {"S", "D"}:
        return Fact.NO
    return Fact.YES if dpv_match_code == "Y" and unit else Fact.NOT_STATED


def _zone(metadata: _Metadata) -> str:
    """The IANA zone; empty for an unknown name. The vendor spells its key for daylight saving in two ways."""
    if Fact.NO in {metadata.dst, metadata.obeys_dst} and metadata.time_zone in WITHOUT_DAYLIGHT_SAVING:
        return WITHOUT_DAYLIGHT_SAVING[metadata.time_zone]
    return IANA_ZONES.get(metadata.time_zone, "")
