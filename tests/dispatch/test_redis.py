"""Wake-ups by a real Redis: quick, few, opaque; and nothing stops when it goes away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from skiptrace.dispatch import RedisDispatcher
from skiptrace.dispatch.redis import MOST_TOKENS
from skiptrace.model import Lane
from tests.servers import redis as redis_server
from tests.servers.redis import Redis

LONG = 40.0
"""Seconds that nobody waits who is woken, however busy the machine is."""


@asynccontextmanager
async def dispatcher(url: str, fleet: str = "test") -> AsyncIterator[RedisDispatcher]:
    opened = RedisDispatcher(url, fleet)
    try:
        yield opened
    finally:
        await opened.close()


async def waited(bell: RedisDispatcher, seconds: float, *lanes: Lane) -> float:
    began = time.monotonic()
    await bell.wait(seconds, lanes or tuple(Lane))
    return time.monotonic() - began


async def test_another_process_is_woken_at_once(redis: Redis) -> None:
    async with dispatcher(redis.url) as door, dispatcher(redis.url) as worker:
        waiting = asyncio.create_task(waited(worker, LONG))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await door.wake(Lane.BATCH, 1)
        assert await waiting < LONG


async def test_a_wake_up_that_came_before_the_wait_is_not_lost(redis: Redis) -> None:
    async with dispatcher(redis.url) as door, dispatcher(redis.url) as worker:
        await door.wake(Lane.STANDARD, 1)
        assert await waited(worker, LONG) < LONG


async def test_who_waits_for_lookups_is_not_woken_for_batches(redis: Redis) -> None:
    async with dispatcher(redis.url) as door, dispatcher(redis.url) as busy, dispatcher(redis.url) as idle:
        waits = asyncio.gather(waited(busy, 2.0, Lane.INTERACTIVE), waited(idle, LONG))
        await asyncio.sleep(0.2)
        await door.wake(Lane.BATCH, 1)
        for_busy, for_idle = await waits
        assert for_busy >= 2.0
        assert for_idle < LONG


async def test_a_token_that_reaches_a_busy_worker_goes_on_to_an_idle_one(redis: Redis) -> None:
    async with dispatcher(redis.url) as door, dispatcher(redis.url) as busy, dispatcher(redis.url) as idle:
        await busy.wait(0.05)  # its listener goes on for a moment after its wait is over
        await door.wake(Lane.BATCH, 1)
        assert await waited(idle, LONG) < LONG


async def test_a_million_jobs_leave_no_more_in_redis_than_ten(redis: Redis) -> None:
    async with dispatcher(redis.url) as door:
        for _ in range(50):
            await door.wake(Lane.BATCH, 1_000_000)
    client = redis.client()
    (key,) = client.keys("*")
    values = client.lrange(key, 0, -1)
    assert len(values) == MOST_TOKENS  # type: ignore[arg-type]
    assert set(values) == {b"1"}  # type: ignore[arg-type]
    assert client.ttl(key) > 0


async def test_fleets_do_not_wake_each_other(redis: Redis) -> None:
    async with dispatcher(redis.url, "one") as door, dispatcher(redis.url, "two") as other:
        await door.wake(Lane.BATCH, 1)
        assert await waited(other, 0.3) >= 0.3


async def test_without_redis_workers_look_by_themselves_and_wake_ups_work_again_when_it_is_back() -> None:
    with redis_server.running() as server:
        async with dispatcher(server.url) as door, dispatcher(server.url) as worker:
            await worker.wait(0.05)
            server.kill()
            await asyncio.sleep(0.3)
            async with asyncio.timeout(LONG):  # handing in is not held up
                await door.wake(Lane.BATCH, 1)
            for _ in range(3):
                assert await waited(worker, LONG) < LONG
            server.start()
            async with asyncio.timeout(LONG):
                while worker._away:
                    await worker.wait(0.5)
            waiting = asyncio.create_task(waited(worker, LONG))
            await asyncio.sleep(0.3)
            assert not waiting.done()
            await door.wake(Lane.BATCH, 1)
            assert await waiting < LONG
