from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores.databases import Place
from tests.stores.postgres import Postgres, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One real server for all tests of the session. When it cannot be started, its tests fail."""
    with running() as server:
        yield server


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Place:
    return Place(f"sqlite:///{tmp_path}/store.db", tmp_path / "keys.json")


@pytest.fixture
async def postgres_place(postgres: Postgres, tmp_path: Path) -> Place:
    return Place(await postgres.empty_database(), tmp_path / "keys.json")


@pytest.fixture(params=["sqlite_place", "postgres_place"])
def place(request: pytest.FixtureRequest) -> Place:
    """An empty database; the test runs on both kinds."""
    found: Place = request.getfixturevalue(request.param)
    return found
