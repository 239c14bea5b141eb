"""EnformionGO answers in its published form, over a real socket."""

from __future__ import annotations

import re

import pytest
import pytest_asyncio

from skiptrace.sandbox import World
from skiptrace.sandbox.world import Person
from tests.sandbox.conftest import ENFORMION, ENRICH, SEARCH, Caller, enrich_query

pytestmark = pytest.mark.asyncio(loop_scope="session")

US_DATE = re.compile(r"[1-9]\d?/[1-9]\d?/\d{4}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def held(shared: Caller, world: World) -> Person:
    """A living adult whom Contact Enrich knows, with a phone."""
    for person in world.people.values():
        if person.died is None and person.age(world.today) > 25:
            reply = await shared.http.post("/enformion/Contact/Enrich", json=enrich_query(person), headers=ENRICH)
            if reply.json()["person"] and reply.json()["person"]["phones"]:
                return person
    raise AssertionError("the vendor knows nobody")


async def test_contact_enrich_names_one_person_with_dated_addresses_and_phones(shared: Caller, held: Person) -> None:
    reply = await shared.http.post("/enformion/Contact/Enrich", json=enrich_query(held), headers=ENRICH)
    body = reply.json()

    assert reply.status_code == 200
    assert body["isError"] is False
    assert body["error"] == {"inputErrors": [], "warnings": []}
    assert 60 <= body["identityScore"] <= 100
    assert set(body["person"]) == {"name", "age", "addresses", "phones", "emails"}
    assert set(body["person"]["name"]) == {"firstName", "middleName", "lastName"}
    for address in body["person"]["addresses"]:
        assert set(address) == {"street", "unit", "city", "state", "zip", "firstReportedDate", "lastReportedDate"}
        assert US_DATE.fullmatch(address["lastReportedDate"])
    for phone in body["person"]["phones"]:
        assert re.fullmatch(r"\(\d{3}\) 555-01\d\d", phone["number"])
        assert isinstance(phone["isConnected"], bool)


async def test_a_stranger_is_no_match_with_status_200(shared: Caller) -> None:
    query = {"FirstName": "Zebulon", "LastName": "Quackenbush", "Phone": "(212) 555-0100"}
    reply = await shared.http.post("/enformion/Contact/Enrich", json=query, headers=ENRICH)

    assert (reply.status_code, reply.json()["person"], reply.json()["message"]) == (200, None, "No strong matches")


@pytest.mark.parametrize("query", [{"FirstName": "Jane", "LastName": "Sample"}, {"Phone": "(212) 555-0100"}, {}])
async def test_one_criterion_is_too_little_for_contact_enrich(shared: Caller, query: dict[str, str]) -> None:
    reply = await shared.http.post("/enformion/Contact/Enrich", json=query, headers=ENRICH)

    assert reply.status_code == 400
    assert reply.json()["error"]["inputErrors"]


async def test_a_name_with_a_city_alone_is_too_little_for_person_search(shared: Caller) -> None:
    query = {"FirstName": "Jane", "LastName": "Sample", "Addresses": [{"AddressLine2": "Austin, TX"}]}
    reply = await shared.http.post("/enformion/PersonSearch", json=query, headers=SEARCH)

    assert (reply.status_code, reply.json()["isError"]) == (400, True)


async def test_person_search_gives_dossiers_with_masked_birth_dates(shared: Caller, held: Person) -> None:
    query = {"FirstName": held.name.first, "LastName": held.name.last, "Dob": f"{held.born:%m/%d/%Y}"}
    body = (await shared.http.post("/enformion/PersonSearch", json=query, headers=SEARCH)).json()
    first = body["persons"][0]

    assert body["pagination"]["totalResults"] >= len(body["persons"]) >= 1
    assert re.fullmatch(r"G\d{10}", first["tahoeId"])
    assert re.fullmatch(r"(\d{1,2}|XX)/XX/\d{4}|", first["dob"])
    assert {"isOptedOut", "datesOfDeath", "phoneNumbers", "emailAddresses", "relativesSummary"} <= set(first)
    address = first["addresses"][0]
    assert address["fullAddress"].endswith(f"; {address['city']}, {address['state']} {address['zip']}")
    assert US_DATE.fullmatch(address["firstReportedDate"])


async def test_person_search_leaves_out_the_parts_that_are_not_asked_for(shared: Caller, held: Person) -> None:
    query = {"FirstName": held.name.first, "LastName": held.name.last, "Dob": f"{held.born:%m/%d/%Y}"}
    query |= {"Includes": ["PhoneNumbers"]}  # type: ignore[dict-item]
    first = (await shared.http.post("/enformion/PersonSearch", json=query, headers=SEARCH)).json()["persons"][0]

    assert first["addresses"] == []


async def test_person_search_pages(shared: Caller, world: World) -> None:
    surname = max(
        {p.name.last for p in world.people.values()}, key=lambda s: sum(p.name.last == s for p in world.people.values())
    )
    person = next(p for p in world.people.values() if p.name.last == surname and p.age(world.today) > 30)
    query = {"LastName": surname, "Dob": f"{person.born:%m/%d/%Y}", "ResultsPerPage": 1}
    pages = [
        (await shared.http.post("/enformion/PersonSearch", json=query | {"Page": page}, headers=SEARCH)).json()
        for page in (1, 2)
    ]

    assert pages[0]["pagination"]["totalPages"] == pages[0]["pagination"]["totalResults"]
    assert len(pages[0]["persons"]) == 1
    assert pages[0]["persons"] != pages[1]["persons"]


async def test_the_dead_carry_their_date_of_death(shared: Caller, world: World) -> None:
    told = 0
    for person in world.people.values():
        if person.died:
            query = {"FirstName": person.name.first, "LastName": person.name.last, "Dob": f"{person.born:%m/%d/%Y}"}
            body = (await shared.http.post("/enformion/PersonSearch", json=query, headers=SEARCH)).json()
            told += any(found["datesOfDeath"] for found in body["persons"])

    assert told > 3


@pytest.mark.parametrize("missing", ["galaxy-ap-name", "galaxy-ap-password"])
async def test_without_both_credentials_nothing_is_answered(shared: Caller, missing: str) -> None:
    headers = {name: value for name, value in ENRICH.items() if name != missing}
    reply = await shared.http.post("/enformion/Contact/Enrich", json={}, headers=headers)

    assert (reply.status_code, reply.json()["isError"]) == (401, True)


async def test_the_search_type_must_fit_the_path(shared: Caller) -> None:
    reply = await shared.http.post("/enformion/PersonSearch", json={}, headers=ENFORMION)

    assert reply.status_code == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"Dob": "1980-01-31"}', b'{"Addresses": "Austin"}', b"\xff"])
async def test_a_malformed_body_is_an_input_error(shared: Caller, body: bytes) -> None:
    reply = await shared.http.post("/enformion/PersonSearch", content=body, headers=SEARCH)

    assert reply.status_code == 400
    assert reply.json()["error"]["inputErrors"]
