"""An empty database of either kind, and stores on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from skiptrace.stores import SqlStore
from skiptrace.stores.databases import Database, database_at
from tests.builders import FixedClock


@dataclass(frozen=True)
class Place:
    """Where a store is: its database and its key file."""

    url: str
    key_file: Path

    @asynccontextmanager
    async def store(self) -> AsyncIterator[SqlStore]:
        store = await SqlStore.open(self.url, self.key_file, FixedClock())
        try:
            yield store
        finally:
            await store.close()

    async def run(self, work: Callable[[Connection], Any]) -> Any:
        """Do something to the database behind the store's back."""
        database: Database = database_at(self.url)
        try:
            return await database.write(work)
        finally:
            await database.close()

    async def sql(self, statement: str) -> list[Any]:
        def execute(conn: Connection) -> list[Any]:
            result = conn.execute(text(statement))
            return list(result.all()) if result.returns_rows else []

        rows: list[Any] = await self.run(execute)
        return rows
