"""Smarty answers in its published form, over a real socket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from skiptrace.sandbox import World
from skiptrace.sandbox.vendors.wire import Asked, Vendor
from skiptrace.sandbox.world import Dwelling
from tests.sandbox.conftest import SMARTY, Caller

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _look_up(shared: Caller, home: Dwelling, **changed: str) -> list[dict[str, dict[str, str]]]:
    place = home.place
    given = {"street": home.line, "secondary": home.unit_text, "city": place.city, "state": place.state}
    query = given | {"zipcode": place.zip_code} | changed | SMARTY
    read: list[dict[str, dict[str, str]]] = (await shared.http.get("/smarty/street-address", params=query)).json()
    return read


@pytest.fixture(scope="module")
def house(world: World) -> Dwelling:
    return next(home for home in world.residents if home.street and not home.unit)


@pytest.fixture(scope="module")
def flat(world: World) -> Dwelling:
    return next(home for home in world.residents if home.unit_type == "Apt")


async def test_a_house_is_confirmed_whole(shared: Caller, house: Dwelling) -> None:
    (found,) = await _look_up(shared, house)

    assert found["delivery_line_1"] == house.line
    assert found["components"]["zipcode"] == house.place.zip_code
    assert found["analysis"]["dpv_match_code"] == "Y"
    assert found["analysis"]["dpv_footnotes"] == "AABB"
    assert found["metadata"]["rdi"] == "Residential"


async def test_a_flat_is_confirmed_with_its_unit_only(shared: Caller, flat: Dwelling) -> None:
    codes = []
    for unit in (flat.unit_text, "", "Apt 9999"):
        (found,) = await _look_up(shared, flat, secondary=unit)
        codes.append((found["analysis"]["dpv_match_code"], found["analysis"]["dpv_footnotes"]))

    assert codes == [("Y", "AABB"), ("D", "AAN1"), ("S", "AACC")]


async def test_the_unit_may_stand_in_the_street_line(shared: Caller, flat: Dwelling) -> None:
    (found,) = await _look_up(shared, flat, street=f"{flat.line} {flat.unit_text}", secondary="")

    assert found["analysis"]["dpv_match_code"] == "Y"
    assert found["components"]["secondary_number"] == flat.unit


async def test_a_misspelt_street_and_a_wrong_zip_are_put_right(shared: Caller, house: Dwelling) -> None:
    name = house.street
    (found,) = await _look_up(
        shared, house, street=f"{house.number} {name[0]}{name[2]}{name[1]}{name[3:]}", zipcode="00000"
    )

    assert found["delivery_line_1"] == house.line
    assert found["components"]["zipcode"] == house.place.zip_code


async def test_a_house_that_does_not_stand_is_no_match(shared: Caller, house: Dwelling) -> None:
    assert await _look_up(shared, house, street=f"100000 {house.street}") == []
    assert await _look_up(shared, house, street=f"{house.number} Xylophone Quay") == []


async def test_a_box_is_a_box(shared: Caller, world: World) -> None:
    box = next(home for home in world.residents if home.is_box)
    (found,) = await _look_up(shared, box)

    assert found["delivery_line_1"] == box.line
    assert found["metadata"]["record_type"] == "P"


async def test_the_zone_is_that_of_the_place(shared: Caller, world: World) -> None:
    for home in {home.place.time_zone: home for home in world.residents}.values():
        (found,) = await _look_up(shared, home)
        winter = datetime(2026, 1, 15, tzinfo=ZoneInfo(home.place.time_zone)).utcoffset()
        assert winter is not None
        assert found["metadata"]["utc_offset"] == winter.total_seconds() / 3600


async def test_nobody_is_said_to_live_in_a_vacant_home(vendors: Mapping[str, Vendor], world: World) -> None:
    vacant = 0
    for home in world.residents:
        query = SMARTY | {"street": home.line, "secondary": home.unit_text, "zipcode": home.place.zip_code}
        (found,) = vendors["smarty"].answer(Asked("GET", "/street-address", query)).payload
        if found["analysis"]["dpv_vacant"] == "Y":
            vacant += 1
            assert not world.lived_in(home)

    assert 0.01 < vacant / len(world.residents) < 0.06


async def test_missing_credentials_are_unauthorised(shared: Caller) -> None:
    reply = await shared.http.get("/smarty/street-address", params={"street": "1 Main St"})

    assert reply.status_code == 401
    assert reply.json()["errors"][0]["message"]


async def test_a_lookup_without_a_street_is_refused(shared: Caller) -> None:
    reply = await shared.http.get("/smarty/street-address", params=SMARTY | {"city": "Austin"})

    assert reply.status_code == 422


async def test_too_many_lookups_say_when_to_come_back(shared: Caller) -> None:
    await shared.force("smarty", "rate_limited")
    reply = await shared.http.get("/smarty/street-address", params=SMARTY | {"street": "1 Main St"})

    assert (reply.status_code, reply.headers["retry-after"]) == (429, "1")
