"""EnformionGO as its public reference describes it: Contact Enrich and Person Search."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from skiptrace.model import ChargedOn, LineType, PartialDate
from skiptrace.sandbox.holdings import Holdings, Sought
from skiptrace.sandbox.upstream import Dossier, SeenAddress, SeenPhone
from skiptrace.sandbox.vendors.wire import Asked, Route, Terms, Told, retry_header, stable_id, us_date
from skiptrace.sandbox.world import World

BUYS = ("credit_header", "utility_connects", "consumer_web")

_STRONG, _LEAD = 5.0, 1.0
"""Contact Enrich names one person only when the score is this high and this far before the next."""
_WEAK = 3.0
_PHONE_TYPE = {LineType.MOBILE: "Wireless", LineType.LANDLINE: "LandLine/Services"}
_ENRICH_TYPE = {LineType.MOBILE: "mobile", LineType.LANDLINE: "landline"}


class Enformion:
    """Both products are charged when they name somebody."""

    id = "enformion"
    terms: Mapping[str, Terms] = {
        "contact_enrich": Terms(Decimal("0.25"), ChargedOn.HIT),
        "person_search": Terms(Decimal("0.35"), ChargedOn.HIT),
    }

    def __init__(self, holdings: Holdings, world: World) -> None:
        self._holdings = holdings
        self._world = world
        self._routes: Mapping[tuple[str, str], tuple[str, Route]] = {
            ("POST", "/Contact/Enrich"): ("DevAPIContactEnrich", self._contact_enrich),
            ("POST", "/PersonSearch"): ("Person", self._person_search),
        }

    def answer(self, asked: Asked) -> Told:
        if not (asked.headers.get("galaxy-ap-name") and asked.headers.get("galaxy-ap-password")):
            return self._refused(401, "Invalid access profile")
        search_type, route = self._routes.get((asked.method, asked.path), ("", None))
        if route is None:
            return self._refused(404, "Not found")
        if asked.headers.get("galaxy-search-type") != search_type:
            return self._refused(400, "galaxy-search-type does not belong to this path")
        return route(asked)

    def too_many(self, retry_after: int | None) -> Told:
        return replace(self._refused(429, "Too many requests"), headers=retry_header(retry_after))

    def partial(self, told: Told) -> Told:
        return told

    def _refused(self, status: int, *errors: str) -> Told:
        return Told(status, {"isError": True, "error": {"inputErrors": list(errors), "warnings": []}})

    def _contact_enrich(self, asked: Asked) -> Told:
        body = _object(asked.body)
        if body is None:
            return self._refused(400, "The request body is not a JSON object")
        address = body.get("Address") or (body.get("Addresses") or [{}])[0]
        sought = _sought(body, address, "addressLine1", "addressLine2")
        if sum(map(bool, (sought.last, sought.phone, sought.has_place, sought.email))) < 2:
            return self._refused(400, "At least two of name, phone, address and email are required")
        ranked = self._holdings.search(sought)
        best, runner_up = [*(points for points, _ in ranked), 0.0, 0.0][:2]
        if best < _STRONG or best - runner_up < _LEAD or ranked[0][1].opted_out:
            return Told(
                200, {"person": None, "message": "No strong matches", **self._envelope(asked)}, "contact_enrich"
            )
        score = 100 if best >= _STRONG + 3 else round(50 + 50 * (best - _STRONG) / 3)
        payload = {"person": self._enriched(ranked[0][1]), "message": "", "identityScore": score}
        return Told(200, payload | self._envelope(asked), "contact_enrich", hit=True)

    def _enriched(self, dossier: Dossier) -> dict[str, object]:
        name = dossier.names[0]
        age = str(self._world.today.year - dossier.born.year) if dossier.born else ""
        return {
            "name": {"firstName": name.first, "middleName": name.middle, "lastName": name.last},
            "age": age,
            "addresses": [
                {"street": _street(a), "unit": a.unit.rpartition(" ")[2], **_town(a), **_dates(a)}
                for a in dossier.addresses[:5]
            ],
            "phones": [
                {
                    "number": _phone(p.number),
                    "type": _ENRICH_TYPE[p.line_type],
                    "isConnected": self._seems_connected(p),
                    **_dates(p),
                }
                for p in dossier.phones[:5]
            ],
            "emails": [{"email": email} for email in dossier.emails],
        }

    def _person_search(self, asked: Asked) -> Told:
        body = _object(asked.body)
        if body is None:
            return self._refused(400, "The request body is not a JSON object")
        sought = _sought(body, (body.get("Addresses") or [{}])[0], "AddressLine1", "AddressLine2")
        if not (sought.phone or sought.email or sought.ssn or (sought.last and (sought.born or sought.has_place))):
            return self._refused(400, "Insufficient search criteria")
        found = [d for points, d in self._holdings.search(sought) if points >= _WEAK and not d.opted_out]
        per_page = min(max(int(body.get("ResultsPerPage") or 10), 1), 100)
        page = max(int(body.get("Page") or 1), 1)
        shown = found[(page - 1) * per_page : page * per_page]
        pagination = {
            "currentPageNumber": page,
            "resultsPerPage": per_page,
            "totalPages": -(-len(found) // per_page),
            "totalResults": len(found),
        }
        payload = {"persons": [self._person(d) for d in shown], "counts": {}, "pagination": pagination}
        return Told(200, payload | self._envelope(asked), "person_search", hit=bool(shown))

    def _person(self, dossier: Dossier) -> dict[str, object]:
        name, *akas = dossier.names
        return {
            "tahoeId": tahoe_id(self._world, dossier.key),
            "fullName": name.text,
            "name": _name(name.first, name.middle, name.last, name.suffix),
            "akas": [_name(a.first, a.middle, a.last, a.suffix) for a in akas],
            "age": self._world.today.year - dossier.born.year if dossier.born else "",
            "dob": _masked(dossier.born),
            "isOptedOut": dossier.opted_out,
            "datesOfDeath": [{"dod": us_date(dossier.died)}] if dossier.died else [],
            "addresses": [self._address(a, order) for order, a in enumerate(dossier.addresses[:12], 1)],
            "phoneNumbers": [self._phone_number(p, order) for order, p in enumerate(dossier.phones[:12], 1)],
            "emailAddresses": [{"emailAddress": email} for email in dossier.emails],
            "relativesSummary": [self._relative(kin.key, kin.relation) for kin in dossier.kin],
            "associatesSummary": [],
            "indicators": {"bankruptcyRecords": dossier.bankruptcies, "deathRecords": int(dossier.died is not None)},
        }

    def _address(self, seen: SeenAddress, order: int) -> dict[str, object]:
        place = seen.dwelling.place
        unit_type, _, unit = seen.unit.rpartition(" ")
        line = f"{_street(seen)} {seen.unit}".rstrip()
        return {
            "isDeliverable": True,
            "houseNumber": seen.number if seen.street else "",
            **_street_parts(seen),
            "unit": unit,
            "unitType": unit_type,
            **_town(seen),
            "county": place.county,
            "zip4": "",
            "fullAddress": f"{line}; {place.city}, {place.state} {place.zip_code}",
            "latitude": place.latitude,
            "longitude": place.longitude,
            "addressOrder": order,
            **_dates(seen),
            "phoneNumbers": [],
        }

    def _phone_number(self, seen: SeenPhone, order: int) -> dict[str, object]:
        return {
            "phoneNumber": _phone(seen.number),
            "company": seen.carrier,
            "location": "",
            "phoneType": _PHONE_TYPE[seen.line_type],
            "isConnected": self._seems_connected(seen),
            "isPublic": True,
            "phoneOrder": order,
            **_dates(seen),
        }

    def _relative(self, key: str, relation: str) -> dict[str, object]:
        name = self._world.people[key].name
        return {
            "tahoeId": tahoe_id(self._world, key),
            "firstName": name.first,
            "lastName": name.last,
            "relativeLevel": "ab",
            "relativeType": relation.title(),
            "spouse": int(relation == "spouse"),
            "sharedHouseholdIds": [],
            "score": 90,
        }

    def _seems_connected(self, seen: SeenPhone) -> bool:
        """The vendor tests lines now and then: a number dropped within the last months still looks alive."""
        return self._world.holds_now(seen.number) or (self._world.today - seen.last).days < 120

    def _envelope(self, asked: Asked) -> dict[str, object]:
        noon = datetime(self._world.today.year, self._world.today.month, self._world.today.day, 12)  # noqa: DTZ001
        return {
            "totalRequestExecutionTimeMs": 42,
            "requestId": stable_id(self.id, asked.path, asked.body.decode("utf-8", "replace")),
            "requestType": asked.headers.get("galaxy-search-type", ""),
            "requestTime": f"{noon.isoformat()}Z",
            "isError": False,
            "error": {"inputErrors": [], "warnings": []},
        }


def tahoe_id(world: World, key: str) -> str:
    """The vendor's own number for a person; it does not tell the true key."""
    return f"G{int(stable_id(world.seed, key).replace('-', ''), 16) % 10**10:010}"


