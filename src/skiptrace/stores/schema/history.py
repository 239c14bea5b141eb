"""What platforms report of consumers: calls, consents, refusals, statements about the account.

``contact_id`` names the third party who was asked, so that their row is kept with the proof that it was done once.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, UniqueConstraint

from skiptrace.stores.columns import Instant, Line, RowNumber
from skiptrace.stores.schema.base import id_column, metadata, sealed

consumer_events = Table(
    "consumer_events",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    id_column("tenant"),
    id_column("event_id"),
    id_column("account_id"),
    Column("person", LargeBinary, nullable=True),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    id_column("reported_by"),
    sealed("content"),
    Column("contact_id", Line, nullable=True),
    UniqueConstraint("tenant", "event_id"),
    Index(None, "tenant", "account_id"),
    Index(None, "tenant", "person"),
)
