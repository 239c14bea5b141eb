"""EnformionGO as its public reference describes it: Contact Enrich and Person Search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import TypeVar

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from skiptrace.model import ChargedOn, PartialDate
from skiptrace.sandbox.addressing import city_and_state, house_number, zip_code
from skiptrace.sandbox.holdings import Holdings, Sought
from skiptrace.sandbox.vendors.enformion_forms import enriched, found_person
from skiptrace.sandbox.vendors.wire import Asked, Terms, Told, retry_header, stable_id
from skiptrace.sandbox.world import World

BUYS = ("credit_header", "utility_connects", "consumer_web")

_STRONG, _LEAD = 6.0, 1.5
"""Contact Enrich names one person only when the score is this high and this far before the next."""
_CERTAIN = 9.0
_WORTH_LISTING = 3.0


class _Lines(BaseModel):
    """The vendor writes the names with a small letter in one product and with a capital one in the other."""

    first: str = Field(default="", validation_alias=AliasChoices("addressLine1", "AddressLine1"))
    second: str = Field(default="", validation_alias=AliasChoices("addressLine2", "AddressLine2"))


class _Person(BaseModel):
    first_name: str = Field(default="", alias="FirstName")
    last_name: str = Field(default="", alias="LastName")
    dob: str = Field(default="", alias="Dob", pattern=r"^(\d{1,2}/\d{1,2}/\d{4})?$")
    phone: str = Field(default="", validation_alias=AliasChoices("Phone", "PhoneNumber"))
    email: str = Field(default="", alias="Email")
    ssn: str = Field(default="", alias="Ssn")
    address: _Lines = Field(default_factory=_Lines, alias="Address")
    addresses: list[_Lines] = Field(default_factory=list, alias="Addresses")


class _Search(_Person):
    includes: list[str] | None = Field(default=None, alias="Includes")
    page: int = Field(default=1, alias="Page", ge=1)
    per_page: int = Field(default=10, alias="ResultsPerPage", ge=1, le=100)


B = TypeVar("B", bound=_Person)


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

    def answer(self, asked: Asked) -> Told:
        if not (asked.headers.get("galaxy-ap-name") and asked.headers.get("galaxy-ap-password")):
            return _refused(401, "Invalid access profile")
        try:
            match asked.method, asked.path, asked.headers.get("galaxy-search-type"):
                case "POST", "/Contact/Enrich", "DevAPIContactEnrich":
                    return self._contact_enrich(asked, _Person.model_validate_json(asked.body))
                case "POST", "/PersonSearch", "Person":
                    return self._person_search(asked, _Search.model_validate_json(asked.body))
        except ValidationError as error:
            return _refused(400, *(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors()))
        return _refused(400, "The path and galaxy-search-type name no product")

    def too_many(self, retry_after: int | None) -> Told:
        return replace(_refused(429, "Too many requests"), headers=retry_header(retry_after))

    def partial(self, told: Told) -> Told:
        return told

    def _contact_enrich(self, asked: Asked, body: _Person) -> Told:
        sought = _sought(body)
        if sum(map(bool, (sought.last, sought.phone, sought.has_place, sought.email))) < 2:
            return _refused(400, "At least two of name, phone, address and email are required")
        ranked = self._holdings.search(sought)
        best, runner_up = [*(points for points, _ in ranked), 0.0, 0.0][:2]
        if best < _STRONG or best - runner_up < _LEAD or ranked[0][1].opted_out:
            return Told(
                200, {"person": None, "message": "No strong matches", **self._envelope(asked)}, "contact_enrich"
            )
        score = min(100, round(60 + 40 * (best - _STRONG) / (_CERTAIN - _STRONG)))
        payload = {"person": enriched(ranked[0][1], self._world), "message": "", "identityScore": score}
        return Told(200, payload | self._envelope(asked), "contact_enrich", hit=True)

    def _person_search(self, asked: Asked, body: _Search) -> Told:
        sought = _sought(body)
        narrows = sought.born or sought.has_place or sought.zip_code
        if not (sought.phone or sought.email or sought.ssn or (sought.last and narrows)):
            return _refused(400, "Insufficient search criteria")
        ranked = self._holdings.search(sought)
        found = [dossier for points, dossier in ranked if points >= _WORTH_LISTING and not dossier.opted_out]
        shown = found[(body.page - 1) * body.per_page : body.page * body.per_page]
        payload = {
            "persons": [found_person(dossier, self._world, body.includes) for dossier in shown],
            "counts": {},
            "pagination": {
                "currentPageNumber": body.page,
                "resultsPerPage": body.per_page,
                "totalPages": -(-len(found) // body.per_page),
                "totalResults": len(found),
            },
            "searchCriteria": [],
        }
        return Told(200, payload | self._envelope(asked), "person_search", hit=bool(shown))

    def _envelope(self, asked: Asked) -> dict[str, object]:
        return {
            "totalRequestExecutionTimeMs": 42,
            "requestId": stable_id(self.id, asked.path, asked.body),
            "requestType": asked.headers["galaxy-search-type"],
            "requestTime": f"{self._world.today}T{time(12)}Z",
            "isError": False,
            "error": {"inputErrors": [], "warnings": []},
        }


def _refused(status: int, *errors: str) -> Told:
    return Told(status, {"isError": True, "error": {"inputErrors": list(errors), "warnings": []}})


def _sought(body: _Person) -> Sought:
    lines = next(iter(body.addresses), body.address)
    city, state = city_and_state(lines.second)
    return Sought(
        first=body.first_name,
        last=body.last_name,
        born=_born(body.dob),
        phone=re.sub(r"\D", "", body.phone)[-10:],
        email=body.email.lower(),
        ssn=re.sub(r"\D", "", body.ssn),
        house_number=house_number(lines.first),
        zip_code=zip_code(lines.second),
        city=city,
        state=state,
    )


def _born(text: str) -> PartialDate | None:
    """A date that no calendar has is as good as none."""
    if not text:
        return None
    month, day, year = map(int, text.split("/"))
    try:
        return PartialDate(year, month, day)
    except ValueError:
        return None
