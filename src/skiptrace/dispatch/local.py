"""Wake-ups within one process. Work that other processes submit is found by the worker's own polling."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from skiptrace.model import Lane


class LocalDispatcher:
    """Implements ports.Dispatcher without any service."""

    def __init__(self) -> None:
        self._woken: set[Lane] = set()
        self._changed = asyncio.Event()

    async def wake(self, lane: Lane, jobs: int) -> None:
        if jobs > 0:
            self.woken(lane)

    def woken(self, lane: Lane) -> None:
        self._woken.add(lane)
        self._changed.set()

    async def wait(self, seconds: float, lanes: Sequence[Lane] = tuple(Lane)) -> None:
        try:
            async with asyncio.timeout(seconds):
                while self._woken.isdisjoint(lanes):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return
        self._woken.difference_update(lanes)

    async def close(self) -> None:
        """Nothing is open."""
