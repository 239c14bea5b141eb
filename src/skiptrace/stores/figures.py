"""How the system stands, read from the tables that hold the truth. Nothing is written, nobody is named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import fmean
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from skiptrace.model import CallState, DeliveryState, JobState, Lane
from skiptrace.model.figures import Figures, LaneFigures, ProviderFigures, WorkerFigures
from skiptrace.ports import Clock
from skiptrace.stores.databases import Database
from skiptrace.stores.schema import calls, spending
from skiptrace.stores.schema.delivery import deliveries
from skiptrace.stores.schema.engine import OPEN
from skiptrace.stores.schema.jobs import jobs, workers
from skiptrace.stores.trouble import plain_errors

LATELY = timedelta(minutes=15)
AT_MOST = 5_000
"""So many of the newest calls are looked at for what happened lately."""


class SqlFigures:
    """Reads ``model.Figures``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def read(self) -> Figures:
        now = self._clock.now()
        with plain_errors():
            return await self._database.read(lambda conn: _figures(conn, now))

    async def sent(self) -> Mapping[str, tuple[int, int]]:
        """How many calls were sent since the UTC day and month began, by provider."""
        now = self._clock.now()
        with plain_errors():
            day, month = await self._database.read(lambda conn: _sent(conn, now))
        return {provider: (day.get(provider, 0), count) for provider, count in month.items()}


def _figures(conn: Connection, now: datetime) -> Figures:
    states = _by_name(conn, select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    doubt = select(func.count(), func.sum(calls.c.reserved)).where(text(OPEN), calls.c.state == CallState.IN_DOUBT)
    doubts, exposure = conn.execute(doubt).one()
    quarantined = select(func.count()).select_from(jobs).where(text("state = 'quarantined'"))
    today = select(spending.c.tenant, spending.c.committed)
    today = today.where(spending.c.cap == "day", spending.c.name == now.date().isoformat())
    return Figures(
        at=now,
        lanes=_lanes(conn, now),
        workers=_workers(conn, now),
        providers=_providers(conn, now),
        spent_today=_by_name(conn, today),
        doubts=doubts,
        exposure=exposure or Decimal(0),
        quarantined=conn.execute(quarantined).scalar_one(),
        undelivered=states.get(DeliveryState.WAITING, 0),
        given_up=states.get(DeliveryState.FAILED, 0),
    )


def _lanes(conn: Connection, now: datetime) -> tuple[LaneFigures, ...]:
    open_states = (JobState.QUEUED, JobState.WAITING, JobState.LEASED)
    by_state = select(jobs.c.lane, jobs.c.state, func.count(), func.min(jobs.c.due_at))
    by_state = by_state.where(jobs.c.state.in_(open_states)).group_by(jobs.c.lane, jobs.c.state)
    found = {(lane, state): (count, since) for lane, state, count, since in conn.execute(by_state)}

    def figures(lane: Lane) -> LaneFigures:
        queued, since = found.get((lane, JobState.QUEUED), (0, now))
        waiting, _ = found.get((lane, JobState.WAITING), (0, now))
        running, _ = found.get((lane, JobState.LEASED), (0, now))
        return LaneFigures(lane, queued, waiting, running, max(0.0, (now - since).total_seconds()))

    return tuple(figures(lane) for lane in Lane)


def _workers(conn: Connection, now: datetime) -> tuple[WorkerFigures, ...]:
    held = select(jobs.c.worker_id, func.count()).where(jobs.c.worker_id != "").group_by(jobs.c.worker_id)
    holds = _by_name(conn, held)
    rows = conn.execute(select(workers).order_by(workers.c.started_at))
    return tuple(
        WorkerFigures(
            worker_id=row.worker_id,
            started_at=row.started_at,
            silent=max(0.0, (now - row.seen_at).total_seconds()),
            alive=row.until > now,
            jobs=holds.get(row.worker_id, 0),
        )
        for row in rows
    )


def _providers(conn: Connection, now: datetime) -> tuple[ProviderFigures, ...]:
    day, month = _sent(conn, now)
    latest = select(calls.c.provider, calls.c.state, calls.c.hit, calls.c.sent_at, calls.c.answered_at)
    latest = latest.where(calls.c.intended_at >= now - LATELY).order_by(calls.c.intended_at.desc()).limit(AT_MOST)
    made: dict[str, Counter[str]] = defaultdict(Counter)
    seconds: dict[str, list[float]] = defaultdict(list)
    for row in conn.execute(latest):
        made[row.provider].update(["calls", row.state, *(["hits"] if row.hit else [])])
        if row.sent_at and row.answered_at:
            seconds[row.provider].append((row.answered_at - row.sent_at).total_seconds())
    return tuple(
        ProviderFigures(
            provider=name,
            calls=made[name]["calls"],
            failed=made[name][CallState.NOT_CHARGED],
            in_doubt=made[name][CallState.IN_DOUBT],
            hits=made[name]["hits"],
            seconds=fmean(seconds[name]) if seconds[name] else None,
            day=day.get(name, 0),
            month=month.get(name, 0),
        )
        for name in sorted({*month, *made})
    )


def _sent(conn: Connection, now: datetime) -> tuple[dict[str, int], dict[str, int]]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return _sent_since(conn, midnight), _sent_since(conn, midnight.replace(day=1))


def _sent_since(conn: Connection, start: datetime) -> dict[str, int]:
    sent = select(calls.c.provider, func.count()).where(calls.c.intended_at >= start, calls.c.sent_at.is_not(None))
    return _by_name(conn, sent.group_by(calls.c.provider))


def _by_name(conn: Connection, query: Select[Any]) -> dict[str, Any]:
    """Rows of a name and a figure."""
    return {row[0]: row[1] for row in conn.execute(query)}
