"""Trestle as its OpenAPI files and fixtures describe it: Reverse Phone 3.2 and Phone Validation 3.0."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from skiptrace.model import ChargedOn, LineType
from skiptrace.sandbox.holdings import Holdings
from skiptrace.sandbox.upstream import Dossier, SeenAddress
from skiptrace.sandbox.vendors.wire import Asked, Terms, Told, retry_header, stable_id
from skiptrace.sandbox.world import Tenure, World

BUYS = ("carrier_subscribers", "utility_connects")

_LINE_TYPES = {
    LineType.MOBILE: "Mobile",
    LineType.LANDLINE: "Landline",
    LineType.FIXED_VOIP: "FixedVOIP",
    LineType.NONFIXED_VOIP: "NonFixedVOIP",
}
_OWNERS, _CURRENT = 3, 2
_SAME_TIME = timedelta(days=400)
"""Owners seen this close to the newest one are all shown, addresses likewise counted as current."""


class Trestle:
    """Both products are charged per request that is answered, whatever the answer."""

    id = "trestle"
    terms: Mapping[str, Terms] = {
        "reverse_phone": Terms(Decimal("0.07"), ChargedOn.REQUEST),
        "phone_validation": Terms(Decimal("0.015"), ChargedOn.REQUEST),
    }

    def __init__(self, holdings: Holdings, world: World) -> None:
        self._holdings = holdings
        self._world = world

    def answer(self, asked: Asked) -> Told:
        route = {"/3.2/phone": self._reverse_phone, "/3.0/phone_intel": self._phone_validation}.get(asked.path)
        if route is None or asked.method != "GET":
            return _refused(403, "MISSING_API_KEY", "Missing Authentication Token")
        if not asked.headers.get("x-api-key"):
            return _refused(403, "INVALID_API_KEY", "Invalid API key")
        if "phone" not in asked.query:
            return Told(400, {"error": "bad_request", "message": "Missing required parameter: phone"})
        return route(asked.query)

    def too_many(self, retry_after: int | None) -> Told:
        refused = _refused(429, "RATE_LIMIT_EXCEEDED", "Rate limit exceeded")
        return replace(refused, headers=retry_header(retry_after))

    def partial(self, told: Told) -> Told:
        """The vendor's own way to say that something is missing: status 200, an error object, no owners."""
        if not isinstance(told.payload, dict) or not told.product:
            return told
        missing = {"name": "InternalError", "message": "Could not retrieve entire response"}
        left_out: dict[str, object] = {"owners": []} if "owners" in told.payload else {"activity_score": None}
        return replace(told, payload=told.payload | left_out | {"error": missing})

    def _reverse_phone(self, query: Mapping[str, str]) -> Told:
        number = _ten_digits(query["phone"])
        owners = self._owners(number) if number else []
        payload = self._line(query["phone"], number) | {
            "is_commercial": False,
            "owners": [self._owner(dossier, number) for dossier in owners],
        }
        return Told(200, payload, "reverse_phone", hit=bool(owners))

    def _phone_validation(self, query: Mapping[str, str]) -> Told:
        number = _ten_digits(query["phone"])
        payload = self._line(query["phone"], number) | {
            "activity_score": self._activity(number) if number else None,
            "country_code": "US" if number else None,
            "country_name": "United States" if number else None,
            "add_ons": self._add_ons(number, query.get("add_ons", "")),
        }
        return Told(200, payload, "phone_validation", hit=bool(number))

    def _line(self, given: str, number: str) -> dict[str, object]:
        """What both products say of the line itself."""
        tenure = self._newest(number)
        return {
            "id": f"Phone.{stable_id(self.id, number or given)}",
            "phone_number": number or given,
            "is_valid": bool(number),
            "country_calling_code": "1" if number else None,
            "line_type": _LINE_TYPES[tenure.line_type] if tenure else None,
            "carrier": tenure.carrier if tenure else None,
            "is_prepaid": False if tenure else None,
            "error": None,
            "warnings": [] if number else ["Invalid Input"],
        }

    def _newest(self, number: str) -> Tenure | None:
        held = [tenure for _, tenure in self._world.holders.get(number, ())]
        return max(held, key=lambda tenure: tenure.start, default=None)

    def _owners(self, number: str) -> Sequence[Dossier]:
        """Those whom the vendor's files tie to the number most recently; it may be behind the times."""
        held = [(_last_seen(dossier, number), dossier) for dossier in self._holdings.known_at_phone(number)]
        newest = max((seen for seen, _ in held), default=date.min)
        recent = sorted((h for h in held if newest - h[0] < _SAME_TIME), key=lambda h: (h[0], h[1].key), reverse=True)
        return [dossier for _, dossier in recent if not dossier.opted_out][:_OWNERS]

    def _owner(self, dossier: Dossier, number: str) -> dict[str, object]:
        name = dossier.names[0]
        newest = dossier.addresses[0].last if dossier.addresses else None
        current = [a for a in dossier.addresses if newest and newest - a.last < _SAME_TIME][:_CURRENT]
        return {
            "id": f"Person.{stable_id(self.id, self._world.seed, dossier.key)}",
            "name": " ".join(part for part in (name.first, name.middle, name.last) if part),
            "firstname": name.first,
            "middlename": name.middle or None,
            "lastname": name.last,
            "alternate_names": [aka.text for aka in dossier.names[1:]],
            "age_range": _age_range(self._world.today.year - dossier.born.year) if dossier.born else None,
            "gender": None,
            "type": "Person",
            "link_to_phone_start_date": str(next(p.first for p in dossier.phones if p.number == number)),
            "industry": None,
            "current_addresses": [_address(seen, current=True) for seen in current],
            "historical_addresses": [
                _address(seen, current=False) for seen in dossier.addresses if seen not in current
            ],
        }

    def _activity(self, number: str) -> int:
        """0 to 100; the vendor rarely errs, sometimes cannot tell (50) and notices a dropped line after weeks."""
        rng = Random(f"{self._world.seed}:activity:{number}")  # noqa: S311 - repeatable on purpose
        tenure = self._newest(number)
        draw = rng.random()
        if tenure is None or draw < 0.12:
            return 50
        alive = tenure.end is None or (self._world.today - tenure.end).days < rng.randint(5, 60)
        if draw < 0.15:
            alive = not alive
        return rng.randint(72, 100) if alive else rng.randint(0, 28)

    def _add_ons(self, number: str, wanted: str) -> dict[str, object] | None:
        if "litigator_checks" not in wanted.split(","):
            return None
        holders = (key for key, tenure in self._world.holders.get(number, ()) if tenure.end is None)
        return {"litigator_checks": {"phone.is_litigator_risk": any(self._world.people[k].litigator for k in holders)}}


