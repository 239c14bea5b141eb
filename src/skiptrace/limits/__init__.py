"""Politeness: rate limits, bulkheads, breakers and retry budgets, shared by all workers when there is a Redis."""

from __future__ import annotations

from collections.abc import Mapping

from skiptrace.limits.allowance import Terms
from skiptrace.limits.desk import Desk, OwnDesk
from skiptrace.limits.turns import Sent, Turns
from skiptrace.model import Limits
from skiptrace.ports import Clock, Switches

__all__ = ["Terms", "Turns", "limiter"]


def limiter(
    redis: str,
    worker: str,
    limits: Mapping[str, Limits],
    switches: Switches,
    clock: Clock,
    *,
    sent: Sent | None = None,
) -> Turns:
    """The limiter of one process, ``worker``; without the URL of a Redis it knows of no other process."""
    terms = Terms()
    desk: Desk = OwnDesk(clock, terms)
    if redis:
        from skiptrace.limits.redis_desk import RedisDesk

        desk = RedisDesk(redis, worker, terms, OwnDesk(clock, terms))
    return Turns(limits, desk, switches, sent=sent, terms=terms)
