"""The arq job that a platform enqueues: JSON with an id, repeated at will, through every loss of Redis."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
from arq import create_pool
from arq.connections import ArqRedis, RedisSettings

from skiptrace.dispatch import arq
from skiptrace.dispatch.arq import JOB, ArqDoor, Refused, Take, to_json
from skiptrace.errors import BadInput, StoreError
from skiptrace.model import Lane
from tests.jobs.crew import eventually
from tests.servers import redis as redis_server
from tests.servers.redis import Redis

QUEUE = "skiptrace"


@asynccontextmanager
async def door(url: str, take: Take, refused: Refused | None = None) -> AsyncIterator[ArqDoor]:
    opened, stop = ArqDoor(url, QUEUE, take, refused or _unheard), asyncio.Event()
    task = asyncio.create_task(opened.run(stop))
    try:
        yield opened
    finally:
        stop.set()
        async with asyncio.timeout(100):
            await task


async def _unheard(job_id: str, reason: str) -> None: ...


async def platform(url: str) -> ArqRedis:
    """The platform's side, as its own code would open it."""
    settings = RedisSettings.from_dsn(url)
    return await create_pool(settings, default_queue_name=QUEUE, job_serializer=to_json, job_deserializer=orjson.loads)


async def test_an_account_id_and_its_lane_arrive_with_the_id_of_the_job(redis: Redis) -> None:
    taken: list[tuple[str, Lane, str]] = []

    async def take(account_id: str, lane: Lane, job_id: str) -> str:
        taken.append((account_id, lane, job_id))
        return "case"

    async with door(redis.url, take):
        pool = await platform(redis.url)
        await pool.enqueue_job(JOB, "A-1", _job_id="one")
        await pool.enqueue_job(JOB, "A-2", lane="interactive", _job_id="two")
        await eventually(lambda: len(taken) == 2)
        await pool.aclose()
    assert sorted(taken) == [("A-1", Lane.STANDARD, "one"), ("A-2", Lane.INTERACTIVE, "two")]
    assert [key for key in redis.client().keys("*") if b"result" in key or b"job:" in key] == []


async def test_a_job_waits_while_the_database_is_away(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arq, "TRY_AGAIN_SECONDS", 0.05)
    tries: list[str] = []

    async def take(account_id: str, lane: Lane, job_id: str) -> str:
        tries.append(job_id)
        if len(tries) < 8:
            raise StoreError("the database cannot be reached")
        return "case"

    async with door(redis.url, take):
        pool = await platform(redis.url)
        await pool.enqueue_job(JOB, "A-1", _job_id="one")
        await eventually(lambda: len(tries) >= 8)
        await pool.aclose()
    assert set(tries) == {"one"}


async def test_a_job_that_cannot_be_a_case_is_over_and_does_not_stop_the_others(redis: Redis) -> None:
    taken: list[str] = []
    refused: dict[str, str] = {}

    async def take(account_id: str, lane: Lane, job_id: str) -> str:
        taken.append(account_id)
        if account_id == "bad":
            raise BadInput("balance", "is missing")
        return "case"

    async def note(job_id: str, reason: str) -> None:
        refused[job_id] = reason

    async with door(redis.url, take, note):
        pool = await platform(redis.url)
        await pool.enqueue_job(JOB, "bad", _job_id="not an account")
        await pool.enqueue_job(JOB, "A-1", lane="no such lane", _job_id="no lane")
        await pool.enqueue_job(JOB, "A-1", tenant="umbrella", purpose="curiosity", _job_id="says too much")
        await pool.enqueue_job(JOB, _job_id="says nothing")
        await pool.enqueue_job("no_such_function", "A-2")
        await pool.enqueue_job(JOB, "good")
        await eventually(lambda: "good" in taken and len(refused) == 4)
        await pool.aclose()
    assert sorted(taken) == ["bad", "good"]
    assert refused["not an account"] == "balance: is missing"
    assert refused["no lane"] == refused["says too much"] == refused["says nothing"]


async def test_a_refusal_that_cannot_be_written_down_is_tried_again(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arq, "TRY_AGAIN_SECONDS", 0.05)
    tries: list[str] = []

    async def take(account_id: str, lane: Lane, job_id: str) -> str:
        raise BadInput("balance", "is missing")

    async def note(job_id: str, reason: str) -> None:
        tries.append(job_id)
        if len(tries) < 3:
            raise StoreError("the database cannot be reached")

    async with door(redis.url, take, note):
        pool = await platform(redis.url)
        await pool.enqueue_job(JOB, "A-1", _job_id="one")
        await eventually(lambda: len(tries) >= 3)
        await pool.aclose()
    assert set(tries) == {"one"}


async def test_a_pickled_job_is_not_opened(redis: Redis) -> None:
    taken: list[str] = []

    async def take(account_id: str, lane: Lane, job_id: str) -> str:
        taken.append(account_id)
        return "case"

    async with door(redis.url, take):
        careless = await create_pool(RedisSettings.from_dsn(redis.url), default_queue_name=QUEUE)
        await careless.enqueue_job(JOB, "pickled")
        pool = await platform(redis.url)
        await pool.enqueue_job(JOB, "plain")
        await eventually(lambda: taken)
        await careless.aclose()
        await pool.aclose()
    assert taken == ["plain"]


async def test_no_argument_of_a_job_is_logged(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    taken: list[str] = []

    async def take(account_id: str, lane: Lane, job_id: str) -> str:
        taken.append(account_id)
        return "a case id"

    with caplog.at_level(logging.INFO):
        async with door(redis.url, take):
            pool = await platform(redis.url)
            await pool.enqueue_job(JOB, "account-4711")
            await eventually(lambda: taken)
            await pool.aclose()
    assert "account-4711" not in caplog.text


async def test_jobs_are_taken_again_when_redis_is_back() -> None:
    taken: list[str] = []

    async def take(account_id: str, lane: Lane, job_id: str) -> str:
        taken.append(account_id)
        return "case"

    with redis_server.running() as server:
        async with door(server.url, take):
            for round_ in ("before", "after"):
                pool = await platform(server.url)
                await pool.enqueue_job(JOB, round_)
                await eventually(lambda wanted=round_: wanted in taken)
                await pool.aclose()
                server.kill()
                await asyncio.sleep(1.0)
                server.start()
