"""A call in doubt ends once, by the bill, with a row that says by which line; whoever was slower is told so."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from skiptrace.errors import LostLease
from skiptrace.model import Call, CallState
from skiptrace.ports import Caps, Reserved
from skiptrace.resolving import Bill, end_doubt
from skiptrace.stores import SqlStore
from skiptrace.testing.store import a_case, an_intent
from tests.builders import FixedClock

BILL = Bill(Decimal("0.20"), "line-7", "sue")


async def doubted(store: SqlStore, clock: FixedClock) -> Call:
    await store.accept([a_case()])
    reserved = await store.reserve(an_intent(), Caps())
    assert isinstance(reserved, Reserved)
    return await store.doubt(reserved.call, "no answer", clock.now())


async def rows(store: SqlStore, call: Call) -> list[tuple[str, str, str]]:
    about = [row.event for row in await store.audit.about([call.call_id])]
    return [(e.event, e.actor, e.detail) for e in about if e.event.endswith("resolved")]


@pytest.mark.parametrize(
    ("bill", "state", "charged"),
    [
        (BILL, CallState.SETTLED, "0.20"),
        (Bill(None, "line-7", "sue"), CallState.SETTLED, "0.25"),
        (Bill(Decimal(0), "line-7", "sue"), CallState.NOT_CHARGED, "0"),
    ],
)
async def test_it_is_booked_or_released_as_the_bill_has_it(
    store: SqlStore, clock: FixedClock, bill: Bill, state: CallState, charged: str
) -> None:
    call = await doubted(store, clock)
    ended = await end_doubt(call.call_id, call.tenant, bill, store, clock)

    assert (ended.state, ended.charged) == (state, Decimal(charged))
    [(event, actor, detail)] = await rows(store, call)
    assert (event, actor) == ("call.resolved", "sue")
    assert detail.endswith("USD by line-7")


async def test_of_two_who_settle_one_is_told_that_somebody_was_quicker(store: SqlStore, clock: FixedClock) -> None:
    call = await doubted(store, clock)
    both = [end_doubt(call.call_id, call.tenant, BILL, store, clock) for _ in range(2)]
    ended = await asyncio.gather(*both, return_exceptions=True)

    assert sorted(type(one).__name__ for one in ended) == ["Call", "LostLease"]
    [kept] = await store.calls(call.case_id)
    assert kept.charged == Decimal("0.20")
    said = [event for event, _, _ in await rows(store, call)]
    assert said.count("call.resolved") - said.count("call.not_resolved") == 1, "what came to nothing is said"


async def test_a_call_of_another_tenant_is_not_in_doubt(store: SqlStore, clock: FixedClock) -> None:
    call = await doubted(store, clock)

    with pytest.raises(LostLease, match="look again"):
        await end_doubt(call.call_id, "other", BILL, store, clock)
    assert await rows(store, call) == []
