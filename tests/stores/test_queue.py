"""The queue keeps its contract on both databases."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from skiptrace.ports import Store
from skiptrace.testing import JobsContract
from tests.stores.databases import Place


class TestSqliteKeepsTheContract(JobsContract):
    @pytest.fixture(autouse=True)
    def _place(self, sqlite_place: Place) -> None:
        self.place = sqlite_place

    def connect(self, folder: Path) -> AbstractAsyncContextManager[Store]:
        return self.place.store()


class TestPostgresKeepsTheContract(JobsContract):
    @pytest.fixture(autouse=True)
    def _place(self, postgres_place: Place) -> None:
        self.place = postgres_place

    def connect(self, folder: Path) -> AbstractAsyncContextManager[Store]:
        return self.place.store()
