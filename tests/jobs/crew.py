"""Workers on a real store, with work that a test writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeVar

from skiptrace.dispatch import LocalDispatcher
from skiptrace.jobs import Pace, Work, Worker
from skiptrace.model import Case, Job, JobState, StopReason
from skiptrace.ports import Claimed, Dispatcher, Evidenced, Store
from skiptrace.purchase import Permit
from skiptrace.testing.store import a_case, a_result

T = TypeVar("T")

QUICK = Pace(
    slots=4,
    lookup_slots=1,
    lease=60.0,
    heartbeat=0.1,
    sweep=0.1,
    poll=0.01,
    poll_at_most=0.05,
    drain=0.3,
    drain_at_most=0.8,
    retries=2,
    retry_after=0.05,
)


def cases(count: int, prefix: str = "case", tenant: str = "default") -> Sequence[Case]:
    return [a_case(f"{prefix}-{n:03}", tenant=tenant) for n in range(count)]


async def at_once(claimed: Claimed, permit: Permit) -> Evidenced:
    """Work that is done as soon as it begins."""
    del permit
    return result_of(claimed)


def result_of(claimed: Claimed, stop: StopReason = StopReason.ENOUGH) -> Evidenced:
    job = claimed.job
    case = a_case(job.case_id, tenant=job.tenant)
    return replace(a_result(f"trace-{job.case_id}-{job.token}", case, stop=stop), lease=claimed.lease)


@asynccontextmanager
async def working(
    store: Store, work: Work, pace: Pace = QUICK, dispatcher: Dispatcher | None = None, worker_id: str = "me"
) -> AsyncIterator[tuple[Worker, asyncio.Event]]:
    """A worker that runs until the end of the block."""
    worker, stop = Worker(store, work, dispatcher or LocalDispatcher(), pace, worker_id=worker_id), asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield worker, stop
    finally:
        stop.set()
        async with asyncio.timeout(100):
            await task


async def until(store: Store, state: JobState, *case_ids: str, tenant: str = "default") -> list[Job]:
    """Wait until the jobs of these cases are in this state."""
    async with asyncio.timeout(100):
        while True:
            jobs = [job for case_id in case_ids if (job := await store.job(tenant, case_id))]
            if len(jobs) == len(case_ids) and all(job.state is state for job in jobs):
                return jobs
            await asyncio.sleep(0.01)


async def eventually(wanted: Callable[[], T]) -> T:
    """Wait until ``wanted`` gives something true, and return it."""
    async with asyncio.timeout(100):
        while not (found := wanted()):  # noqa: ASYNC110 - what is waited for is no event
            await asyncio.sleep(0.01)
        return found
