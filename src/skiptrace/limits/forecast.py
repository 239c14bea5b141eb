"""What is left of the quotas, and when they run out at the pace of the period so far. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from skiptrace.model import Limits


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota of a calendar period in UTC. ``runs_out_in``: seconds, None when it lasts to the period's end."""

    period: str
    limit: int
    left: int
    runs_out_in: float | None


def quotas(limits: Limits, day: int, month: int, now: datetime) -> Sequence[Quota]:
    """The quotas that are stated, given what was sent this day and this month."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight.replace(day=1)
    found = []
    for period, limit, sent, began, ends in (
        ("day", limits.per_day, day, midnight, midnight + timedelta(days=1)),
        ("month", limits.per_month, month, first, (first + timedelta(days=32)).replace(day=1)),
    ):
        if limit:
            found.append(Quota(period, limit, max(0, limit - sent), _runs_out(limit, sent, now - began, ends - now)))
    return found


def _runs_out(limit: int, sent: int, passed: timedelta, rest: timedelta) -> float | None:
    if sent >= limit:
        return 0.0
    if not sent:
        return None
    seconds = (limit - sent) * passed.total_seconds() / sent
    return seconds if seconds < rest.total_seconds() else None