def _object(body: bytes) -> dict[str, object] | None:
    try:
        read = json.loads(body)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _sought(body: Mapping[str, object], address: object, line_1: str, line_2: str) -> Sought:
    lines = address if isinstance(address, dict) else {}
    street = str(lines.get(line_1) or "")
    box = re.search(r"\bBOX\s+(\d+)", street.upper())
    number = box.group(1) if box else (re.match(r"\d+", street) or [""])[0]
    town = str(lines.get(line_2) or "")
    zip_code = re.search(r"\b(\d{5})(?:-\d{4})?\s*$", town)
    named = re.match(r"\s*([A-Za-z .'-]+?),\s*([A-Z]{2})\b", town)
    return Sought(
        first=str(body.get("FirstName") or ""),
        last=str(body.get("LastName") or ""),
        born=_born(str(body.get("Dob") or "")),
        phone=re.sub(r"\D", "", str(body.get("Phone") or body.get("PhoneNumber") or ""))[-10:],
        email=str(body.get("Email") or "").lower(),
        ssn=re.sub(r"\D", "", str(body.get("Ssn") or "")),
        house_number=number,
        zip_code=zip_code.group(1) if zip_code else "",
        city=named.group(1) if named else "",
        state=named.group(2) if named else "",
    )


def _born(text: str) -> PartialDate | None:
    parts = [int(part) for part in text.split("/") if part.isdigit()]
    if len(parts) == 3:
        return PartialDate(parts[2], parts[0], parts[1])
    if len(parts) == 2:
        return PartialDate(parts[1], parts[0])
    return PartialDate(parts[0]) if parts else None


