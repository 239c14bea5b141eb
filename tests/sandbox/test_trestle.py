"""Trestle answers in its published form, over a real socket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from skiptrace.sandbox import World
from skiptrace.sandbox.vendors.wire import Asked, Vendor
from tests.sandbox.conftest import TRESTLE, Caller

Vendors = Mapping[str, Vendor]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _owned(shared: Caller, world: World) -> dict[str, object]:
    """The first Reverse Phone reply that names somebody."""
    for number in world.holders:
        body = (await shared.http.get("/trestle/3.2/phone", params={"phone": number}, headers=TRESTLE)).json()
        if body["owners"]:
            read: dict[str, object] = body
            return read
    raise AssertionError("the vendor knows nobody")


def _told(vendors: Vendors, path: str, number: str) -> dict[str, Any]:
    payload = vendors["trestle"].answer(Asked("GET", path, {"phone": number}, TRESTLE)).payload
    assert isinstance(payload, dict)
    return payload


async def test_reverse_phone_names_the_owners_with_their_addresses(shared: Caller, world: World) -> None:
    body = await _owned(shared, world)
    owners = body["owners"]
    assert isinstance(owners, list)
    owner = owners[0]

    assert {"id", "phone_number", "is_valid", "line_type", "carrier", "owners", "error", "warnings"} <= set(body)
    assert str(body["id"]).startswith("Phone.")
    assert body["line_type"] in {"Mobile", "Landline", "FixedVOIP", "NonFixedVOIP"}
    assert {"firstname", "middlename", "lastname", "age_range", "current_addresses"} <= set(owner)
    assert date.fromisoformat(owner["link_to_phone_start_date"]) < world.today
    for address in owner["current_addresses"] + owner["historical_addresses"]:
        assert {"street_line_1", "street_line_2", "city", "postal_code", "state_code"} <= set(address)
        assert address["delivery_point"] in {"SingleUnit", "MultiUnit", "POBox"}


async def test_an_unknown_number_has_no_owners(shared: Caller) -> None:
    reply = await shared.http.get("/trestle/3.2/phone", params={"phone": "9995550199"}, headers=TRESTLE)

    assert (reply.status_code, reply.json()["owners"]) == (200, [])


@pytest.mark.parametrize("number", ["123", "0125550100", "not a number"])
async def test_what_is_no_number_is_not_valid(shared: Caller, number: str) -> None:
    body = (await shared.http.get("/trestle/3.0/phone_intel", params={"phone": number}, headers=TRESTLE)).json()

    assert body["is_valid"] is False
    assert body["warnings"] == ["Invalid Input"]


async def test_activity_tells_live_numbers_from_dead_ones_mostly(vendors: Vendors, world: World) -> None:
    scores: dict[bool, list[int]] = {True: [], False: []}
    for number in world.holders:
        scores[world.holds_now(number)].append(_told(vendors, "/3.0/phone_intel", number)["activity_score"])

    assert 0.75 < sum(score >= 70 for score in scores[True]) / len(scores[True]) < 0.98
    assert 0.70 < sum(score <= 30 for score in scores[False]) / len(scores[False]) < 0.98
    assert 50 in scores[True]


async def test_litigators_are_told_on_request_only(shared: Caller, world: World) -> None:
    number = next(iter(world.holders))
    plain = await shared.http.get("/trestle/3.0/phone_intel", params={"phone": number}, headers=TRESTLE)
    params = {"phone": number, "add_ons": "litigator_checks"}
    asked = await shared.http.get("/trestle/3.0/phone_intel", params=params, headers=TRESTLE)

    assert plain.json()["add_ons"] is None
    assert asked.json()["add_ons"]["litigator_checks"]["phone.is_litigator_risk"] in {True, False}


async def test_a_number_passed_on_is_sometimes_still_ascribed_to_the_former_holder(
    vendors: Vendors, world: World
) -> None:
    behind_the_times = asked = 0
    for number, held in world.holders.items():
        now = {key for key, tenure in held if tenure.end is None}
        before = {key for key, tenure in held if tenure.end is not None} - now
        if now and before:
            firsts = {owner["firstname"] for owner in _told(vendors, "/3.2/phone", number)["owners"]}
            asked += bool(firsts)
            behind_the_times += not firsts & {world.people[k].name.first for k in now} and bool(
                firsts & {world.people[k].name.first for k in before}
            )

    assert asked > 50
    assert 0.02 < behind_the_times / asked < 0.5


async def test_a_missing_key_is_forbidden(shared: Caller) -> None:
    reply = await shared.http.get("/trestle/3.2/phone", params={"phone": "2125550100"})

    assert (reply.status_code, reply.json()["errorCode"]) == (403, "INVALID_API_KEY")


async def test_an_unknown_path_is_forbidden_as_well(shared: Caller) -> None:
    reply = await shared.http.get("/trestle/9.9/phone", headers=TRESTLE)

    assert (reply.status_code, reply.json()["errorCode"]) == (403, "MISSING_API_KEY")


async def test_a_missing_phone_is_a_bad_request_in_another_form(shared: Caller) -> None:
    reply = await shared.http.get("/trestle/3.2/phone", headers=TRESTLE)

    assert reply.status_code == 400
    assert reply.json() == {"error": "bad_request", "message": "Missing required parameter: phone"}


async def test_a_partial_reply_says_so_with_status_200(shared: Caller, world: World) -> None:
    number = (await _owned(shared, world))["phone_number"]
    await shared.force("trestle", "partial")
    reply = await shared.http.get("/trestle/3.2/phone", params={"phone": str(number)}, headers=TRESTLE)

    assert reply.status_code == 200
    assert reply.json()["error"] == {"name": "InternalError", "message": "Could not retrieve entire response"}
    assert reply.json()["owners"] == []
