"""The kill switch of each provider: a row while it is off."""

from __future__ import annotations

from sqlalchemy import Column, Table

from skiptrace.stores.columns import Instant, Line
from skiptrace.stores.schema.base import id_column, metadata

pauses = Table(
    "provider_pauses",
    metadata,
    id_column("provider", primary_key=True),
    Column("reason", Line, nullable=False),
    id_column("paused_by"),
    Column("paused_at", Instant, nullable=False),
)
