from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from skiptrace.stores.schema import metadata
from tests.servers.postgres import Postgres
from tests.stores.databases import Place


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the schema and nothing else: to copy, because migrating takes longer than most tests."""
    folder = tmp_path_factory.mktemp("migrated")
    place = Place(f"sqlite:///{folder}/store.db", folder / "keys.json")

    async def migrate() -> None:
        async with place.store():
            pass
        await place.sql("DELETE FROM keys")
        await place.sql("DELETE FROM vaults")

    asyncio.run(migrate())
    return folder / "store.db"


@pytest.fixture
def sqlite_place(migrated_file: Path, tmp_path: Path) -> Place:
    shutil.copy(migrated_file, tmp_path / "store.db")
    return Place(f"sqlite:///{tmp_path}/store.db", tmp_path / "keys.json")


@pytest.fixture
async def postgres_place(postgres: Postgres, tmp_path: Path) -> Place:
    await postgres.clear(metadata.tables)
    return Place(postgres.url, tmp_path / "keys.json")


@pytest.fixture(params=["sqlite_place", "postgres_place"])
def place(request: pytest.FixtureRequest) -> Place:
    """A database without rows; the test runs on both kinds."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def new_sqlite_place(tmp_path: Path) -> Place:
    return Place(f"sqlite:///{tmp_path}/store.db", tmp_path / "keys.json")


@pytest.fixture
async def new_postgres_place(postgres: Postgres, tmp_path: Path) -> Place:
    await postgres.empty()
    return Place(postgres.url, tmp_path / "keys.json")


@pytest.fixture(params=["new_sqlite_place", "new_postgres_place"])
def new_place(request: pytest.FixtureRequest) -> Place:
    """A database without tables; the test runs on both kinds."""
    found: Place = request.getfixturevalue(request.param)
    return found
