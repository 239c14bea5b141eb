"""Where the books are kept: in this process, or for all workers together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from skiptrace.limits.allowance import Allowance, Answer, Ask, Terms
from skiptrace.limits.book import Book
from skiptrace.model.figures import Standing
from skiptrace.ports import Attempt, Clock


@dataclass(frozen=True, slots=True)
class Done:
    """The end of an attempt: whose place it held, how it went, and the seconds it took."""

    place: str
    attempt: Attempt
    probe: bool
    calls_needed: int
    took: float


class Desk(Protocol):
    """Takes and gives back. ``done`` does not wait: it may be heard a moment later."""

    async def take(self, provider: str, allowance: Allowance, ask: Ask) -> Answer: ...

    def done(self, provider: str, done: Done) -> None: ...

    async def recall(self, provider: str, day: int, month: int) -> None:
        """Raise the quotas to what the ledger knows was sent."""
        ...

    async def standing(self, provider: str) -> Standing: ...

    async def close(self) -> None: ...


class OwnDesk:
    """Books of this process alone: right where one process asks a provider, and while Redis is away.

    Time is the clock's at the start plus what has passed since, so that a clock that is set does not matter.
    """

    def __init__(self, clock: Clock, terms: Terms, seconds: Callable[[], float] = time.monotonic) -> None:
        self._terms = terms
        self._books: dict[str, Book] = {}
        self._seconds = seconds
        self._epoch = clock.now().timestamp() - seconds()

    async def take(self, provider: str, allowance: Allowance, ask: Ask) -> Answer:
        return self._book(provider).take(allowance, ask, self._now())

    def done(self, provider: str, done: Done) -> None:
        self._book(provider).done(
            done.place, done.attempt, self._now(), probe=done.probe, calls_needed=done.calls_needed
        )

    async def recall(self, provider: str, day: int, month: int) -> None:
        self._book(provider).recall(day, month, self._now())

    async def standing(self, provider: str) -> Standing:
        return self._book(provider).standing(provider, self._now())

    async def close(self) -> None:
        """Nothing is kept open."""

    def _now(self) -> float:
        return self._epoch + self._seconds()

    def _book(self, provider: str) -> Book:
        return self._books.setdefault(provider, Book(self._terms))
