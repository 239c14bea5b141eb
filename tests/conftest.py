"""What many tests share: a clock that stands still and a store on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from skiptrace.stores import SqlStore
from tests.builders import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def store(tmp_path: Path, clock: FixedClock) -> AsyncIterator[SqlStore]:
    """SQLite in a folder of its own."""
    opened = await SqlStore.open(f"sqlite:///{tmp_path / 'skiptrace.db'}", tmp_path / "keys.json", clock)
    yield opened
    await opened.close()
