"""How EnformionGO writes a person: the short form of Contact Enrich, the dossier of Person Search."""

from __future__ import annotations

from collections.abc import Sequence

from skiptrace.model import LineType, Name, PartialDate
from skiptrace.sandbox.upstream import Dossier, SeenAddress, SeenPhone
from skiptrace.sandbox.vendors.wire import stable_id, us_date
from skiptrace.sandbox.world import Kin, World

_SHORT_TYPE = {LineType.MOBILE: "mobile", LineType.LANDLINE: "landline"}
_LONG_TYPE = {LineType.MOBILE: "Wireless", LineType.LANDLINE: "LandLine/Services"}
_ENRICHED, _LISTED = 5, 15
"""Most addresses and numbers that either product gives."""
_LOOKS_ALIVE_DAYS = 120
"""The vendor tests lines now and then: a number dropped since still looks alive."""


def enriched(dossier: Dossier, world: World) -> dict[str, object]:
    """The ``person`` of Contact Enrich."""
    name = dossier.names[0]
    return {
        "name": {"firstName": name.first, "middleName": name.middle, "lastName": name.last},
        "age": str(world.today.year - dossier.born.year) if dossier.born else "",
        "addresses": [
            {"street": _line(seen), "unit": seen.unit.rpartition(" ")[2], **_town(seen), **_dates(seen)}
            for seen in dossier.addresses[:_ENRICHED]
        ],
        "phones": [
            {
                "number": _phone(seen.number),
                "type": _SHORT_TYPE.get(seen.line_type, "voip"),
                "isConnected": _looks_connected(seen, world),
                **_dates(seen),
            }
            for seen in dossier.phones[:_ENRICHED]
        ],
        "emails": [{"email": email} for email in dossier.emails],
    }


def found_person(dossier: Dossier, world: World, includes: Sequence[str] | None) -> dict[str, object]:
    """One of the ``persons`` of Person Search; ``includes`` names the parts wanted, None means all."""
    name, *akas = dossier.names
    parts: dict[str, list[dict[str, object]]] = {
        "Addresses": [_address(seen, order) for order, seen in enumerate(dossier.addresses[:_LISTED], 1)],
        "PhoneNumbers": [_phone_number(seen, order, world) for order, seen in enumerate(dossier.phones[:_LISTED], 1)],
        "EmailAddresses": [{"emailAddress": email} for email in dossier.emails],
        "DatesOfDeath": [{"dod": us_date(dossier.died)}] if dossier.died else [],
    }
    given = {part: rows if includes is None or part in includes else [] for part, rows in parts.items()}
    return {
        "tahoeId": tahoe_id(world, dossier.key),
        "fullName": name.text,
        "name": _name(name),
        "akas": [_name(aka) for aka in akas],
        "age": world.today.year - dossier.born.year if dossier.born else "",
        "dob": _masked(dossier.born),
        "isOptedOut": dossier.opted_out,
        **{part[0].lower() + part[1:]: rows for part, rows in given.items()},
        "relativesSummary": [_relative(kin, world) for kin in dossier.kin],
        "associatesSummary": [],
        "indicators": {"bankruptcyRecords": dossier.bankruptcies, "deathRecords": int(dossier.died is not None)},
    }


def tahoe_id(world: World, key: str) -> str:
    """The vendor's own number for a person; it does not tell the true key."""
    return f"G{int(stable_id(world.seed, key).replace('-', ''), 16) % 10**10:010}"


def _address(seen: SeenAddress, order: int) -> dict[str, object]:
    place = seen.dwelling.place
    unit_type, _, unit = seen.unit.rpartition(" ")
    line = f"{_line(seen)} {seen.unit}".rstrip()
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


def _phone_number(seen: SeenPhone, order: int, world: World) -> dict[str, object]:
    return {
        "phoneNumber": _phone(seen.number),
        "company": seen.carrier,
        "location": "",
        "phoneType": _LONG_TYPE.get(seen.line_type, "VoIP"),
        "isConnected": _looks_connected(seen, world),
        "isPublic": True,
        "phoneOrder": order,
        **_dates(seen),
    }


def _relative(kin: Kin, world: World) -> dict[str, object]:
    name = world.people[kin.key].name
    return {
        "tahoeId": tahoe_id(world, kin.key),
        "firstName": name.first,
        "lastName": name.last,
        "relativeLevel": "ab",
        "relativeType": kin.relation.title(),
        "spouse": int(kin.relation == "spouse"),
        "sharedHouseholdIds": [],
        "score": 90,
    }


def _looks_connected(seen: SeenPhone, world: World) -> bool:
    return world.holds_now(seen.number) or (world.today - seen.last).days < _LOOKS_ALIVE_DAYS


def _masked(born: PartialDate | None) -> str:
    """Month and year; the vendor hides the day."""
    if born is None:
        return ""
    return f"{born.month}/XX/{born.year}" if born.month else f"XX/XX/{born.year}"


def _name(name: Name) -> dict[str, str]:
    return {
        "prefix": "",
        "firstName": name.first,
        "middleName": name.middle,
        "lastName": name.last,
        "suffix": name.suffix,
    }


def _line(seen: SeenAddress) -> str:
    return f"{seen.number} {seen.street}" if seen.street else f"PO Box {seen.number}"


def _street_parts(seen: SeenAddress) -> dict[str, str]:
    words = seen.street.split() or ["PO", "Box", seen.number]
    direction = words.pop(0) if len(words) > 2 and len(words[0]) == 1 else ""
    kind = words.pop() if seen.street else ""
    return {
        "streetPreDirection": direction,
        "streetName": " ".join(words),
        "streetPostDirection": "",
        "streetType": kind,
    }


def _town(seen: SeenAddress) -> dict[str, str]:
    place = seen.dwelling.place
    return {"city": place.city, "state": place.state, "zip": place.zip_code}


def _dates(seen: SeenAddress | SeenPhone) -> dict[str, str]:
    return {"firstReportedDate": us_date(seen.first), "lastReportedDate": us_date(seen.last)}


def _phone(number: str) -> str:
    return f"({number[:3]}) {number[3:6]}-{number[6:]}"
