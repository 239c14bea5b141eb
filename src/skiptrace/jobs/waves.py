"""Jobs that end shortly after one another are written down together: a commit costs the same for one as for ten."""

from __future__ import annotations

import asyncio

WAVE_SECONDS = 0.02
"""An ended job waits at most so long for others, and only when the one before it ended less than twice that ago."""


class Waves:
    """``join`` returns for all of a wave in the same turn of the event loop, so that the writer gets them as one."""

    def __init__(self, seconds: float = WAVE_SECONDS) -> None:
        self._seconds = seconds
        self._wave: asyncio.Event | None = None
        self._joined_at = float("-inf")

    async def join(self) -> None:
        loop = asyncio.get_running_loop()
        busy = loop.time() - self._joined_at < 2 * self._seconds
        self._joined_at = loop.time()
        if self._wave is None:
            if not busy:
                return
            self._wave = asyncio.Event()
            loop.call_later(self._seconds, self._leave, self._wave)
        await self._wave.wait()

    def _leave(self, wave: asyncio.Event) -> None:
        self._wave = None
        wave.set()
