"""A batch whose cases the workers trace: this process queues them, waits, and writes the results."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from skiptrace.batch.running import Trouble
from skiptrace.model import Case, Job, JobState, Lane, Trace
from skiptrace.ports import Dispatcher, Store

FIRST_LOOK_SECONDS = 0.1
LAST_LOOK_SECONDS = 2.0

GIVEN_UP = (JobState.QUARANTINED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Fleet:
    """``running.Hands`` that queue. At most ``count * share`` cases of the batch wait in the queue at once.

    A case that waits for a provider to be asked again counts as traced; its new version comes by write-back.
    """

    store: Store
    bell: Dispatcher
    count: int = 20
    share: int = 100

    async def trace(self, cases: Sequence[Case]) -> Sequence[Trace | Trouble]:
        await self.store.submit(cases, Lane.BATCH)
        await self.bell.wake(Lane.BATCH, len(cases))
        jobs = await self._ended([case.case_id for case in cases])
        return [await self._result(jobs[case.case_id]) for case in cases]

    async def _ended(self, case_ids: Sequence[str]) -> dict[str, Job]:
        ended: dict[str, Job] = {}
        pause = FIRST_LOOK_SECONDS
        while open_ids := [case_id for case_id in case_ids if case_id not in ended]:
            found = await self.store.jobs_of(open_ids)
            ended |= {job.case_id: job for job in found if job.trace_id or job.state in GIVEN_UP}
            if len(ended) < len(case_ids):
                await asyncio.sleep(pause)
                pause = min(2 * pause, LAST_LOOK_SECONDS)
        return ended

    async def _result(self, job: Job) -> Trace | Trouble:
        trace = await self.store.trace(job.trace_id) if job.trace_id else None
        return trace or Trouble(f"{job.state}: {job.reason}")
