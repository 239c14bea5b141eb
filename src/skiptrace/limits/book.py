"""The books of one provider in one process: the same rules as ``take.lua`` and ``done.lua``, without the sharing.

Pure: time, in seconds since 1970, is handed in. A take reserves all limits or none, possibly for a moment to come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import floor

from skiptrace.limits.allowance import HOUR, MINUTE, PIECES, Allowance, Answer, Ask, Terms, Verdict
from skiptrace.model.figures import Standing
from skiptrace.ports import Attempt, Went

GRACE = 2.0
"""Seconds that a place is kept beyond the attempt's own end before it counts as abandoned."""


@dataclass(slots=True)
class Book:
    """What is in use, and how the provider fares."""

    terms: Terms
    next_at: float = 0.0
    """The earliest moment for the next send; no send is reserved before an earlier one."""
    hold_until: float = 0.0
    open_until: float = 0.0
    """0 while the breaker is closed; afterwards the moment of the next probe."""
    retries: float = -1.0
    places: dict[str, float] = field(default_factory=dict)
    windows: dict[tuple[int, int], int] = field(default_factory=dict)
    """Span in seconds and number of the piece, to the sends in it."""
    quotas: dict[str, int] = field(default_factory=dict)
    health: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Number of the piece of the breaker's window, to attempts and bad ones."""

    left: int | None = None
    """What the vendor last said remains of a quota."""

    def standing(self, provider: str, now: float) -> Standing:
        places = len(self.places)
        return standing_of(
            provider, now, open_until=self.open_until, hold_until=self.hold_until, places=places, left=self.left
        )

    def recall(self, day: int, month: int, now: float) -> None:
        """Raise the quotas to what the ledger knows was sent this day and this month."""
        for period, sent in ((day_of(now), day), (month_of(now), month)):
            self.quotas[period] = max(sent, self.quotas.get(period, 0))

    def take(self, allowance: Allowance, ask: Ask, now: float) -> Answer:
        if self.open_until > now:
            return Answer(Verdict.DARK, self.open_until - now)
        saved = self.terms.burst if self.retries < 0 else self.retries
        if ask.again and saved < 1:
            return Answer(Verdict.SPENT)
        self.places = {place: until for place, until in self.places.items() if until > now}
        if len(self.places) >= allowance.concurrent:
            return Answer(Verdict.FULL)
        at = self._earliest(allowance, max(now, self.hold_until))
        if at - now > ask.patience:
            return Answer(Verdict.LATE, at - now)
        probe = self.open_until > 0
        if probe:
            self.open_until = now + self.terms.rests
        self.retries = saved - 1 if ask.again else min(self.terms.burst, saved + self.terms.retries)
        self._reserve(allowance, at)
        self.places[ask.place] = at + ask.lasts + GRACE
        return Answer(Verdict.GO, at - now, probe)

    def done(self, place: str, attempt: Attempt, now: float, *, probe: bool, calls_needed: int) -> None:
        self.places.pop(place, None)
        if attempt.left is not None:
            self.left = attempt.left
        if attempt.hold > 0:
            self.hold_until = max(self.hold_until, now + attempt.hold)
        if attempt.went is Went.UNTOLD:
            if probe:
                self.open_until = now
            return
        bad = attempt.went is Went.BADLY
        if probe:
            self.open_until = now + self.terms.rests if bad else 0.0
            self.health.clear()
            return
        if self.open_until == 0.0 and self._note(now, bad=bad, calls_needed=calls_needed):
            self.open_until = now + self.terms.rests

    def _note(self, now: float, *, bad: bool, calls_needed: int) -> bool:
        """Count one attempt; True when the window now shows a provider that is not well."""
        piece = floor(now / (self.terms.window / 6))
        self.health = {n: counts for n, counts in self.health.items() if n > piece - 7}
        calls, failed = self.health.get(piece, (0, 0))
        self.health[piece] = (calls + 1, failed + bad)
        calls, failed = (sum(column) for column in zip(*self.health.values(), strict=True))
        return bad and calls >= calls_needed and failed >= self.terms.failed * calls

    def _earliest(self, allowance: Allowance, at: float) -> float:
        """The first moment from ``at`` on at which every limit has room."""
        at = max(at, self.next_at)
        while True:
            before = at
            for span, limit in ((MINUTE, allowance.per_minute), (HOUR, allowance.per_hour)):
                if limit:
                    at = self._room_in_window(span, limit, at)
            if allowance.per_day and self.quotas.get(day_of(at), 0) >= allowance.per_day:
                at = _next_day(at)
            if allowance.per_month and self.quotas.get(month_of(at), 0) >= allowance.per_month:
                at = _next_month(at)
            if at == before:
                return at

    def _room_in_window(self, span: int, limit: int, at: float) -> float:
        piece = floor(at * PIECES / span)
        inside = sorted(n for s, n in self.windows if s == span and n >= piece - PIECES)
        used = sum(self.windows[span, n] for n in inside)
        for oldest in inside:
            if used < limit:
                break
            used -= self.windows[span, oldest]
            at = max(at, (oldest + PIECES + 1) * span / PIECES)
        return at

    def _reserve(self, allowance: Allowance, at: float) -> None:
        self.next_at = at + allowance.interval
        for span, limit in ((MINUTE, allowance.per_minute), (HOUR, allowance.per_hour)):
            if limit:
                piece = floor(at * PIECES / span)
                self.windows = {k: n for k, n in self.windows.items() if k[0] != span or k[1] >= piece - PIECES}
                self.windows[span, piece] = self.windows.get((span, piece), 0) + 1
        for limit, period in ((allowance.per_day, day_of(at)), (allowance.per_month, month_of(at))):
            if limit:
                self.quotas[period] = self.quotas.get(period, 0) + 1


def standing_of(
    provider: str, now: float, *, open_until: float, hold_until: float, places: int, left: int | None
) -> Standing:
    """What the books of a provider come to."""
    breaker = "closed" if not open_until else "open" if open_until > now else "half_open"
    return Standing(provider, breaker, max(0.0, open_until - now, hold_until - now), places, left)


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def day_of(at: float) -> str:
    return _utc(at).strftime("%Y-%m-%d")


def month_of(at: float) -> str:
    return _utc(at).strftime("%Y-%m")


def _next_day(at: float) -> float:
    return (_midnight(at) + timedelta(days=1)).timestamp()


def _next_month(at: float) -> float:
    return ((_midnight(at).replace(day=1)) + timedelta(days=32)).replace(day=1).timestamp()


def _midnight(at: float) -> datetime:
    return _utc(at).replace(hour=0, minute=0, second=0, microsecond=0)
