"""Events reported of consumers: kept once, sealed, found by account and by person, apart by tenant."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from skiptrace.model import Case, Channel, ConsumerEvent, Refusal
from tests import builders
from tests.builders import NOW
from tests.stores.databases import Place

SSN = "900550142"


def case(account_id: str, ssn: str = SSN, tenant: str = "default") -> Case:
    return builders.case(
        case_id=f"case-{tenant}-{account_id}",
        tenant=tenant,
        account=builders.account(account_id=account_id),
        subject=builders.subject(ssn=ssn),
    )


def refusal(account_id: str, event_id: str = "e-1", tenant: str = "default") -> ConsumerEvent:
    what = Refusal(frozenset({Channel.SMS}), NOW, "+15125550142")
    return ConsumerEvent(event_id, tenant, account_id, NOW, "platform", what)


async def test_an_event_is_kept_once_and_read_back(place: Place) -> None:
    async with place.store() as store:
        await store.accept([case("A-1")])
        assert await store.record_events([refusal("A-1")]) == 1
        assert await store.record_events([refusal("A-1")]) == 0
        [kept] = await store.history(case("A-1"))
    assert replace(kept, recorded_at=None) == refusal("A-1")
    assert kept.recorded_at is not None


async def test_an_event_follows_the_person_to_another_account(place: Place) -> None:
    async with place.store() as store:
        await store.accept([case("A-1"), case("A-2")])
        await store.record_events([refusal("A-1")])
        assert [e.account_id for e in await store.history(case("A-2"))] == ["A-1"]


async def test_another_person_another_tenant_and_a_person_without_ssn_see_nothing(place: Place) -> None:
    async with place.store() as store:
        await store.accept([case("A-1"), case("A-1", tenant="other")])
        await store.record_events([refusal("A-1")])
        assert not await store.history(case("A-2", ssn="900550143"))
        assert not await store.history(case("A-1", tenant="other"))
        assert not await store.history(case("A-2", ssn=""))


async def test_what_is_stored_tells_neither_number_nor_ssn(place: Place) -> None:
    async with place.store() as store:
        await store.accept([case("A-1")])
        await store.record_events([refusal("A-1")])
    rows = str(await place.sql("SELECT * FROM consumer_events"))
    assert "A-1" in rows
    assert "5125550142" not in rows
    assert SSN not in rows


async def test_histories_that_are_read_together_are_not_mixed_up(place: Place) -> None:
    async with place.store() as store:
        await store.record_events([refusal("A-1", "e-1"), refusal("A-2", "e-2"), refusal("A-2", "e-3")])
        read = await asyncio.gather(*(store.history(case(name, ssn="")) for name in ("A-2", "A-1", "A-3")))
        assert [[event.event_id for event in events] for events in read] == [["e-2", "e-3"], ["e-1"], []]
