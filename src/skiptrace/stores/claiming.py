"""Claims and heartbeats. Time is the database's.

A claim takes no turn among the writers: it locks only rows that nobody else has locked and waits for nothing. With the
heartbeat it is what runs most often, so each is one statement (two on SQLite, where a round trip costs nothing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Float, Select, bindparam, func, literal, select, text, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate
from sqlalchemy.sql.elements import ColumnElement

from skiptrace.model import Job, JobState, Lane, Lease
from skiptrace.stores.databases import DatabaseNow
from skiptrace.stores.jobs import job_of
from skiptrace.stores.lanes import aged_share
from skiptrace.stores.schema.jobs import QUEUED, SUSPECT, jobs, workers


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a worker asks for. ``share`` says how many jobs of each lane."""

    worker_id: str
    share: dict[Lane, int]
    seconds: float
    suspects: bool


@dataclass(slots=True)
class Look:
    """What there is to claim: how many jobs of each lane, at most as many as wanted, and how long its first waited."""

    queued: dict[Lane, int] = field(default_factory=dict)
    shares: dict[Lane, float] = field(default_factory=dict)


def look(conn: Connection, *, count: int, suspects: bool) -> Look:
    """One statement that reads at most ``count`` index entries per lane."""
    row = conn.execute(_LOOKS[suspects], {"count": count}).one()
    found, now = Look(), row.now
    for lane in Lane:
        queued, since = getattr(row, f"{lane}_queued"), getattr(row, f"{lane}_since")
        if queued:
            found.queued[lane] = queued
            found.shares[lane] = aged_share(lane, (now - since).total_seconds())
    return found


def _look(condition: str) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [DatabaseNow().label("now")]
    for lane in Lane:
        first = select(jobs.c.case_id, jobs.c.due_at).where(text(condition), jobs.c.lane == text(f"'{lane}'"))
        some = first.order_by(jobs.c.tag).limit(bindparam("count")).subquery()
        columns += [
            select(func.count()).select_from(some).scalar_subquery().label(f"{lane}_queued"),
            select(jobs.c.due_at)
            .where(text(condition), jobs.c.lane == text(f"'{lane}'"))
            .order_by(jobs.c.tag)
            .limit(1)
            .scalar_subquery()
            .label(f"{lane}_since"),
        ]
    return select(*columns)


def claim(conn: Connection, *, wanted: Wanted) -> Sequence[tuple[Lease, Job]]:
    """Lease what is still there of what was seen; another worker may have been quicker."""
    counts = {f"{lane}_count": wanted.share.get(lane, 0) for lane in Lane}
    given = {"worker": wanted.worker_id, "seconds": wanted.seconds, **counts}
    if conn.dialect.name != "postgresql":
        conn.execute(_SEE[conn.dialect.name], given)
    rows = conn.execute(_CLAIMS[conn.dialect.name, wanted.suspects], given).all()
    leased = sorted(rows, key=lambda row: (_ORDER[row.lane], row.tag))
    return [(Lease(row.case_id, wanted.worker_id, row.token, row.until), job_of(row)) for row in leased]


@dataclass(frozen=True, slots=True)
class Renewed:
    """The leases that still hold, and those that the worker has but does not know of."""

    still: Sequence[Lease]
    forgotten: Sequence[Lease]


def renew(conn: Connection, *, worker_id: str, leases: Sequence[Lease], seconds: float) -> Renewed:
    until: datetime = conn.execute(_SEE[conn.dialect.name], {"worker": worker_id, "seconds": seconds}).scalar_one()
    now = until - timedelta(seconds=seconds)
    shown = {(lease.case_id, lease.token) for lease in leases}
    still, forgotten = set(), []
    for row in conn.execute(_HELD_BY, {"worker": worker_id}):
        if (row.case_id, row.token) not in shown:
            if row.started_at < now - timedelta(seconds=seconds):
                forgotten.append(Lease(row.case_id, worker_id, row.token, until))
        elif row.state == JobState.LEASED:
            still.add((row.case_id, row.token))
    return Renewed([replace(i, until=until) for i in leases if (i.case_id, i.token) in still], forgotten)


_HELD_BY = select(jobs.c.case_id, jobs.c.token, jobs.c.state, jobs.c.started_at).where(
    jobs.c.worker_id == bindparam("worker"), text("worker_id <> ''")
)
# Statements are built once: for a claim, building and hashing them would cost as much as running them.
_LOOKS = {False: _look(QUEUED), True: _look(SUSPECT)}
_ORDER = {lane.value: place for place, lane in enumerate(Lane)}


def _see(insert: postgresql.Insert | sqlite.Insert) -> ReturningInsert[Any]:
    """Write that a worker lives: its jobs are its own until so many seconds from now."""
    row = {"worker_id": bindparam("worker"), "started_at": DatabaseNow(), "seen_at": DatabaseNow(), "until": _LATER}
    alive = {"seen_at": insert.excluded.seen_at, "until": insert.excluded.until}
    again = insert.values(row).on_conflict_do_update(index_elements=["worker_id"], set_=alive)
    return again.returning(workers.c.until)


def _claim(dialect: str, condition: str) -> ReturningUpdate[Any]:
    """One statement: the first of each lane that nobody else has locked, leased to a worker that is alive.

    They are picked in a CTE, which is evaluated once; a subquery might be, and be locked, more than once.
    """
    picks = [
        select(jobs.c.case_id)
        .where(text(condition), jobs.c.lane == text(f"'{lane}'"))
        .order_by(jobs.c.tag)
        .limit(bindparam(f"{lane}_count"))
        .with_for_update(skip_locked=True)
        .cte(f"{lane}_jobs")
        for lane in Lane
    ]
    picked = union_all(*(select(pick.c.case_id) for pick in picks)).subquery()
    lease = {
        "state": literal(JobState.LEASED.value),
        "worker_id": bindparam("worker"),
        "token": jobs.c.token + 1,
        "started_at": DatabaseNow(),
    }
    until = select(workers.c.until).where(workers.c.worker_id == bindparam("worker"))
    if dialect == "postgresql":
        until = select(_SEE[dialect].cte("seen").c.until)
    return (
        jobs.update()
        .where(jobs.c.case_id.in_(select(picked.c.case_id)))
        .values(lease)
        .returning(*jobs.c, until.scalar_subquery().label("until"))
    )


_LATER = DatabaseNow(bindparam("seconds", type_=Float()))
_SEE = {"postgresql": _see(postgresql.insert(workers)), "sqlite": _see(sqlite.insert(workers))}
_CLAIMS = {
    (dialect, suspects): _claim(dialect, condition)
    for dialect in _SEE
    for suspects, condition in ((False, QUEUED), (True, SUSPECT))
}
