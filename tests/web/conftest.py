from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stores.conftest import migrated_file, place, postgres_place, sqlite_place
from tests.stores.databases import Place
from tests.web.serving import Served, served

__all__ = ["migrated_file", "place", "postgres_place", "sqlite_place"]


@pytest.fixture
async def door(sqlite_place: Place, tmp_path: Path) -> AsyncIterator[Served]:
    """A server on SQLite."""
    async with served(tmp_path, sqlite_place.url) as running:
        yield running


@pytest.fixture
async def either(place: Place, tmp_path: Path) -> AsyncIterator[Served]:
    """A server on each kind of database."""
    async with served(tmp_path, place.url) as running:
        yield running
