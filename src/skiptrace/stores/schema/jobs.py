"""The queue: one row per job, which is the job; who may do it; and whose turn it is.

A queued job has a ``tag``, its virtual finishing time in its lane (start-time fair queueing, Goyal et al. 1996): the
lane's clock or the tenant's last tag, whichever is later, plus one. Taking the lowest tag is then a fair turn among
tenants, and an index range read. A job is held while ``worker_id`` is set; the lease is the worker's, so that a
heartbeat writes one row however many jobs the worker holds.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from skiptrace.model import JobState, Lane
from skiptrace.model.jobs import SUSPECT_AFTER
from skiptrace.stores.columns import Instant, Line
from skiptrace.stores.schema.base import id_column, metadata

QUEUED = f"state = 'queued' AND deaths < {SUSPECT_AFTER}"
SUSPECT = f"state = 'queued' AND deaths >= {SUSPECT_AFTER}"


def _partial_index(name: str, columns: list[str], condition: str) -> Index:
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


_STATES = ", ".join(f"'{state}'" for state in JobState)
_LANES = ", ".join(f"'{lane}'" for lane in Lane)

jobs = Table(
    "jobs",
    metadata,
    id_column("case_id", "cases.case_id", primary_key=True),
    id_column("tenant"),
    id_column("batch_id"),
    Column("lane", String, nullable=False),
    Column("state", String, nullable=False),
    Column("tag", BigInteger, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("started_at", Instant, nullable=True),
    Column("finished_at", Instant, nullable=True),
    id_column("worker_id"),
    Column("token", Integer, nullable=False),
    Column("deaths", Integer, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("only", Line, nullable=False),
    id_column("trace_id"),
    Column("reason", Line, nullable=False),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    CheckConstraint(f"lane IN ({_LANES})", name="lane"),
    _partial_index("ix_jobs_queued", ["lane", "tag"], QUEUED),
    _partial_index("ix_jobs_suspect", ["lane", "tag"], SUSPECT),
    _partial_index("ix_jobs_waiting", ["due_at"], "state = 'waiting'"),
    _partial_index("ix_jobs_held", ["worker_id"], "worker_id <> ''"),
    _partial_index("ix_jobs_quarantined", ["tenant"], "state = 'quarantined'"),
)

lanes = Table(
    "lanes",
    metadata,
    Column("lane", String, primary_key=True),
    Column("clock", BigInteger, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("lane", String, nullable=False),
    Column("tenant", Line, nullable=False),
    Column("tag", BigInteger, nullable=False),
    PrimaryKeyConstraint("lane", "tenant"),
)

workers = Table(
    "workers",
    metadata,
    id_column("worker_id", primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Index(None, "until"),
)
