"""Smarty US Street as its documentation describes it: one address per GET, checked against the world's mail routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from rapidfuzz.distance import DamerauLevenshtein

from skiptrace.model import ChargedOn
from skiptrace.sandbox.addressing import house_number, street_name, unit_number
from skiptrace.sandbox.vendors.wire import Asked, Terms, Told, retry_header, stable_id
from skiptrace.sandbox.world import Dwelling, World

_ZONE_NAMES = {
    "America/Anchorage": "Alaska",
    "America/Boise": "Mountain",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Los_Angeles": "Pacific",
    "America/Phoenix": "Mountain",
    "Pacific/Honolulu": "Hawaii",
}
_CLOSE_ENOUGH = 0.75
"""Street names less alike than this are different streets."""
_EMPTY_HOMES = 0.06
"""Share of the homes that nobody of the world lives in and no stranger either."""


class Smarty:
    """Charged per lookup, found or not."""

    id = "smarty"
    terms: Mapping[str, Terms] = {"us_street": Terms(Decimal("0.01"), ChargedOn.REQUEST)}

    def __init__(self, world: World) -> None:
        self._world = world
        self._houses: dict[tuple[str, str], list[Dwelling]] = defaultdict(list)
        for dwelling in world.residents:
            self._houses[dwelling.number, dwelling.place.zip_code].append(dwelling)
            self._houses[dwelling.number, _town(dwelling.place.city, dwelling.place.state)].append(dwelling)

    def answer(self, asked: Asked) -> Told:
        if not (asked.query.get("key") or (asked.query.get("auth-id") and asked.query.get("auth-token"))):
            return _refused(
                401, "Unauthorized: The credentials were provided incorrectly or did not match any existing."
            )
        if asked.method != "GET" or asked.path != "/street-address":
            return _refused(404, "Not found")
        if not asked.query.get("street"):
            return _refused(422, "A GET request lacked required fields: street")
        candidates = self._candidates(asked.query)
        return Told(200, candidates, "us_street", hit=bool(candidates))

    def too_many(self, retry_after: int | None) -> Told:
        return replace(_refused(429, "Too many requests"), headers=retry_header(retry_after))

    def partial(self, told: Told) -> Told:
        return told

    def _candidates(self, query: Mapping[str, str]) -> list[dict[str, object]]:
        street = query["street"]
        number, wanted = house_number(street), street_name(street)
        town = _town(query.get("city", ""), query.get("state", ""))
        by_zip = self._houses.get((number, query.get("zipcode", "")[:5]), [])
        houses = by_zip or self._houses.get((number, town), [])
        standing = [dwelling for dwelling in houses if _is_that_street(dwelling, wanted)]
        if not standing:
            return []
        unit = unit_number(query.get("secondary", "")) or unit_number(street)
        if query.get("secondary", "").isalnum():
            unit = unit or query["secondary"].upper()
        return [self._candidate(query.get("input_id"), *_deliver_to(standing, unit))]

    def _candidate(self, input_id: str | None, home: Dwelling, code: str, footnotes: str) -> dict[str, object]:
        place, confirmed = home.place, home.unit_text if code == "Y" else ""
        plus4 = f"{int(stable_id(home.number, home.street, place.zip_code)[:4], 16) % 9000 + 1000}"
        return {
            "input_id": input_id,
            "input_index": 0,
            "candidate_index": 0,
            "delivery_line_1": f"{home.line} {confirmed}".rstrip(),
            "last_line": f"{place.city} {place.state} {place.zip_code}-{plus4}",
            "delivery_point_barcode": f"{place.zip_code}{plus4}{home.number[-2:].zfill(2)}0",
            "components": _components(home, confirmed, plus4),
            "metadata": self._metadata(home),
            "analysis": {
                "dpv_match_code": code,
                "dpv_footnotes": footnotes,
                "dpv_cmra": "Y" if home.unit_type == "PMB" else "N",
                "dpv_vacant": "Y" if self._is_vacant(home) else "N",
                "dpv_no_stat": "N",
                "active": "Y",
            },
        }

    def _is_vacant(self, home: Dwelling) -> bool:
        rng = Random(f"{self._world.seed}:vacant:{home.text}")  # noqa: S311 - repeatable on purpose
        return not home.is_box and rng.random() < _EMPTY_HOMES and not self._world.lived_in(home)

    def _metadata(self, home: Dwelling) -> dict[str, object]:
        place = home.place
        zone = ZoneInfo(place.time_zone)
        winter, summer = (datetime(self._world.today.year, month, 15, tzinfo=zone).utcoffset() for month in (1, 7))
        assert winter is not None  # noqa: S101 - a ZoneInfo always has an offset
        return {
            "record_type": "P" if home.is_box else "H" if home.unit else "S",
            "zip_type": "Standard",
            "county_name": place.county,
            "rdi": "Commercial" if home.unit_type == "PMB" else "Residential",
            "latitude": float(place.latitude),
            "longitude": float(place.longitude),
            "precision": "Zip9",
            "time_zone": _ZONE_NAMES.get(place.time_zone, "Eastern"),
            "utc_offset": winter.total_seconds() / 3600,
            "obeys_dst": winter != summer,
        }


def _refused(status: int, message: str) -> Told:
    return Told(status, {"errors": [{"message": message}]})


def _town(city: str, state: str) -> str:
    return f"{city}, {state}".upper()


def _is_that_street(dwelling: Dwelling, wanted: str) -> bool:
    if dwelling.is_box:
        return "BOX" in wanted
    return DamerauLevenshtein.normalized_similarity(dwelling.street.upper(), wanted) >= _CLOSE_ENOUGH


def _deliver_to(standing: Sequence[Dwelling], unit: str) -> tuple[Dwelling, str, str]:
    """The dwelling meant, its DPV match code and footnotes: Y whole, S unit not known, D unit missing."""
    home = next((dwelling for dwelling in standing if dwelling.unit == unit), None)
    if home:
        return home, "Y", "AABB"
    return (standing[0], "S", "AACC") if unit else (standing[0], "D", "AAN1")


def _components(home: Dwelling, confirmed: str, plus4: str) -> dict[str, str]:
    place = home.place
    name, _, kind = home.street.rpartition(" ")
    street = {"street_name": name, "street_suffix": kind} if home.street else {"street_name": "PO Box"}
    unit = {"secondary_designator": home.unit_type, "secondary_number": home.unit} if confirmed else {}
    return {
        "primary_number": home.number,
        **street,
        **unit,
        "city_name": place.city,
        "default_city_name": place.city,
        "state_abbreviation": place.state,
        "zipcode": place.zip_code,
        "plus4_code": plus4,
        "delivery_point": home.number[-2:].zfill(2),
        "delivery_point_check_digit": "0",
    }
