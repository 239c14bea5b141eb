"""How far ahead of its free slots a worker claims."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

CLAIM_EVERY = 0.02
"""Seconds between two claims of a busy worker: what a claim costs is much the same for one job as for fifty."""

MEASURED_FOR = 0.25


class Reserve:
    """Jobs that a worker holds ready beyond its slots, so that no slot waits for a claim: none where jobs are long.

    At most half as many as there are slots. They are claimed in one go when half of them are used up.
    """

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._claim_seconds = 0.0
        self._ends = 0
        self._since = seconds()
        self._per_second = 0.0

    def note_claim(self, seconds: float) -> None:
        """A claim took so long."""
        self._claim_seconds += 0.2 * (seconds - self._claim_seconds)

    def note_end(self) -> None:
        """A job ended."""
        self._ends += 1
        if (passed := self._seconds() - self._since) >= MEASURED_FOR:
            self._per_second, self._ends, self._since = self._ends / passed, 0, self._seconds()

    def room(self, slots: int, taken: int) -> int:
        """How many jobs to claim now, when ``taken`` of them have a slot or wait for one."""
        least = min(round(2 * self._per_second * self._claim_seconds), slots // 4)
        more = min(round(self._per_second * CLAIM_EVERY), slots // 4)
        return slots + least + more - taken if taken < slots + least else 0
