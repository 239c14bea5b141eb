"""Wake-ups by Redis: one short list of tokens per fleet for lookups, one for everything else.

A token says nothing but "look". There are never more than a few, so a million queued jobs take no more room than ten.
While Redis is away, workers look by themselves several times a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from skiptrace.dispatch.local import LocalDispatcher
from skiptrace.model import Lane

_log = structlog.get_logger(__name__)

TOKEN = b"1"
MOST_TOKENS = 16
KEPT_SECONDS = 60
"""Tokens that nobody wanted are gone after a while."""

BLOCK_SECONDS = 1
REACH_SECONDS = 2.0
"""Redis that takes longer than this is as good as away."""

LOOK_SECONDS = 0.1
"""So often a worker looks by itself while Redis is away."""

_TROUBLE = (RedisError, OSError, TimeoutError)


class RedisDispatcher:
    """Implements ports.Dispatcher for the fleet that shares ``url`` and ``fleet``. It never raises."""

    def __init__(self, url: str, fleet: str) -> None:
        self._redis: Redis = Redis.from_url(
            url, socket_connect_timeout=REACH_SECONDS, socket_timeout=BLOCK_SECONDS + REACH_SECONDS
        )
        self._keys = {urgent: f"skiptrace:{fleet}:wake:{'lookup' if urgent else 'any'}" for urgent in (True, False)}
        self._here = LocalDispatcher()
        self._wanted: dict[bool, int] = {True: 0, False: 0}
        self._listeners: dict[bool, asyncio.Task[None]] = {}
        self._away = False
        self._reach_again_at = 0.0

    async def wake(self, lane: Lane, jobs: int) -> None:
        if jobs <= 0:
            return
        self._here.woken(lane)
        if asyncio.get_running_loop().time() < self._reach_again_at:
            return
        try:
            async with asyncio.timeout(REACH_SECONDS):
                await self._push(lane is Lane.INTERACTIVE, min(jobs, MOST_TOKENS))
        except _TROUBLE as trouble:
            self._note_away(trouble)

    async def wait(self, seconds: float, lanes: Sequence[Lane] = tuple(Lane)) -> None:
        kinds = {lane is Lane.INTERACTIVE for lane in lanes}
        for urgent in kinds:
            self._wanted[urgent] += 1
            self._listen(urgent)
        try:
            await self._here.wait(min(seconds, LOOK_SECONDS) if self._away else seconds, lanes)
        finally:
            for urgent in kinds:
                self._wanted[urgent] -= 1

    async def close(self) -> None:
        for task in self._listeners.values():
            task.cancel()
        await asyncio.gather(*self._listeners.values(), return_exceptions=True)
        await self._redis.aclose()

    def _listen(self, urgent: bool) -> None:
        running = self._listeners.get(urgent)
        if running is None or running.done():
            self._listeners[urgent] = asyncio.create_task(self._listen_while_wanted(urgent))

    async def _listen_while_wanted(self, urgent: bool) -> None:
        """One blocked connection; it outlives single waits, which come and go with every job that ends."""
        while True:
            try:
                got = await self._blocked_pop(self._keys[urgent])
                self._away = False
                if got and not self._wanted[urgent]:  # we are busy: somebody else may have time
                    await self._push(urgent, 1)
            except _TROUBLE as trouble:
                self._note_away(trouble)
                await asyncio.sleep(LOOK_SECONDS)
            else:
                if got and self._wanted[urgent]:
                    self._here.woken(Lane.INTERACTIVE if urgent else Lane.BATCH)
            if not self._wanted[urgent]:
                return

    async def _blocked_pop(self, key: str) -> Any:
        return await self._redis.blpop([key], timeout=BLOCK_SECONDS)  # type: ignore[misc]

    async def _push(self, urgent: bool, tokens: int) -> None:
        key = self._keys[urgent]
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.lpush(key, *[TOKEN] * tokens)
            pipe.ltrim(key, 0, MOST_TOKENS - 1)
            pipe.expire(key, KEPT_SECONDS)
            await pipe.execute()

    def _note_away(self, trouble: BaseException) -> None:
        if not self._away:
            _log.warning("redis is away; workers look by themselves", trouble=type(trouble).__name__)
        self._away = True
        self._reach_again_at = asyncio.get_running_loop().time() + LOOK_SECONDS
