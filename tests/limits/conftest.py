from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import redis as redis_server
from tests.servers.redis import Redis


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A server to kill."""
    with redis_server.running() as server:
        yield server
