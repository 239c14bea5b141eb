"""The product's own adapters read what the bureau writes: nothing broken, the right fields filled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from skiptrace.model import Address, AddressSighting, Answer, Fact, Inquiry, Name, PartialDate, PhoneSighting, Subject
from skiptrace.ports import Provider
from skiptrace.providers import catalog
from skiptrace.providers.base import Setup
from skiptrace.providers.http import Wire
from skiptrace.sandbox import World
from skiptrace.sandbox.world import Person
from tests.sandbox.conftest import Caller

CREDENTIALS = {"ap_name": "a", "ap_password": "b", "api_key": "c", "auth_id": "d", "auth_token": "e"}


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
async def providers(caller: Caller, tmp_path: Path) -> AsyncIterator[Mapping[str, Provider]]:
    wire = Wire(_Clock(), allow_loopback=True)
    known = catalog.discover()
    yield {
        name: catalog.build(
            known[name], Setup(wire, _Clock(), tmp_path, CREDENTIALS, base_url=f"{caller.bureau.url}/{name}")
        )
        for name in ("enformion", "trestle", "smarty")
    }
    await wire.close()


@pytest.fixture(scope="module")
def people(world: World) -> list[Person]:
    return [p for p in world.people.values() if p.died is None and p.age(world.today) > 25 and p.tenures][:40]


def _subject(person: Person) -> Subject:
    home = person.stays[-1].dwelling
    place = home.place
    address = Address(home.line, home.unit_text, place.city, place.state, place.zip_code)
    return Subject(
        names=(replace(person.name, suffix=""),),
        birth_date=PartialDate.of(person.born),
        ssn=person.ssn,
        addresses=(AddressSighting(address),),
        phones=(PhoneSighting(person.tenures[-1].number),),
    )


async def _ask(provider: Provider, product: str, inquiry: Inquiry) -> Answer:
    async def before_first_byte() -> None:
        pass

    request = provider.to_request(product, inquiry)
    assert request is not None
    return provider.to_answer(product, await provider.send(product, request, before_first_byte), "call")


@pytest.mark.parametrize("product", ["contact_enrich", "person_search"])
async def test_enformion(providers: Mapping[str, Provider], people: list[Person], product: str) -> None:
    found = same = 0
    for person in people:
        answer = await _ask(providers["enformion"], product, Inquiry(_subject(person)))
        found += answer.found
        same += any(_surname(record.names) == person.name.last.upper() for record in answer.records)
        for record in answer.records:
            assert all(a.last_seen and a.address.zip_code and a.address.line for a in record.addresses)
            assert all(p.last_seen and p.connected in {Fact.YES, Fact.NO} for p in record.phones)

    assert found > len(people) / 2
    assert same > found * 0.8


async def test_trestle(providers: Mapping[str, Provider], people: list[Person]) -> None:
    owned = 0
    for person in people:
        inquiry = Inquiry(_subject(person), phone=person.tenures[-1].number)
        owner = await _ask(providers["trestle"], "reverse_phone", inquiry)
        (check,) = (await _ask(providers["trestle"], "phone_validation", inquiry)).checks
        owned += any(_surname(record.names) == person.name.last.upper() for record in owner.records)
        assert owner.complete
        assert check.valid is Fact.YES

    assert owned > len(people) / 3


async def test_smarty(providers: Mapping[str, Provider], people: list[Person]) -> None:
    for person in people:
        subject = _subject(person)
        inquiry = Inquiry(subject, address=subject.addresses[0].address)
        (check,) = (await _ask(providers["smarty"], "us_street", inquiry)).checks
        assert (check.deliverable, check.vacant) == (Fact.YES, Fact.NO)
        assert check.time_zone


def _surname(names: tuple[Name, ...]) -> str:
    return names[0].last.upper()
