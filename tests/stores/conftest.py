from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stores.postgres import Postgres, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One real server for all tests of the session. When it cannot be started, its tests fail."""
    with running() as server:
        yield server
