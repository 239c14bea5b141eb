"""The second sink: heads are signed in time, cut-off trails show, and without the sink nothing is shown or bought."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from skiptrace.errors import StoreError
from skiptrace.ports import Caps
from skiptrace.privacy import Actor, AuditEvent, BadCheckpoint, ChainBroken, acting
from skiptrace.stores import SqlStore, witness
from skiptrace.testing.store import a_case, a_result, an_intent
from tests.builders import FixedClock
from tests.stores.databases import Place

AT = datetime(2026, 11, 2, 17, tzinfo=UTC)


def sink(place: Place) -> Path:
    return place.key_file.with_name("audit-checkpoints.jsonl")


async def events(store: SqlStore, count: int, name: str = "e") -> None:
    await asyncio.gather(*(store.audit.note(AuditEvent(AT, "searched", f"{name}-{n}")) for n in range(count)))


async def test_a_head_is_signed_every_thousand_rows_and_when_the_process_ends(place: Place) -> None:
    async with place.store() as store:
        for _ in range(9):
            await events(store, 256)
        checked = await store.audit.verify()
        assert (checked.rows, checked.checkpoints) == (9 * 256, 3), "at the start, and behind each thousand"
        assert checked.unwitnessed <= witness.ROWS + 256
    async with place.store() as store:
        assert (await store.audit.verify()).unwitnessed == 0


async def test_a_quiet_process_signs_after_a_while(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skiptrace.stores.writer.SECONDS", 0.05)
    async with place.store() as store:
        await events(store, 3)
        async with asyncio.timeout(100):
            while (await store.audit.verify()).unwitnessed:  # noqa: ASYNC110 - nothing announces it
                await asyncio.sleep(0.02)


async def test_rows_cut_off_at_the_end_show(place: Place) -> None:
    async with place.store() as store:
        await events(store, 20)
    await place.sql("DELETE FROM audit WHERE number > 12")
    async with place.store() as store:
        with pytest.raises(ChainBroken, match="a signed checkpoint saw 20 rows, here are 12"):
            await store.audit.verify()


async def test_a_trail_that_was_started_anew_shows(place: Place) -> None:
    async with place.store() as store:
        await events(store, 20)
    await place.sql("DELETE FROM audit")
    elsewhere = sink(place).with_name("another machine")
    other = await SqlStore.open(place.url, place.key_file, FixedClock(), checkpoints=elsewhere)
    await events(other, 30, "other")
    await other.close()
    async with place.store() as store:
        with pytest.raises(ChainBroken, match="another row"):
            await store.audit.verify()


async def test_a_changed_checkpoint_shows(place: Place) -> None:
    async with place.store() as store:
        await events(store, 20)
    sink(place).write_bytes(sink(place).read_bytes().replace(b'"rows":20', b'"rows":19'))
    async with place.store() as store:
        with pytest.raises(BadCheckpoint):
            await store.audit.verify()


async def test_without_the_sink_nothing_is_searched_shown_or_bought_until_it_is_back(place: Place) -> None:
    async with place.store() as store:
        await store.accept([a_case()])
        await store.keep([a_result()])
    sink(place).unlink()
    sink(place).symlink_to("/dev/full")
    store = await SqlStore.open(place.url, place.key_file, FixedClock())
    refused = (
        store.trace("trace-1"),
        store.records("trace-1"),
        store.reply("trace-1-call"),
        store.reserve(an_intent(), Caps()),
        store.accept([a_case("case-2")]),
        store.audit.note(AuditEvent(AT, "ssn.revealed", "case-1")),
    )
    for forbidden in refused:
        with pytest.raises(StoreError, match=r"cannot be written.*nothing is searched, shown or bought until it can"):
            await forbidden
    assert await store.case("case-2") is None
    assert [call.call_id for call in await store.calls("case-1")] == ["trace-1-call"]
    sink(place).unlink()
    assert await store.trace("trace-1") is not None, "it goes on without a restart"
    await store.close()


@pytest.mark.parametrize("place", ["postgres_place"], indirect=True)
async def test_t11_with_a_read_only_audit_table_nothing_is_shown_or_bought(place: Place) -> None:
    async with place.store() as store:
        await store.accept([a_case()])
        await store.keep([a_result()])
        await place.sql("CREATE FUNCTION no() RETURNS trigger AS 'BEGIN RAISE ''read-only''; END' LANGUAGE plpgsql")
        await place.sql("CREATE TRIGGER no BEFORE INSERT ON audit EXECUTE FUNCTION no()")
        try:
            for forbidden in (store.trace("trace-1"), store.reserve(an_intent(), Caps())):
                with pytest.raises(Exception, match="database"):
                    await forbidden
            assert [call.call_id for call in await store.calls("case-1")] == ["trace-1-call"]
        finally:
            await place.sql("DROP FUNCTION no CASCADE")
        assert await store.trace("trace-1") is not None


async def test_sixteen_writers_make_one_chain_without_a_gap(place: Place) -> None:
    stores = [await SqlStore.open(place.url, place.key_file, FixedClock()) for _ in range(4)]
    try:
        await asyncio.gather(*(events(stores[n % 4], 1000, f"writer-{n}") for n in range(16)))
    finally:
        for store in stores:
            await store.close()
    async with place.store() as store:
        assert (await store.audit.verify()).rows == 16_000
    rows = await place.sql("SELECT count(DISTINCT about), min(number), max(number) FROM audit")
    assert tuple(rows[0]) == (16_000, 1, 16_000)


async def test_each_row_says_who_acted_for_whom_and_why(place: Place) -> None:
    async with place.store() as store:
        with acting(Actor("jane", "default", "GLBA_ENFORCE")):
            mine = asyncio.create_task(store.accept([a_case()]))
        with acting(Actor("omar", "other")):
            theirs = asyncio.create_task(store.trace("trace-1"))
        await asyncio.gather(mine, theirs, store.records("trace-1"))
    rows = await place.sql("SELECT event, actor, tenant, purpose FROM audit ORDER BY event")
    assert [tuple(row) for row in rows] == [
        ("cases.accepted", "jane", "default", "GLBA_ENFORCE"),
        ("records.read", "unknown", "", ""),
        ("trace.read", "omar", "other", ""),
    ]
