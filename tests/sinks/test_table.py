"""Results in the platform's own tables, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from skiptrace.errors import NotDelivered
from skiptrace.model import EventKind
from skiptrace.ports import Sink
from skiptrace.sinks import SinkSetup
from skiptrace.sinks.table import SqlSink
from skiptrace.stores.databases import database_at
from skiptrace.testing import SinkContract
from skiptrace.testing.sink import PHONE, a_contact, retracted, told
from tests.servers.postgres import Postgres


async def rows(url: str, query: str = "SELECT * FROM skiptrace_contacts ORDER BY value") -> list[Any]:
    database = database_at(url)
    try:
        return await database.write(lambda conn: list(conn.execute(text(query)).mappings()))
    finally:
        await database.close()


class TestTheSqlSinkKeepsTheContract(SinkContract):
    @pytest.fixture(autouse=True, params=["sqlite", "postgresql"])
    async def _database(self, request: pytest.FixtureRequest, tmp_path: Path) -> None:
        if request.param == "sqlite":
            self.url = f"sqlite:///{tmp_path / 'platform.db'}"
            return
        server: Postgres = request.getfixturevalue("postgres")
        await server.empty()
        self.url = server.url

    @asynccontextmanager
    async def opened(self, setup: SinkSetup) -> AsyncIterator[Sink]:
        sink = SqlSink(replace(setup, url=self.url))
        yield sink
        await sink.close()

    async def values(self, setup: SinkSetup) -> Mapping[str, float | None]:
        return {row["value"]: row["probability"] for row in await rows(self.url)}

    async def test_what_the_account_came_with_outranks_what_is_found(self, tmp_path: Path) -> None:
        async with self.contract_setup(tmp_path) as sink:
            await sink.deliver(told(1, a_contact(on_account=True, probability=0.3)))
            await sink.deliver(told(2, a_contact(on_account=False, probability=0.9)))
            [row] = await rows(self.url)
            assert (row["origin"], row["probability"]) == ("account", 0.9)
            await sink.deliver(retracted(3, a_contact()))
            [row] = await rows(self.url)
            assert (row["origin"], row["status"], row["probability"]) == ("account", "given", None)

    async def test_a_value_that_another_trace_told_since_stays(self, tmp_path: Path) -> None:
        async with self.contract_setup(tmp_path) as sink:
            await sink.deliver(told(1, a_contact()))
            await sink.deliver(told(2, a_contact(probability=0.8), trace_id="trace-2"))
            await sink.deliver(retracted(3, a_contact(), trace_id="trace-1"))
            [row] = await rows(self.url)
            assert (row["status"], row["probability"]) == ("likely", 0.8)

    async def test_a_stopped_case_withdraws_every_grant_of_its_account(self, tmp_path: Path) -> None:
        async with self.contract_setup(tmp_path) as sink:
            await sink.deliver(told(1, a_contact()))
            await sink.deliver(told(2, kind=EventKind.CASE_STOPPED, case_id="case-2", trace_id="trace-2"))
            [row] = await rows(self.url)
            assert row["grants"] in ([], "[]")
            [first, second] = await rows(self.url, "SELECT * FROM skiptrace_cases ORDER BY case_id")
            assert (first["event"], second["event"]) == ("trace.finished", "case.stopped")

    async def test_every_row_says_where_it_comes_from(self, tmp_path: Path) -> None:
        async with self.contract_setup(tmp_path) as sink:
            await sink.deliver(told(1, a_contact()))
            [row] = await rows(self.url)
            assert "acme" in str(row["provenance"])
            assert (row["trace_id"], row["event_id"], row["seq"]) == ("trace-1", "evt_1", 1)

    @asynccontextmanager
    async def contract_setup(self, tmp_path: Path) -> AsyncIterator[Sink]:
        from skiptrace.testing.sink import _setup

        async with _setup(tmp_path) as setup, self.opened(setup) as sink:
            yield sink


async def test_a_platform_that_is_away_is_told_again(tmp_path: Path) -> None:
    from skiptrace.testing.sink import _setup

    async with _setup(tmp_path) as setup:
        sink = SqlSink(replace(setup, url=f"postgresql://nobody@/none?host={tmp_path}"))
        with pytest.raises(NotDelivered, match="the database failed") as raised:
            await sink.deliver(told(1, a_contact()))
        assert PHONE not in str(raised.value)
        await sink.close()
