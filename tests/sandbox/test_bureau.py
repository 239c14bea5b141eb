"""The bureau as a whole: the same answers in any order, honest books, guarded truth, troubles on demand."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files

import httpx
import pytest

from skiptrace.model import ChargedOn
from skiptrace.sandbox import USUAL, Fault, Weather, World, sample_accounts
from skiptrace.sandbox.faults import Faults
from skiptrace.sandbox.vendors import Vendor, open_vendors
from skiptrace.sandbox.world import Person
from tests.sandbox.conftest import ENRICH, SEARCH, SMARTY, TRESTLE, Caller, calling, enrich_query

Vendors = Mapping[str, Vendor]

ENRICH_PATH = "/enformion/Contact/Enrich"


@pytest.fixture(scope="module")
def adults(world: World) -> list[Person]:
    return [p for p in world.people.values() if p.died is None and p.age(world.today) > 25][:40]


async def _ask_all(http: httpx.AsyncClient, people: list[Person]) -> dict[str, bytes]:
    answers = {}
    for person in people:
        reply = await http.post(ENRICH_PATH, json=enrich_query(person), headers=ENRICH)
        answers[person.key] = reply.content
    return answers


async def test_the_answers_do_not_depend_on_the_order_of_the_questions(world: World, adults: list[Person]) -> None:
    answers = []
    for people in (adults, adults[::-1]):
        vendors = open_vendors(world)
        async with calling(world, vendors) as caller:
            answers.append(await _ask_all(caller.http, people))

    assert answers[0] == answers[1]
    assert any(b'"person":{' in answer for answer in answers[0].values())


async def test_the_faults_do_not_depend_on_the_order_either(
    world: World, vendors: Vendors, adults: list[Person]
) -> None:
    weather = Weather({Fault.UNAVAILABLE: 0.3}, latency_ms=(0, 0))
    struck = []
    for people in (adults, adults[::-1]):
        async with calling(world, vendors, weather) as caller:
            answers = await _ask_all(caller.http, people)
        struck.append({key for key, answer in answers.items() if answer == b"Service Unavailable"})

    assert struck[0] == struck[1]
    assert 3 <= len(struck[0]) <= 25


async def test_whoever_asks_again_gets_the_answer(world: World, vendors: Vendors, adults: list[Person]) -> None:
    weather = Weather({Fault.RATE_LIMITED: 1.0}, latency_ms=(0, 0))
    async with calling(world, vendors, weather) as caller:
        query = enrich_query(adults[0])
        statuses = [(await caller.http.post(ENRICH_PATH, json=query, headers=ENRICH)).status_code for _ in range(2)]

    assert statuses == [429, 200]


async def test_the_bill_holds_hits_once_per_answer_and_no_misses(caller: Caller, adults: list[Person]) -> None:
    hits = 0
    for person in adults:
        reply = await caller.http.post(ENRICH_PATH, json=enrich_query(person), headers=ENRICH)
        hits += reply.json()["person"] is not None
    bill = await caller.bill()

    assert 0 < hits < len(adults)
    assert bill["enformion"]["requests"] == hits
    assert Decimal(str(bill["enformion"]["total"])) == hits * Decimal("0.25")


async def test_a_repeated_question_is_charged_again_and_can_be_recognised(caller: Caller, adults: list[Person]) -> None:
    for _ in range(2):
        await caller.http.get("/trestle/3.2/phone", params={"phone": "2125550100"}, headers=TRESTLE)
    lines = (await caller.bill())["trestle"]["lines"]

    assert isinstance(lines, list)
    assert len(lines) == 2
    assert lines[0] == lines[1]


async def test_per_request_products_are_charged_for_misses_but_not_for_refusals(caller: Caller) -> None:
    await caller.http.get("/trestle/3.0/phone_intel", params={"phone": "9995550199"}, headers=TRESTLE)
    await caller.http.get("/trestle/3.0/phone_intel", headers=TRESTLE)
    await caller.http.get("/trestle/3.0/phone_intel", params={"phone": "2125550100"})
    await caller.http.get("/smarty/street-address", params=SMARTY | {"street": "1 Nowhere St", "zipcode": "78701"})
    await caller.http.get("/smarty/street-address", params=SMARTY)
    bill = await caller.bill()

    assert (bill["trestle"]["requests"], bill["trestle"]["total"]) == (1, "0.015")
    assert (bill["smarty"]["requests"], bill["smarty"]["total"]) == (1, "0.01")


@pytest.mark.parametrize("fault", ["rate_limited", "rate_limited_silently", "unavailable", "server_error"])
async def test_a_trouble_before_the_work_is_not_charged(caller: Caller, fault: str) -> None:
    await caller.force("trestle", fault)
    reply = await caller.http.get("/trestle/3.2/phone", params={"phone": "2125550100"}, headers=TRESTLE)

    assert reply.status_code in {429, 500, 503}
    assert ("retry-after" in reply.headers) == (fault in {"rate_limited", "unavailable"})
    assert await caller.bill() == {}


async def test_garbage_is_charged_because_the_work_was_done(caller: Caller) -> None:
    await caller.force("trestle", "garbage")
    reply = await caller.http.get("/trestle/3.2/phone", params={"phone": "2125550100"}, headers=TRESTLE)

    assert (reply.status_code, reply.headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert (await caller.bill())["trestle"]["requests"] == 1


async def test_a_truncated_reply_breaks_off(caller: Caller) -> None:
    await caller.force("trestle", "truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        await caller.http.get("/trestle/3.2/phone", params={"phone": "2125550100"}, headers=TRESTLE)

    assert (await caller.bill())["trestle"]["requests"] == 1


async def test_a_drip_keeps_the_connection_open(world: World, vendors: Vendors) -> None:
    weather = Weather(latency_ms=(0, 0), drip_seconds=0.05)
    async with calling(world, vendors, weather) as caller:
        await caller.force("trestle", "drip")
        request = caller.http.get("/trestle/3.2/phone", params={"phone": "2125550100"}, headers=TRESTLE)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(request, 0.5)


async def test_forced_faults_can_be_seen_and_cleared(caller: Caller) -> None:
    await caller.force("smarty", "garbage", times=2)
    seen = await caller.http.get("/_faults", headers=caller.token)
    cleared = await caller.http.delete("/_faults", headers=caller.token)

    assert seen.json() == {"smarty": ["garbage", "garbage"]}
    assert cleared.json() == {}


@pytest.mark.parametrize(
    "wish", [{"provider": "nobody", "fault": "drip"}, {"provider": "smarty", "fault": "plague"}, [], {"times": "x"}]
)
async def test_an_unknown_fault_is_refused_with_the_list(caller: Caller, wish: object) -> None:
    reply = await caller.http.post("/_faults", json=wish, headers=caller.token)

    assert reply.status_code == 422
    assert "rate_limited" in reply.json()["faults"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/_truth/accounts"), ("GET", "/_bill"), ("GET", "/_faults"), ("POST", "/_faults")]
)
@pytest.mark.parametrize("shown", [{}, {"authorization": "Bearer"}, {"authorization": "Bearer guess"}])
async def test_the_truth_and_the_books_are_closed_without_the_token(
    caller: Caller, method: str, path: str, shown: dict[str, str]
) -> None:
    reply = await caller.http.request(method, path, headers=shown, json=[])

    assert reply.status_code == 401
    assert reply.json() == {"error": "this page needs the bureau's token"}


async def test_the_truth_of_sampled_accounts_is_given_under_the_token(caller: Caller, world: World) -> None:
    wanted = [row["account_id"] for row in sample_accounts(world, 20)]
    reply = await caller.http.post("/_truth/accounts", json=[*wanted, "A000000000"], headers=caller.token)

    assert [truth["account_id"] for truth in reply.json()] == wanted
    assert set(reply.json()[0]) >= {"addresses", "phones", "past_addresses", "past_phones", "traceable"}


async def test_no_reply_of_a_vendor_tells_the_true_key(caller: Caller, adults: list[Person]) -> None:
    answers = list((await _ask_all(caller.http, adults)).values())
    for person in adults:
        query = {"FirstName": person.name.first, "LastName": person.name.last, "Dob": f"{person.born:%m/%d/%Y}"}
        answers.append((await caller.http.post("/enformion/PersonSearch", json=query, headers=SEARCH)).content)
        params = {"phone": person.tenures[-1].number} if person.tenures else {"phone": "2125550100"}
        answers.append((await caller.http.get("/trestle/3.2/phone", params=params, headers=TRESTLE)).content)

    assert not any(re.search(rb"\bP\d{6}\b", answer) for answer in answers)


async def test_an_unknown_provider_is_answered_with_the_known_ones(caller: Caller) -> None:
    reply = await caller.http.get("/acme/search")

    assert reply.status_code == 404
    assert "enformion, smarty, trestle" in reply.text


def test_every_vendor_charges_what_its_manifest_says(vendors: Vendors) -> None:
    for vendor in vendors.values():
        manifest = tomllib.loads((files("skiptrace.providers") / f"{vendor.id}.toml").read_text("utf-8"))
        stated = {p["id"]: (Decimal(p["price"]), ChargedOn(p["charged_on"])) for p in manifest["products"]}
        assert {name: (terms.price, terms.charged_on) for name, terms in vendor.terms.items()} == stated


def test_the_usual_weather_is_mostly_fine() -> None:
    faults = Faults(1, USUAL)
    struck = sum(faults.strike("smarty", f"question {n}") is not None for n in range(5_000))

    assert struck / 5_000 == pytest.approx(sum(USUAL.rates.values()), abs=0.01)


async def test_two_bureaus_run_side_by_side_with_tokens_of_their_own(world: World, vendors: Vendors) -> None:
    async with calling(world, vendors) as one, calling(world, vendors) as other:
        assert one.bureau.url != other.bureau.url
        assert one.bureau.token != other.bureau.token
        assert one.bureau.token not in repr(one.bureau)


async def test_a_bureau_leaves_its_port_when_the_block_ends(world: World, vendors: Vendors) -> None:
    async with calling(world, vendors) as first:
        port = int(first.bureau.url.rpartition(":")[2])
    async with calling(world, vendors, port=port) as again:
        assert again.bureau.url == first.bureau.url