def _masked(born: PartialDate | None) -> str:
    """Month and year; the vendor hides the day."""
    if born is None:
        return ""
    return f"{born.month}/XX/{born.year}" if born.month else f"XX/XX/{born.year}"


def _name(first: str, middle: str, last: str, suffix: str) -> dict[str, str]:
    return {"prefix": "", "firstName": first, "middleName": middle, "lastName": last, "suffix": suffix}


def _street(seen: SeenAddress) -> str:
    return f"{seen.number} {seen.street}" if seen.street else f"PO Box {seen.number}"


def _street_parts(seen: SeenAddress) -> dict[str, str]:
    words: Sequence[str] = seen.street.split()
    direction = words[0] if len(words) > 2 and len(words[0]) == 1 else ""
    return {
        "streetPreDirection": direction,
        "streetName": " ".join(words[bool(direction) : -1]) if words else f"PO Box {seen.number}",
        "streetPostDirection": "",
        "streetType": words[-1] if words else "",
    }


def _town(seen: SeenAddress) -> dict[str, str]:
    place = seen.dwelling.place
    return {"city": place.city, "state": place.state, "zip": place.zip_code}


def _dates(seen: SeenAddress | SeenPhone) -> dict[str, str]:
    return {"firstReportedDate": us_date(seen.first), "lastReportedDate": us_date(seen.last)}


def _phone(number: str) -> str:
    return f"({number[:3]}) {number[3:6]}-{number[6:]}"
