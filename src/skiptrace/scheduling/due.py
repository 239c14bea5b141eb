"""When an account is due for its next trace. The same facts give the same answer, so it can be shown beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from skiptrace.model import Account, Fact, Lane
from skiptrace.scheduling.policy import Clock, Happening, Policy, Segment, Trigger
from skiptrace.scheduling.segments import segment_of

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to an account, and when it became known."""

    what: Happening
    at: datetime


@dataclass(frozen=True, slots=True)
class LastTrace:
    """The newest trace. ``usable`` contacts are likely or verified ones that no outcome speaks against."""

    at: datetime
    usable: int
    reached: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """All that the schedule looks at. ``started`` holds the times of all traces, ``happened`` all events, any order."""

    account: Account
    last: LastTrace | None = None
    started: tuple[datetime, ...] = ()
    happened: tuple[Happened, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """When, and why then. ``budget`` caps the trace in US dollars; None leaves the budget of the settings."""

    at: datetime
    reason: str
    lane: Lane
    segment: str
    budget: Decimal | None


def next_due(history: History, now: datetime, policy: Policy) -> Due | None:
    """The next trace, which may be overdue; None when nothing makes the account due.

    An account that was never traced is due at once. Afterwards the clock of its segment runs, and a trigger that
    happened since the last trace may bring it forward, never put it off.
    """
    if not may_be_traced(history.account, policy):
        return None
    segment = segment_of(history.account, now.date(), policy)
    if history.last is None:
        return Due(now, "never traced", segment.lane, segment.name, segment.budget)
    candidates = [*_by_clock(history.last, segment), *_by_triggers(history, history.last, segment, policy)]
    if not candidates:
        return None
    earliest = _not_before(history, policy)
    first = min(candidates, key=lambda due: (due.at, due.reason))
    if earliest <= first.at:
        return first
    return Due(earliest, f"{first.reason}, no earlier by the limits", first.lane, first.segment, first.budget)


def may_be_traced(account: Account, policy: Policy) -> bool:
    """False for accounts that are closed or protected: they are never due, whatever happens."""
    return account.state not in policy.stop_states and not any(
        account.fact(which) is Fact.YES for which in policy.stop_facts
    )


def clock_of(last: LastTrace) -> Clock:
    if last.held:
        return Clock.HELD
    if not last.usable:
        return Clock.NOTHING
    return Clock.REACHED if last.reached else Clock.USABLE


def _by_clock(last: LastTrace, segment: Segment) -> list[Due]:
    clock = clock_of(last)
    wait = segment.again.get(clock)
    if wait is None:
        return []
    reason = f"{wait.days} days after a trace that stands at {clock.value}"
    return [Due(last.at + wait, reason, segment.lane, segment.name, segment.budget)]


def _by_triggers(history: History, last: LastTrace, segment: Segment, policy: Policy) -> list[Due]:
    """What happened since the last trace. What happened before it was known when it ran."""
    since = [(found, policy.triggers.get(found.what)) for found in history.happened if found.at > last.at]
    return [
        Due(found.at + trigger.after, found.what.value.replace("_", " "), trigger.lane, segment.name, segment.budget)
        for found, trigger in since
        if trigger is not None and _pulls(trigger, last)
    ]


def _pulls(trigger: Trigger, last: LastTrace) -> bool:
    return trigger.even_if_reachable or not last.usable


def _not_before(history: History, policy: Policy) -> datetime:
    """Far enough from the last trace, and not one too many within a year."""
    started = sorted(history.started)
    apart = max([*started[-1:], *([history.last.at] if history.last else [])]) + policy.apart
    if len(started) < policy.most_per_year:
        return apart
    return max(apart, started[-policy.most_per_year] + YEAR)
