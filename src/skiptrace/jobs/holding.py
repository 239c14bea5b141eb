"""What a worker holds at this moment: jobs, their leases, and the permits of the traces that work on them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from skiptrace.model import Lease
from skiptrace.ports import Claimed

OUT_OF_TIME = "the lease ran out: no heartbeat reached the database in time"
DRAINING = "the worker is ending"

Seconds = Callable[[], float]
"""A clock that only goes forward, also while the process is stopped."""


@dataclass(slots=True)
class Standing:
    """Until when this worker's leases hold by its own clock, and whether it is ending."""

    seconds: Seconds
    until: float = 0.0
    draining: bool = False


@dataclass(slots=True)
class JobPermit:
    """``purchase.Permit`` of one job: cancelled or lost in the database, out of time, or the worker ends."""

    standing: Standing
    lease: Lease
    taken_away: str = ""
    refused: str = ""
    """The reason that the trace was last given; set, the trace did not run to its own end."""

    def withdrawn(self) -> str:
        reason = self.taken_away
        if not reason and self.standing.seconds() > self.standing.until:
            reason = OUT_OF_TIME
        if not reason and self.standing.draining:
            reason = DRAINING
        self.refused = reason or self.refused
        return reason


@dataclass(slots=True, eq=False)
class Held:
    """A job in our hands, from its claim until it is kept or given back."""

    claimed: Claimed
    permit: JobPermit
    task: asyncio.Task[None] | None = None

    @property
    def lease(self) -> Lease:
        return self.claimed.lease


@dataclass(slots=True)
class Hands:
    """Jobs that wait for a slot, that are being traced, and that are being written down."""

    waiting: deque[Held] = field(default_factory=deque)
    tracing: set[Held] = field(default_factory=set)
    keeping: set[Held] = field(default_factory=set)

    @property
    def full(self) -> int:
        """Slots that are taken or will be."""
        return len(self.waiting) + len(self.tracing)

    def all(self) -> Sequence[Held]:
        return [*self.waiting, *self.tracing, *self.keeping]
