"""How the system stands at one moment: figures and opaque names, never people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from skiptrace.model.jobs import Lane


@dataclass(frozen=True, slots=True)
class LaneFigures:
    """``waiting`` jobs are not due yet; ``oldest`` is the seconds for which the oldest queued job has been due."""

    lane: Lane
    queued: int = 0
    waiting: int = 0
    running: int = 0
    oldest: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """``alive``: its lease has not run out. ``silent`` is the seconds since its last heartbeat."""

    worker_id: str
    started_at: datetime
    silent: float
    alive: bool
    jobs: int = 0


@dataclass(frozen=True, slots=True)
class ProviderFigures:
    """What the ledger knows of one provider.

    ``calls``, ``failed``, ``in_doubt`` and ``hits`` are of the last quarter of an hour, ``seconds`` the mean time of
    its answered calls. ``day`` and ``month`` count what was sent since the UTC day and month began.
    """

    provider: str
    calls: int = 0
    failed: int = 0
    in_doubt: int = 0
    hits: int = 0
    seconds: float | None = None
    day: int = 0
    month: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a provider stands with the limiter now.

    ``breaker`` is closed, open or half_open (the next attempt is a probe); ``seconds`` until the next probe, or for
    which the provider wants to be left alone. ``places`` are calls under way, ``left`` what it says remains of a quota.
    """

    provider: str
    breaker: str = "closed"
    seconds: float = 0.0
    places: int = 0
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures. Money is in US dollars; ``spent_today`` holds reservations too, by tenant."""

    at: datetime
    lanes: tuple[LaneFigures, ...]
    workers: tuple[WorkerFigures, ...]
    providers: tuple[ProviderFigures, ...]
    spent_today: dict[str, Decimal]
    doubts: int
    exposure: Decimal
    quarantined: int
    undelivered: int
    given_up: int
    """Deliveries that failed for good and wait for somebody to redrive or drop them."""
