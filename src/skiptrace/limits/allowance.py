"""What may be used of a provider and when it is left alone. Pure values; what is in use is kept by a desk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from skiptrace.model import Limits

PACE = 0.985
"""The share of a per-second limit that is handed out, evenly spaced. The rest is room for requests that travel for
different times: at 100 a second no second sees more than 101 while their travel times differ by less than 15 ms."""

MINUTE, HOUR = 60, 3_600

PIECES = 60
"""A sliding minute or hour is counted in so many pieces, and one more: never above the limit, 98 % of it usable."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Limits in the form that a desk checks; 0 is no limit. ``interval`` is the seconds between two sends."""

    interval: float = 0.0
    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0
    per_month: int = 0
    concurrent: int = 8

    @classmethod
    def of(cls, limits: Limits) -> Allowance:
        return cls(
            interval=1 / (PACE * limits.per_second) if limits.per_second else 0.0,
            per_minute=limits.per_minute,
            per_hour=limits.per_hour,
            per_day=limits.per_day,
            per_month=limits.per_month,
            concurrent=limits.concurrent,
        )

    def share(self, workers: int, left: Left) -> Allowance:
        """A fair part for one of so many workers that cannot hear of each other, spread evenly over time.

        Even spacing instead of windows: whatever was used before, at most one call per worker comes on top of it.
        ``left`` is what the shared books last said of the quotas.
        """
        paces = [self.interval]
        paces += [span / limit for span, limit in ((MINUTE, self.per_minute), (HOUR, self.per_hour)) if limit]
        return Allowance(
            interval=max(paces) * workers,
            per_day=_part(self.per_day, left.day, workers),
            per_month=_part(self.per_month, left.month, workers),
            concurrent=max(1, self.concurrent // workers),
        )


@dataclass(frozen=True, slots=True)
class Left:
    """What remains of today's and of this month's quota; None when nobody knows or there is none."""

    day: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """When a breaker opens, for how long, and how much may be retried.

    It opens when of at least ``calls`` attempts within ``window`` seconds at least ``failed`` went badly; it then lets
    one probe through every ``rests`` seconds. A first attempt earns ``retries`` of a retry, ``burst`` can be saved up.
    """

    window: float = 30.0
    calls: int = 20
    failed: float = 0.5
    rests: float = 30.0
    retries: float = 0.1
    burst: float = 10.0

    def calls_needed(self, concurrent: int, lasts: float) -> int:
        """Fewer when attempts that hang to their end are too few in a window: a hanging provider is to be noticed."""
        return max(1, min(self.calls, math.floor(concurrent * self.window / lasts)))


@dataclass(frozen=True, slots=True)
class Ask:
    """A wish to make one attempt. ``place`` is its name while it lasts; seconds throughout."""

    place: str
    patience: float
    lasts: float
    again: bool = False


class Verdict(StrEnum):
    """What a desk says to an ask."""

    GO = "go"
    """Everything is taken; send in so many seconds."""
    FULL = "full"
    """Every place is in use; ask again soon."""
    LATE = "late"
    """The limits leave room only after so many seconds, which is more than the patience."""
    DARK = "dark"
    """The breaker is open for so many seconds."""
    SPENT = "spent"
    """The retry budget is used up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; below 0 seconds it came too late. ``probe``: this attempt decides whether the breaker closes."""

    verdict: Verdict
    seconds: float = 0.0
    probe: bool = False


def _part(limit: int, left: int | None, workers: int) -> int:
    """A share of what is left of a quota; at least one, since 0 would be no limit."""
    return max(1, (limit if left is None else left) // workers) if limit else 0
