"""Delivery to sinks. What each table is for is said in ``skiptrace.stores.schema.delivery``."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.String()
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

STATES = "'waiting', 'delivered', 'failed', 'dropped'"


def upgrade() -> None:
    """The first outbox had no sinks to serve, so it is made anew."""
    op.drop_table("outbox")
    op.create_table(
        "outbox",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        _column("event_id"),
        _column("kind"),
        _column("at", MOMENT),
        *(_column(name) for name in ("tenant", "account_id", "case_id")),
        sa.Column("trace_id", TEXT, sa.ForeignKey("traces.trace_id", ondelete="RESTRICT"), nullable=True),
        _column("contact_id"),
        _column("detail"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
    )
    op.create_table(
        "sinks",
        sa.Column("name", TEXT, primary_key=True, nullable=False),
        _column("kind"),
        _column("tenant"),
        _column("events"),
        _column("seen", NUMBER),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        _column("reason"),
    )
    _deliveries()
    _schedule()


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("sink", TEXT, sa.ForeignKey("sinks.name", ondelete="RESTRICT"), nullable=False),
        sa.Column("number", NUMBER, sa.ForeignKey("outbox.number", ondelete="RESTRICT"), nullable=False),
        _column("line"),
        _column("state"),
        _column("attempts", sa.Integer()),
        _column("due_at", MOMENT),
        sa.Column("leased_until", MOMENT, nullable=True),
        _column("token", sa.Integer()),
        _column("error"),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("sink", "number"),
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
    )
    _partial_index("ix_deliveries_due", ["sink", "due_at", "number"], "state = 'waiting'")
    _partial_index("ix_deliveries_open", ["sink", "line", "number"], "state IN ('waiting', 'failed')")


def _schedule() -> None:
    op.create_table(
        "happenings",
        sa.Column("happening_id", TEXT, primary_key=True, nullable=False),
        *(_column(name) for name in ("tenant", "account_id", "kind")),
        _column("at", MOMENT),
        _column("reported_by"),
    )
    op.create_index("ix_happenings_tenant_account_id", "happenings", ["tenant", "account_id"])
    op.create_table(
        "schedule",
        _column("tenant"),
        _column("account_id"),
        sa.Column("case_id", TEXT, sa.ForeignKey("cases.case_id", ondelete="RESTRICT"), nullable=False),
        _column("due_at", MOMENT),
        _column("lane"),
        _column("segment"),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        _column("reason"),
        sa.PrimaryKeyConstraint("tenant", "account_id"),
    )
    op.create_index("ix_schedule_due_at", "schedule", ["due_at"])


def _column(name: str, kind: sa.types.TypeEngine[Any] = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _partial_index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "deliveries", columns, sqlite_where=condition, postgresql_where=condition)
