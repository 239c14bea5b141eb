"""The queue. What each table is for is said in ``skiptrace.stores.schema.jobs``."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.String()
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")

STATES = "'waiting', 'queued', 'leased', 'done', 'quarantined', 'cancelled'"
LANES = "'interactive', 'standard', 'batch'"


def upgrade() -> None:
    _jobs()
    op.create_table("lanes", _column("lane", primary_key=True), _column("clock", sa.BigInteger()))
    op.create_table(
        "turns",
        *(_column(name) for name in ("lane", "tenant")),
        _column("tag", sa.BigInteger()),
        sa.PrimaryKeyConstraint("lane", "tenant"),
    )
    op.create_table(
        "workers",
        _column("worker_id", primary_key=True),
        *(_column(name, MOMENT) for name in ("started_at", "seen_at", "until")),
    )
    op.create_index("ix_workers_until", "workers", ["until"])
    if op.get_bind().dialect.name == "postgresql":
        # a queue is rewritten all the time: vacuum it before the dead rows at its head slow the next claim
        op.execute(
            "ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0, "
            "autovacuum_analyze_scale_factor = 0.05)"
        )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column(
            "case_id", TEXT, sa.ForeignKey("cases.case_id", ondelete="RESTRICT"), primary_key=True, nullable=False
        ),
        *(_column(name) for name in ("tenant", "batch_id", "lane", "state")),
        _column("tag", sa.BigInteger()),
        *(_column(name, MOMENT) for name in ("accepted_at", "due_at")),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("started_at", "finished_at")),
        _column("worker_id"),
        *(_column(name, sa.Integer()) for name in ("token", "deaths", "retries")),
        *(_column(name) for name in ("only", "trace_id", "reason")),
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
        sa.CheckConstraint(f"lane IN ({LANES})", name="lane"),
    )
    _partial_index("ix_jobs_queued", ["lane", "tag"], "state = 'queued' AND deaths < 2")
    _partial_index("ix_jobs_suspect", ["lane", "tag"], "state = 'queued' AND deaths >= 2")
    _partial_index("ix_jobs_waiting", ["due_at"], "state = 'waiting'")
    _partial_index("ix_jobs_held", ["worker_id"], "worker_id <> ''")
    _partial_index("ix_jobs_quarantined", ["tenant"], "state = 'quarantined'")


def _column(name: str, kind: sa.types.TypeEngine[Any] = TEXT, *, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=primary_key, nullable=False)


def _partial_index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "jobs", columns, sqlite_where=condition, postgresql_where=condition)
