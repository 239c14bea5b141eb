"""How much a worker does at once, and how long it waits for what. All times are in seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from skiptrace.model import Again, Job

FAILED_AGAIN_AFTER = 30.0
"""A job that went wrong by itself is done again after so long, twice as long the second time."""


@dataclass(frozen=True, slots=True)
class Pace:
    """``slots`` traces run at once, and up to ``lookup_slots`` more when somebody waits for them at a screen.

    A worker that misses its heartbeats for ``lease`` is taken for dead. A provider that could not answer is asked again
    after ``retry_after``, then twice as long, at most ``retry_at_most``; ``retries`` times in all.
    On a signal to stop, traces under way have ``drain`` to end; then they stop before their next purchase.
    """

    slots: int = 50
    lookup_slots: int = 4
    lease: float = 6.0
    heartbeat: float = 2.0
    sweep: float = 1.0
    poll: float = 0.05
    poll_at_most: float = 0.25
    drain: float = 10.0
    drain_at_most: float = 25.0
    retries: int = 4
    retry_after: float = 60.0
    retry_at_most: float = 3600.0

    def retry(self, job: Job, wanted: Again | None) -> Again | None:
        """When the providers that could not answer are asked again; None when they have had their chances."""
        if wanted is None or job.retries >= self.retries:
            return None
        after = min(self.retry_after * 2**job.retries, self.retry_at_most)
        return replace(wanted, after=max(after, wanted.after))


def after_failure(job: Job, reason: str) -> Again:
    """The job itself went wrong. ``reason`` names the place in the code, never a value."""
    return Again(FAILED_AGAIN_AFTER * 2**job.deaths, reason, blame=True)
