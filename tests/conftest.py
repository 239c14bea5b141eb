"""What many tests share: a clock that stands still, a store on a real database, and real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from skiptrace.stores import SqlStore
from tests.builders import FixedClock
from tests.servers import postgres as postgres_server
from tests.servers import redis as redis_server
from tests.servers.postgres import Postgres
from tests.servers.redis import Redis

# The same examples in each run, however slow the machine. `pytest --hypothesis-profile=default` looks for new ones.
settings.register_profile(
    "the same", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("the same")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def store(tmp_path: Path, clock: FixedClock) -> AsyncIterator[SqlStore]:
    """SQLite in a folder of its own."""
    opened = await SqlStore.open(f"sqlite:///{tmp_path / 'skiptrace.db'}", tmp_path / "keys.json", clock)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One real server for all tests of the session. When it cannot be started, its tests fail."""
    with postgres_server.running() as server:
        yield server


@pytest.fixture(scope="session")
def _redis() -> Iterator[Redis]:
    with redis_server.running() as server:
        yield server


@pytest.fixture
def redis(_redis: Redis) -> Redis:
    """A real Redis server, empty. A test that kills it starts one of its own."""
    _redis.client().flushall()
    return _redis
