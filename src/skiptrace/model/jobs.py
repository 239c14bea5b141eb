"""The work that waits: jobs, the lanes they wait in, and the lease under which one is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SUSPECT_AFTER = 2
"""A job with so many deaths is done alone, in a process of its own, so that it takes no other job with it."""

QUARANTINED_AFTER = 3
"""A job with so many deaths is not done again until somebody has looked at it."""


class Lane(StrEnum):
    """How urgent: somebody is waiting at a screen, a platform expects it soon, or any time will do."""

    INTERACTIVE = "interactive"
    STANDARD = "standard"
    BATCH = "batch"


class JobState(StrEnum):
    """Life of a job. Waiting: not due yet. Done, quarantined and cancelled are ends."""

    WAITING = "waiting"
    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    QUARANTINED = "quarantined"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One case to trace, as the queue sees it: no person, only ids.

    ``deaths`` counts the workers that died with it; ``token`` fences: it grows with each claim. ``only`` names the
    providers to ask again, empty means all; ``retries`` counts how often it waited for providers. ``trace_id`` is its
    newest trace, ``reason`` says why it is where it is.
    """

    case_id: str
    tenant: str
    lane: Lane
    state: JobState
    due_at: datetime
    accepted_at: datetime
    batch_id: str = ""
    deaths: int = 0
    token: int = 0
    retries: int = 0
    only: tuple[str, ...] = ()
    trace_id: str = ""
    reason: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """A job is not over: it waits ``after`` seconds and then asks the providers in ``only``, all when it is empty.

    ``blame``: the job itself went wrong, which counts like the death of a worker.
    """

    after: float
    reason: str
    only: tuple[str, ...] = ()
    blame: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """A job ends without a trace: there is nothing to trace any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one worker to write the result of one job, until ``until`` by the database's clock."""

    case_id: str
    worker_id: str
    token: int
    until: datetime
