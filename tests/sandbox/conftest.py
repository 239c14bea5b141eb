"""One small world for the whole room, and a bureau that serves it with neither latency nor faults of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from skiptrace.sandbox import CALM, RunningBureau, Weather, World, grow_world, running_bureau
from skiptrace.sandbox.vendors import Vendor, open_vendors
from skiptrace.sandbox.world import Person

ENFORMION = {"galaxy-ap-name": "name", "galaxy-ap-password": "secret"}
ENRICH = ENFORMION | {"galaxy-search-type": "DevAPIContactEnrich"}
SEARCH = ENFORMION | {"galaxy-search-type": "Person"}
TRESTLE = {"x-api-key": "key"}
SMARTY = {"auth-id": "id", "auth-token": "token"}


@dataclass(frozen=True)
class Caller:
    """A client of a running bureau that also knows its guard."""

    http: httpx.AsyncClient
    bureau: RunningBureau

    @property
    def token(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.bureau.token}"}

    async def bill(self) -> dict[str, dict[str, object]]:
        reply = await self.http.get("/_bill", headers=self.token)
        read: dict[str, dict[str, object]] = reply.json()
        return read

    async def force(self, provider: str, fault: str, times: int = 1) -> None:
        wish = {"provider": provider, "fault": fault, "times": times}
        assert (await self.http.post("/_faults", json=wish, headers=self.token)).status_code == 200


@pytest.fixture(scope="session")
def world() -> World:
    return grow_world(seed=7, size=800)


@pytest.fixture(scope="session")
def large_world() -> World:
    """Large enough for shares to be read off it."""
    return grow_world(seed=11, size=2_500)


@pytest.fixture(scope="session")
def vendors(world: World) -> Mapping[str, Vendor]:
    """They keep nothing between two requests, so that all tests may share them."""
    return open_vendors(world)


@asynccontextmanager
async def calling(
    world: World, vendors: Mapping[str, Vendor], weather: Weather = CALM, port: int = 0
) -> AsyncIterator[Caller]:
    async with (
        running_bureau(world, weather, port=port, vendors=vendors) as bureau,
        httpx.AsyncClient(base_url=bureau.url, trust_env=False, timeout=100) as http,
    ):
        yield Caller(http, bureau)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(world: World, vendors: Mapping[str, Vendor]) -> AsyncIterator[Caller]:
    """For tests that read neither the books nor forced faults; they run on the session's loop."""
    async with calling(world, vendors) as caller:
        yield caller


@pytest.fixture
async def caller(world: World, vendors: Mapping[str, Vendor]) -> AsyncIterator[Caller]:
    async with calling(world, vendors) as caller:
        yield caller


def enrich_query(person: Person) -> dict[str, object]:
    """What a creditor who knows the present truth would send."""
    home = next(stay.dwelling for stay in person.stays if stay.end is None)
    return {
        "FirstName": person.name.first,
        "LastName": person.name.last,
        "Dob": f"{person.born:%m/%d/%Y}",
        "Address": {"addressLine1": home.line, "addressLine2": f"{home.place.city}, {home.place.state}"},
    }
