"""What was told to which sink, and what still has to be; what was reported of accounts, and when each is due again.

``outbox`` holds the events; ``sinks`` how far each sink has been served; ``deliveries`` one row an event and sink.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from skiptrace.model import DeliveryState
from skiptrace.stores.columns import Instant, Line, Money, RowNumber
from skiptrace.stores.schema.base import id_column, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    id_column("event_id"),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    id_column("tenant"),
    id_column("account_id"),
    id_column("case_id"),
    Column("trace_id", Line, ForeignKey("traces.trace_id", ondelete="RESTRICT"), nullable=True),
    id_column("contact_id"),
    Column("detail", Line, nullable=False),
    UniqueConstraint("event_id"),
)
"""Numbers are given out while a writer holds its turn, so they are committed in their order: a cursor misses none."""

sinks = Table(
    "sinks",
    metadata,
    id_column("name", primary_key=True),
    Column("kind", String, nullable=False),
    id_column("tenant"),
    Column("events", Line, nullable=False),
    Column("seen", RowNumber, nullable=False),
    Column("failing_since", Instant, nullable=True),
    Column("disabled_at", Instant, nullable=True),
    Column("reason", Line, nullable=False),
)
"""``seen`` is the number of the last event that was handed on or passed over here. An empty tenant means all tenants;
``events`` lists the kinds that it hears, separated by blanks, all that are for others when it is empty.
"""

_STATES = ", ".join(f"'{state}'" for state in DeliveryState)
_OPEN = "state IN ('waiting', 'failed')"

deliveries = Table(
    "deliveries",
    metadata,
    id_column("sink", "sinks.name"),
    Column("number", RowNumber, ForeignKey("outbox.number", ondelete="RESTRICT"), nullable=False),
    id_column("line"),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("leased_until", Instant, nullable=True),
    Column("token", Integer, nullable=False),
    Column("error", Line, nullable=False),
    Column("settled_at", Instant, nullable=True),
    PrimaryKeyConstraint("sink", "number"),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    Index(
        "ix_deliveries_due",
        "sink",
        "due_at",
        "number",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_deliveries_open", "sink", "line", "number", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
)
"""Events of one line go one after the other: the line is the case, or the event itself when it has none."""

happenings = Table(
    "happenings",
    metadata,
    id_column("happening_id", primary_key=True),
    id_column("tenant"),
    id_column("account_id"),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    id_column("reported_by"),
    Index(None, "tenant", "account_id"),
)
"""What the platform reports of an account that bears on its next trace."""

schedule = Table(
    "schedule",
    metadata,
    id_column("tenant"),
    id_column("account_id"),
    id_column("case_id", "cases.case_id"),
    Column("due_at", Instant, nullable=False),
    Column("lane", String, nullable=False),
    Column("segment", Line, nullable=False),
    Column("budget", Money, nullable=True),
    Column("reason", Line, nullable=False),
    PrimaryKeyConstraint("tenant", "account_id"),
    Index(None, "due_at"),
)
"""One row an account that is due some day. ``case_id`` is the case to trace again."""
