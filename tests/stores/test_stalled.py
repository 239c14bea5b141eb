"""Processes that stop in the middle of a transaction, and servers that hang up: the others go on."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import Connection, text

from skiptrace.errors import StoreError
from skiptrace.stores.databases import IDLE_SECONDS, STALLED_SECONDS, database_at, take_turn
from skiptrace.stores.trouble import plain_errors
from tests.stores.databases import Place


def _stall(conn: Connection) -> None:
    take_turn(conn)
    conn.execute(text("CREATE TABLE written_in_its_sleep (n int)"))
    time.sleep(STALLED_SECONDS + 1.5)  # as if the whole process had been stopped: its event loop stands still
    conn.execute(text("SELECT 1"))


def _sleepwalk(place: Place) -> None:
    async def run() -> None:
        database = database_at(place.url)
        try:
            with plain_errors():
                await database.write(_stall)
        finally:
            await database.close()

    asyncio.run(run())


async def test_others_write_although_one_has_stopped_in_its_turn(postgres_place: Place) -> None:
    sleeper = asyncio.create_task(asyncio.to_thread(_sleepwalk, postgres_place))
    await asyncio.sleep(1.0)
    began = time.monotonic()
    await postgres_place.run(take_turn)
    waited = time.monotonic() - began
    with pytest.raises(StoreError):
        await sleeper
    assert waited < STALLED_SECONDS + 0.5
    there = "SELECT count(*) FROM pg_tables WHERE tablename = 'written_in_its_sleep'"
    assert (await postgres_place.sql(there))[0][0] == 0


async def test_a_server_that_hung_up_while_nobody_asked_is_asked_anew(postgres_place: Place) -> None:
    hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename <> ''"
    async with postgres_place.store() as store:
        await store.batch("none")
        await postgres_place.sql(hang_up)
        await asyncio.sleep(IDLE_SECONDS + 0.1)
        assert (await store.batch("none")).accepted == 0
