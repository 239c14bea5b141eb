"""The bulkhead: the places that one provider has in one process, and who waits for one."""

from __future__ import annotations

import asyncio
from collections import Counter

REMEMBERS = 0.2
"""The weight of the newest stay in the usual one."""


class Room:
    """So many may be inside at once. Whoever cannot expect a place within its patience is told so at once.

    Therefore a provider that hangs ties up its own places and few who wait, never all the slots of a worker.
    """

    def __init__(self, places: int) -> None:
        self.queue = asyncio.Lock()
        """Held by the one who asks again and again while the places of all workers together are full."""
        self._places = places
        self._free = asyncio.Semaphore(places)
        self._inside: Counter[float] = Counter()
        """Beginnings of the stays."""
        self._waiting = 0
        self._usual = 0.0

    def expected_wait(self) -> float:
        """Seconds until a newcomer can expect a place, judged by the longest stay that is known of."""
        if not self._free.locked():
            return 0.0
        now = asyncio.get_running_loop().time()
        oldest = now - min(self._inside, default=now)  # a place that was handed on may not be taken yet
        return (self._waiting + 1) / self._places * max(self._usual, oldest)

    async def enter(self, until: float) -> float:
        """A place, in order of coming; returns when the stay began.

        Raises TimeoutError when no place is free by ``until`` on the loop's clock.
        """
        self._waiting += 1
        try:
            async with asyncio.timeout_at(until):
                await self._free.acquire()
        finally:
            self._waiting -= 1
        began = asyncio.get_running_loop().time()
        self._inside[began] += 1
        return began

    def leave(self, began: float) -> None:
        self._inside[began] -= 1
        if not self._inside[began]:
            del self._inside[began]
        self._usual += REMEMBERS * (asyncio.get_running_loop().time() - began - self._usual)
        self._free.release()
