"""When the database fails, the message says what to do, nothing is half written, and work goes on once it is mended."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event

from skiptrace.errors import RowRefused, StoreError
from skiptrace.ports import Caps, Reserved
from skiptrace.stores import SqlStore
from skiptrace.stores.databases import Sqlite
from skiptrace.testing.store import a_case, a_result, an_intent
from tests.stores.databases import Place


async def test_a_full_disk_is_said_so_and_nothing_is_half_written(sqlite_place: Place) -> None:
    async with sqlite_place.store() as store:
        await store.accept([a_case()])
        pages = (await sqlite_place.sql("PRAGMA page_count"))[0][0]
        limit = LimitedPages(store, pages)
        with pytest.raises(StoreError, match="the disk is full: free some space and run again"):
            await store.keep([a_result(f"trace-{n}") for n in range(50)])
        assert await store.traces_of_account("default", "A case-1") == []
        limit.lift()
        await store.keep([a_result(f"trace-{n}") for n in range(50)])
        assert len(await store.traces_of_account("default", "A case-1")) == 50
        assert (await store.audit.verify()).rows > 100
    assert await sqlite_place.sql("PRAGMA integrity_check") == [("ok",)]


async def test_a_database_that_another_program_holds_is_said_so(sqlite_place: Place) -> None:
    async with sqlite_place.store() as store:
        await store.accept([a_case()])
        on_each_connection(store, "PRAGMA busy_timeout = 50")
        other = sqlite3.connect(sqlite_place.url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="the database is busy: another process"):
            await store.reserve(an_intent(), Caps())
        assert await store.case("case-1") == a_case(), "reading goes on"
        other.execute("ROLLBACK")
        other.close()
        assert isinstance(await store.reserve(an_intent(), Caps()), Reserved)


async def test_a_database_that_was_damaged_is_said_so(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path}/store.db", tmp_path / "keys.json")
    async with place.store() as store:
        await store.accept([a_case(f"case-{n}") for n in range(300)])
    with (tmp_path / "store.db").open("r+b") as file:
        for page in range(1, 100):
            file.seek(page * 4096)
            file.write(b"\xaa" * 64)
    with pytest.raises(StoreError, match="is damaged"):
        async with place.store() as store:
            [case async for case in store.unfinished("batch-1")]


END_ALL_CONNECTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_a_lost_connection_is_said_so_and_the_next_one_works(postgres_place: Place) -> None:
    async with postgres_place.store() as store:
        await store.accept([a_case()])
        await postgres_place.sql(END_ALL_CONNECTIONS)
        await store.keep([a_result("trace-1")])
        keeping = asyncio.gather(*(store.keep([a_result(f"more-{n}")]) for n in range(200)), return_exceptions=True)
        await asyncio.sleep(0.01)
        await postgres_place.sql(END_ALL_CONNECTIONS)
        failed = {str(result) for result in await keeping if result is not None}
        assert all("cannot be reached" in message for message in failed), failed
        await store.keep([a_result(f"more-{n}") for n in range(200)])
        assert len(await store.traces_of_account("default", "A case-1")) == 201


async def test_errors_do_not_repeat_the_row(place: Place) -> None:
    async with place.store() as store:
        with pytest.raises(RowRefused, match="it refers to something that is not stored") as refusal:
            await store.keep([a_result("trace-1")])
    shown = f"{refusal.value!r} {refusal.value} {refusal.value.__cause__} {refusal.value.__suppress_context__}"
    assert shown.endswith("None True")
    assert "trace-1" not in shown


class LimitedPages:
    """Lets SQLite's file grow no further, which it reports as a full disk."""

    def __init__(self, store: SqlStore, pages: int) -> None:
        self.pages = pages
        on_each_connection(store, lambda: f"PRAGMA max_page_count = {self.pages}")

    def lift(self) -> None:
        self.pages = 2**30


def on_each_connection(store: SqlStore, pragma: object) -> None:
    """Run a statement whenever a connection is taken from the pool."""
    assert isinstance(store._database, Sqlite)

    def taken(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(pragma() if callable(pragma) else str(pragma))

    event.listen(store._database._engine, "checkout", taken)