def _refused(status: int, code: str, message: str) -> Told:
    return Told(status, {"errorCode": code, "message": message, "hint": None})


def _ten_digits(given: str) -> str:
    """A number of the North American plan, or nothing."""
    digits = re.sub(r"\D", "", given).removeprefix("1")
    return digits if re.fullmatch(r"[2-9]\d{2}[2-9]\d{6}", digits) else ""


def _last_seen(dossier: Dossier, number: str) -> date:
    return max((phone.last for phone in dossier.phones if phone.number == number), default=date.min)


def _age_range(age: int) -> str:
    if age >= 65:
        return "65+"
    low = age - age % 5
    return f"{low}-{low + 4}"


def _address(seen: SeenAddress, *, current: bool) -> dict[str, object]:
    place = seen.dwelling.place
    return {
        "id": f"Location.{stable_id(seen.number, seen.street, seen.unit, place.zip_code)}",
        "location_type": "Address",
        "street_line_1": f"{seen.number} {seen.street}" if seen.street else f"PO Box {seen.number}",
        "street_line_2": seen.unit or None,
        "city": place.city,
        "postal_code": place.zip_code,
        "zip4": None,
        "state_code": place.state,
        "country_code": "US",
        "lat_long": {"latitude": float(place.latitude), "longitude": float(place.longitude), "accuracy": "PostalCode"},
        "delivery_point": "POBox" if not seen.street else "MultiUnit" if seen.unit else "SingleUnit",
        "link_to_person_start_date": str(seen.first),
        "link_to_person_end_date": None if current else str(seen.last),
    }
