"""Jobs in the queue, leases on them, and what wakes a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from skiptrace.model import Again, Case, Job, Lane, Lease, Over


@dataclass(frozen=True, slots=True)
class BatchState:
    """How far a batch is. ``done`` counts finished cases, ``spent`` US dollars."""

    batch_id: str
    accepted: int
    done: int
    spent: Decimal


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours to do. Its case stays sealed until a slot is free for it."""

    lease: Lease
    job: Job


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: jobs that fell due, jobs taken back from dead workers, jobs that killed too many of them.

    ``suspects``: some jobs wait for a worker that asks for suspects.
    """

    due: int = 0
    taken_back: int = 0
    quarantined: int = 0
    suspects: bool = False


class Jobs(Protocol):
    """The queue, in SQL: the row is the job. Each method is one committed transaction; time is the database's.

    A worker holds its jobs as long as its heartbeat comes in time. A job that lost its worker is taken back by
    ``sweep``: its token moves on, so that whatever the lost worker still does about it is refused.
    """

    async def submit(self, cases: Sequence[Case], lane: Lane, due_at: datetime | None = None) -> Sequence[bool]:
        """Accept the cases and queue them, now or when due.

        Returns for each whether this call queued it; a case that has a job already is left as it is.
        """
        ...

    async def note_refused(self, tenant: str, about: str, reason: str) -> None:
        """Work that came in and did not become a case is written into the audit trail. ``about`` is an opaque id."""
        ...

    async def claim(
        self, worker_id: str, count: int, seconds: float, *, lanes: Sequence[Lane] = tuple(Lane), suspects: bool = False
    ) -> Sequence[Claimed]:
        """Lease up to ``count`` jobs of these lanes for ``seconds``: lanes by their shares, tenants in fair turns.

        ``suspects`` are the jobs that more than one worker died with. They are claimed only when asked for, and then
        nothing else is.
        """
        ...

    async def renew(self, worker_id: str, leases: Sequence[Lease], seconds: float) -> Sequence[Lease]:
        """Heartbeat. Returns the leases that still hold; a missing one is lost or its job was cancelled.

        A job of this worker for longer than ``seconds`` that is not among ``leases`` was forgotten: it is queued again.
        """
        ...

    async def give_back(self, lease: Lease, again: Again) -> None:
        """Not now: the job waits and is then done again; its open calls are released or in doubt. Raises LostLease."""
        ...

    async def end(self, lease: Lease, over: Over) -> None:
        """The job ends without a trace and counts as cancelled. Raises LostLease."""
        ...

    async def leave(self, worker_id: str) -> None:
        """A worker ends in good order: what it still holds is queued again, and no death is counted."""
        ...

    async def cancel(self, tenant: str, case_id: str) -> bool:
        """No new spend for this case; what was bought is kept. False when it had ended before or is not known."""
        ...

    async def sweep(self) -> Swept:
        """Queue what fell due, take back what dead workers held and leave their calls released or in doubt."""
        ...

    async def job(self, tenant: str, case_id: str) -> Job | None: ...

    async def jobs_of(self, case_ids: Sequence[str]) -> Sequence[Job]:
        """The jobs of these cases, in no order; a case without one has none here."""
        ...

    async def quarantined(self, tenant: str, at_most: int = 1000) -> Sequence[Job]:
        """The jobs that too many workers died with, those accepted first on top."""
        ...

    async def readmit(self, tenant: str, case_id: str) -> bool:
        """Somebody has looked at a quarantined job: queue it again with no deaths. False when it is not quarantined."""
        ...

    async def resume(self, tenant: str, case_id: str) -> bool:
        """Nothing holds this case any more: queue it again. False when its job has not ended, or there is none."""
        ...

    async def weak_points(self) -> Sequence[str]:
        """Settings of the database under which an acknowledged purchase could be forgotten, with what to change."""
        ...


class Dispatcher(Protocol):
    """Wakes workers. A lost wake-up costs time, never a job: the rows are in SQL."""

    async def wake(self, lane: Lane, jobs: int) -> None: ...

    async def wait(self, seconds: float, lanes: Sequence[Lane] = tuple(Lane)) -> None:
        """Return when woken for one of these lanes, or when the time is over; at once after a trouble of its own."""
        ...

    async def close(self) -> None: ...
