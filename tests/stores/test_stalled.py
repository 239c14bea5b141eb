"""A process that stops in the middle of a transaction: the others go on, and it writes nothing when it wakes up."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import Connection, text

from skiptrace.errors import StoreError
from skiptrace.stores.databases import STALLED_SECONDS, database_at, take_turn
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
