"""Money, accepted cases, kept traces and every look at a person leave a row in one unbroken chain."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from skiptrace.errors import StoreError
from skiptrace.ports import Caps
from skiptrace.privacy import ChainBroken
from skiptrace.stores import SqlStore
from skiptrace.testing.store import NOW, a_case, a_result, an_intent
from tests.stores.databases import Place


async def fill(store: SqlStore) -> None:
    await store.accept([a_case()])
    await store.reserve(an_intent(), Caps())
    await store.keep([a_result()])
    await store.recover(NOW.replace(year=2030))


async def test_each_event_has_its_row(place: Place) -> None:
    async with place.store() as store:
        await fill(store)
        await store.trace("trace-1")
        await store.records("trace-1")
        await store.reply("trace-1-call")
        assert [trace.trace_id async for trace in store.batch_traces("batch-1")] == ["trace-1"]
    rows = await place.sql("SELECT event, about FROM audit ORDER BY number")
    assert [tuple(row) for row in rows] == [
        ("cases.accepted", "batch-1"),
        ("call.sent", "call-1"),
        ("call.local", "trace-1-call"),
        ("trace.kept", "trace-1"),
        ("call.in_doubt", "call-1"),
        ("trace.read", "trace-1"),
        ("records.read", "trace-1"),
        ("reply.read", "trace-1-call"),
        ("batch.read", "batch-1"),
    ]


async def test_many_writers_make_one_chain(place: Place) -> None:
    async with place.store() as one, place.store() as two:
        await one.accept([a_case()])
        buying = [(one, two)[n % 2].reserve(an_intent(f"call-{n}", str(n).encode()), Caps()) for n in range(200)]
        keeping = [(one, two)[n % 2].keep([a_result(f"trace-{n}")]) for n in range(50)]
        await asyncio.gather(*buying, *keeping)
        assert (await one.audit.verify()).rows == 1 + 200 + 50 * 2
    events = Counter(row[0] for row in await place.sql("SELECT event FROM audit"))
    assert events == {"cases.accepted": 1, "call.sent": 200, "call.local": 50, "trace.kept": 50}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET detail = 'acme.search 0.01 USD' WHERE number = 2",
        "UPDATE audit SET about = 'call-2' WHERE number = 2",
        "DELETE FROM audit WHERE number = 3",
        "DELETE FROM audit WHERE number = 1",
        "UPDATE audit SET number = 99 WHERE number = 2",
        "UPDATE audit SET hash = seal WHERE number = 2",
        "UPDATE audit SET actor = 'somebody else' WHERE number = 2",
        "UPDATE audit SET at = (SELECT at FROM audit WHERE number = 5) WHERE number = 1",
    ],
)
async def test_a_change_behind_the_stores_back_is_found(place: Place, change: str) -> None:
    async with place.store() as store:
        await fill(store)
        assert (await store.audit.verify()).rows == 5
        await place.sql(change)
        with pytest.raises(ChainBroken):
            await store.audit.verify()


async def test_what_cannot_be_audited_is_neither_shown_nor_bought(place: Place) -> None:
    async with place.store() as store:
        await fill(store)
        await place.sql("ALTER TABLE audit RENAME TO gone")
        for forbidden in (store.trace("trace-1"), store.records("trace-1"), store.reply("trace-1-call")):
            with pytest.raises(StoreError):
                await forbidden
        with pytest.raises(StoreError):
            await store.reserve(an_intent("call-9", b"new"), Caps())
        assert [call.call_id for call in await store.calls("case-1")] == ["call-1", "trace-1-call"]
        await place.sql("ALTER TABLE gone RENAME TO audit")
        await store.reserve(an_intent("call-9", b"new"), Caps())
        assert (await store.audit.verify()).rows == 6
