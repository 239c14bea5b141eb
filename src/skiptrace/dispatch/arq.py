"""The arq job that a collection platform enqueues itself, with an account id and nothing else.

The job reads nothing but the id, submits the account to the queue in SQL and is over: arq never holds the only copy
of anything. Jobs travel as JSON, never as pickle. arq's worker ends with its Redis, so it is started again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import orjson
import structlog
from arq import Retry, func
from arq.connections import RedisSettings
from arq.worker import Worker
from redis import exceptions as redis_errors
from redis.asyncio.retry import Retry as RedisRetry
from redis.backoff import ConstantBackoff

from skiptrace.errors import BadInput, StoreError
from skiptrace.model import Lane

_log = structlog.get_logger(__name__)

JOB = "skiptrace_trace"
"""The documented name: ``enqueue_job("skiptrace_trace", account_id, lane="standard")``."""

TRIES = 100_000
"""A job waits as long as the database is away; arq alone would drop it after a few tries."""

TRY_AGAIN_SECONDS = 2.0
START_AGAIN_SECONDS = 0.5

Take = Callable[[str, Lane, str], Awaitable[str]]
"""Account id, lane and the id of the arq job, which makes repeating it harmless; gives the case id.

Raises BadInput when the account cannot be a case, StoreError while the database is away.
"""

Refused = Callable[[str, str], Awaitable[None]]
"""Writes down that a job was refused: its id, and why. Raises StoreError while the database is away."""


def to_json(job: Mapping[str, Any]) -> bytes:
    """arq's own envelope of a job; what a platform hands to ``create_pool(job_serializer=…)``, or any JSON."""
    return orjson.dumps(job, default=str)


class ArqDoor:
    """Runs arq's worker until told to stop, through every loss of Redis."""

    def __init__(self, redis: str, queue: str, take: Take, refused: Refused) -> None:
        self._redis, self._queue, self._take, self._refused = redis, queue, take, refused
        logging.getLogger("arq.worker").setLevel(logging.CRITICAL)  # it would log the arguments of each job

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            worker = self._worker()
            running = asyncio.create_task(worker.async_run())
            told = asyncio.create_task(stop.wait())
            await asyncio.wait([running, told], return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if not stop.is_set():
                _log.warning("arq's worker ended and is started again", trouble=_name_of(running))
            await _close(worker, running)
            if not stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), START_AGAIN_SECONDS)

    def _worker(self) -> Worker:
        return Worker(
            functions=[func(self._job, name=JOB, max_tries=TRIES)],
            queue_name=self._queue,
            redis_settings=_settings(self._redis),
            handle_signals=False,
            max_jobs=20,
            queue_read_limit=10_000,
            poll_delay=0.05,
            job_timeout=20,
            keep_result=0,
            log_results=False,
            max_tries=TRIES,
            job_serializer=to_json,
            job_deserializer=orjson.loads,
        )

    async def _job(self, ctx: dict[str, Any], *given: Any, **named: Any) -> str:
        job_id = str(ctx["job_id"])
        try:
            return await self._take_one(job_id, *given, **named)
        except StoreError:
            raise Retry(defer=TRY_AGAIN_SECONDS) from None
        except (BadInput, ValueError, TypeError) as error:
            reason = str(error) if isinstance(error, BadInput) else "it is not an account id and perhaps a lane"
            _log.warning("job rejected", job_id=job_id, reason=reason)
        try:
            await self._refused(job_id, reason)
        except StoreError:
            raise Retry(defer=TRY_AGAIN_SECONDS) from None
        return "rejected"

    async def _take_one(self, job_id: str, account_id: str, lane: str = Lane.STANDARD.value) -> str:
        """Whatever else a job says, such as whose it is and what it is for, is not for the job to say."""
        return await self._take(str(account_id), Lane(lane), job_id)


def _settings(url: str) -> RedisSettings:
    """Keeps trying through a restart of Redis; arq's own settings give up at once (its issues 386 and 498)."""
    settings = RedisSettings.from_dsn(url)
    settings.retry = RedisRetry(ConstantBackoff(0.2), 100)
    settings.retry_on_timeout = True
    settings.retry_on_error = [
        redis_errors.ConnectionError,
        redis_errors.TimeoutError,
        redis_errors.BusyLoadingError,
        OSError,
    ]
    settings.conn_retries = 0
    return settings


def _name_of(task: asyncio.Task[None]) -> str:
    error = task.exception() if task.done() and not task.cancelled() else None
    return type(error).__name__ if error else "it returned"


async def _close(worker: Worker, running: asyncio.Task[None]) -> None:
    """Let jobs under way end: each is one row in SQL."""
    worker.allow_pick_jobs = False
    if worker.tasks:
        await asyncio.wait(worker.tasks.values(), timeout=5)
    if worker.main_task is not None:
        worker.main_task.cancel()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    if pool := worker.ctx.get("redis"):  # its own close() is deprecated by the client it stands on
        with suppress(redis_errors.RedisError, OSError):
            await pool.aclose(close_connection_pool=True)
