"""The store keeps the contract on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from skiptrace.ports import Store
from skiptrace.stores import SqlStore
from skiptrace.testing import StoreContract
from tests.builders import FixedClock
from tests.stores.postgres import Postgres


class TestSqliteKeepsTheContract(StoreContract):
    @asynccontextmanager
    async def connect(self, folder: Path) -> AsyncIterator[Store]:
        store = await SqlStore.open(f"sqlite:///{folder}/store.db", folder / "keys.json", FixedClock())
        try:
            yield store
        finally:
            await store.close()


class TestPostgresKeepsTheContract(StoreContract):
    @pytest.fixture(autouse=True)
    def _server(self, postgres: Postgres) -> None:
        self.postgres = postgres
        self.databases: dict[Path, str] = {}

    @asynccontextmanager
    async def connect(self, folder: Path) -> AsyncIterator[Store]:
        if folder not in self.databases:
            self.databases[folder] = await self.postgres.empty_database()
        store = await SqlStore.open(self.databases[folder], folder / "keys.json", FixedClock())
        try:
            yield store
        finally:
            await store.close()
