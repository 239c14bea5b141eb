"""Whose turn it is: fair tags among the tenants of a lane, fair shares among the lanes. Pure book-keeping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from skiptrace.model import Lane

SHARES = {Lane.INTERACTIVE: 8, Lane.STANDARD: 3, Lane.BATCH: 1}
"""How many of twelve claims a lane gets while all three have work."""

AGEING_SECONDS = 600.0
MOST_AGEING = 4.0
"""A lane's share grows with the wait of its first job: twofold after ten minutes, fourfold at most."""


def aged_share(lane: Lane, waited: float) -> float:
    """The share of a lane whose first job has waited so many seconds."""
    return SHARES[lane] * min(1.0 + max(waited, 0.0) / AGEING_SECONDS, MOST_AGEING)


@dataclass(slots=True)
class Shares:
    """Smooth weighted round robin: what a lane did not get now counts for it at the next claim."""

    credit: dict[Lane, float] = field(default_factory=dict)

    def split(self, count: int, queued: Mapping[Lane, int], shares: Mapping[Lane, float]) -> dict[Lane, int]:
        """How many of ``count`` jobs to take from each lane; never more than it has ``queued``, never fewer in all."""
        taken: dict[Lane, int] = {}
        for _ in range(count):
            waiting = [lane for lane in Lane if queued.get(lane, 0) > taken.get(lane, 0)]
            if not waiting:
                break
            if len(waiting) == 1:  # its credit would come back to what it is
                (alone,) = waiting
                taken[alone] = min(queued[alone], count - sum(taken.values()) + taken.get(alone, 0))
                break
            for lane in waiting:
                self.credit[lane] = self.credit.get(lane, 0.0) + shares[lane]
            next_one = max(waiting, key=lambda lane: self.credit[lane])
            self.credit[next_one] -= sum(shares[lane] for lane in waiting)
            taken[next_one] = taken.get(next_one, 0) + 1
        return taken


@dataclass(slots=True)
class Tags:
    """Hands out the virtual finishing times of one lane: ``last`` holds each tenant's newest one."""

    clock: int
    last: dict[str, int]

    def give(self, tenants: Iterable[str]) -> list[int]:
        """One tag for each job, given by its tenant."""
        tags = []
        for tenant in tenants:
            self.last[tenant] = max(self.clock, self.last.get(tenant, 0)) + 1
            tags.append(self.last[tenant])
        return tags
