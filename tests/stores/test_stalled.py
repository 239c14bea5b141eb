"""Processes that stop in the middle of a transaction, and servers that hang up: the others go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.util import await_only

from skiptrace.errors import StoreError
from skiptrace.stores.databases import IDLE_SECONDS, STALLED_SECONDS, database_at, take_turn
from skiptrace.stores.trouble import plain_errors
from tests.stores.databases import Place


def _stall(conn: Connection) -> None:
    take_turn(conn)
    conn.execute(text("CREATE TABLE written_in_its_sleep (n int)"))
    time.sleep(STALLED_SECONDS + 1.5)  # as if the whole process had been stopped: its event loop stands still
    conn.execute(text("SELECT 1"))


def _stall_between_messages(conn: Connection) -> None:
    take_turn(conn, at_most=3)
    connection = conn.connection.driver_connection
    assert connection is not None
    await_only(connection.prepare("SELECT 1"))  # parsed, and not yet executed
    time.sleep(3 + 1.5)
    conn.execute(text("SELECT 1"))


def _sleepwalk(place: Place, stall: Callable[[Connection], None]) -> None:
    async def run() -> None:
        database = database_at(place.url)
        try:
            with plain_errors():
                await database.write(stall)
        finally:
            await database.close()

    asyncio.run(run())


@pytest.mark.parametrize("stall", [_stall, _stall_between_messages])
async def test_others_write_although_one_has_stopped_in_its_turn(
    postgres_place: Place, stall: Callable[[Connection], None]
) -> None:
    sleeper = asyncio.create_task(asyncio.to_thread(_sleepwalk, postgres_place, stall))
    await asyncio.sleep(1.0)
    async with asyncio.timeout(100):
        await postgres_place.run(take_turn)
    with pytest.raises(StoreError):
        await sleeper
    there = "SELECT count(*) FROM pg_tables WHERE tablename = 'written_in_its_sleep'"
    assert (await postgres_place.sql(there))[0][0] == 0


async def test_a_server_that_hung_up_while_nobody_asked_is_asked_anew(postgres_place: Place) -> None:
    hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename <> ''"
    async with postgres_place.store() as store:
        await store.batch("none")
        await postgres_place.sql(hang_up)
        await asyncio.sleep(IDLE_SECONDS + 0.1)
        assert (await store.batch("none")).accepted == 0
