"""The queue's side of the store: ``ports.Jobs`` by the handlers and statements of ``stores.jobs``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from skiptrace.errors import LostLease
from skiptrace.model import Again, Call, Case, Job, Lane, Lease, Over
from skiptrace.ports import Claimed, Swept
from skiptrace.stores import claiming, jobs
from skiptrace.stores.cases import Intake
from skiptrace.stores.claiming import Wanted
from skiptrace.stores.databases import Database
from skiptrace.stores.durability import weak_points
from skiptrace.stores.jobs import Disowned, Named, Queue, Return, Submission
from skiptrace.stores.lanes import Shares
from skiptrace.stores.purchases import Purchases
from skiptrace.stores.trouble import plain_errors
from skiptrace.stores.writer import Turn, Writer, turnless

T = TypeVar("T")


class SqlJobs:
    """Implements ports.Jobs on a database that a store has opened."""

    def __init__(self, database: Database, writer: Writer, intake: Intake, purchases: Purchases) -> None:
        self._jobs_in = database
        self._job_writer = writer
        self._queue = Queue(intake, purchases)
        self._shares = Shares()

    async def submit(self, cases: Sequence[Case], lane: Lane, due_at: datetime | None = None) -> Sequence[bool]:
        submission = Submission(cases, lane, due_at)
        return cast("Sequence[bool]", await self._job_writer.write(self._queue.submit, submission))

    async def claim(
        self, worker_id: str, count: int, seconds: float, *, lanes: Sequence[Lane] = tuple(Lane), suspects: bool = False
    ) -> Sequence[Claimed]:
        seen = await self._look(partial(claiming.look, count=count, suspects=suspects))
        queued = {lane: n for lane, n in seen.queued.items() if lane in lanes}
        if not (share := self._shares.split(count, queued, seen.shares)):
            return ()
        leased = await self._alone(partial(claiming.claim, wanted=Wanted(worker_id, share, seconds, suspects)))
        return [Claimed(lease, job) for lease, job in leased]

    async def renew(self, worker_id: str, leases: Sequence[Lease], seconds: float) -> Sequence[Lease]:
        renewed = await self._alone(partial(claiming.renew, worker_id=worker_id, leases=leases, seconds=seconds))
        for lease in renewed.forgotten:
            with suppress(LostLease):
                await self.give_back(lease, Again(0.0, "its worker had lost sight of it"))
        return renewed.still

    async def give_back(self, lease: Lease, again: Again) -> None:
        await self._job_writer.write(self._queue.give_back, Return(lease, again))

    async def end(self, lease: Lease, over: Over) -> None:
        await self._job_writer.write(self._queue.give_back, Return(lease, over))

    async def disown(self, lease: Lease, call: Call) -> None:
        await self._job_writer.write(self._queue.disown, Disowned(lease, call))

    async def leave(self, worker_id: str) -> None:
        await self._job_writer.write(self._queue.leave, worker_id)

    async def cancel(self, tenant: str, case_id: str) -> bool:
        return cast("bool", await self._job_writer.write(self._queue.cancel, Named(tenant, case_id)))

    async def sweep(self) -> Swept:
        if not await self._look(jobs.anything_to_sweep):
            return Swept()
        return cast("Swept", await self._job_writer.write(self._queue.sweep, None))

    async def job(self, tenant: str, case_id: str) -> Job | None:
        return await self._look(partial(jobs.read_job, named=Named(tenant, case_id)))

    async def jobs_of(self, case_ids: Sequence[str]) -> Sequence[Job]:
        return await self._look(partial(jobs.read_jobs, case_ids=case_ids))

    async def quarantined(self, tenant: str, at_most: int = 1000) -> Sequence[Job]:
        return await self._look(partial(jobs.read_quarantined, tenant=tenant, at_most=at_most))

    async def readmit(self, tenant: str, case_id: str) -> bool:
        return cast("bool", await self._job_writer.write(self._queue.readmit, Named(tenant, case_id)))

    async def resume(self, tenant: str, case_id: str) -> bool:
        return cast("bool", await self._job_writer.write(self._queue.resume, Named(tenant, case_id)))

    async def weak_points(self) -> Sequence[str]:
        """Settings of the database under which an acknowledged purchase could be forgotten."""
        return await self._look(weak_points)

    async def _look(self, work: Callable[[Connection], T]) -> T:
        with plain_errors():
            return await self._jobs_in.read(work)

    async def _alone(self, work: Callable[[Connection], T]) -> T:
        """A statement that commits itself where several may write at once; where not, within the writer's next turn."""
        if self._jobs_in.one_writer:
            return cast("T", await self._job_writer.write(_in_turn, work))
        with plain_errors():
            return await self._jobs_in.write_at_once(work)


@turnless
def _in_turn(turn: Turn, several: Sequence[Callable[[Connection], Any]]) -> Sequence[object]:
    return [work(turn.conn) for work in several]
