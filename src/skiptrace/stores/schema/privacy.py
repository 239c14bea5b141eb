"""Legal holds, erasures, and which vault the cases' secrets lie in (``skiptrace.stores.vault``, another database)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, text

from skiptrace.stores.columns import Instant, Line
from skiptrace.stores.schema.base import id_column, metadata, sealed

vaults = Table("vaults", metadata, Column("vault_id", LargeBinary, primary_key=True))
"""One row: a database that is opened beside another vault refuses to start."""

holds = Table(
    "holds",
    metadata,
    id_column("hold_id", primary_key=True),
    id_column("tenant"),
    id_column("account_id"),
    Column("placed_at", Instant, nullable=False),
    id_column("placed_by"),
    sealed("reason"),
    Column("released_at", Instant, nullable=True),
    Column("released_by", Line, nullable=True),
    Index(
        "uq_holds_standing",
        "tenant",
        "account_id",
        unique=True,
        sqlite_where=text("released_at IS NULL"),
        postgresql_where=text("released_at IS NULL"),
    ),
)
"""While a hold stands, nothing of its account is erased or disposed of."""

erasures = Table(
    "erasures",
    metadata,
    id_column("erasure_id", primary_key=True),
    id_column("tenant"),
    id_column("account_id"),
    Column("cases", Integer, nullable=False),
    Column("asked_at", Instant, nullable=False),
    id_column("asked_by"),
    Column("reason", Line, nullable=False),
    Column("finished_at", Instant, nullable=True),
    Index(None, "tenant", "account_id"),
)
"""The tombstones. Without ``finished_at`` an erasure was begun and has to be finished."""

tombstones = Table(
    "tombstones",
    metadata,
    id_column("tenant"),
    id_column("account_id"),
    Column("contact", String, nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "account_id", "contact", "mark"),
)
"""Keyed hashes of values that were bad and are erased or disposed of: enough to know one when it turns up again."""

case_phones = Table(
    "case_phones",
    metadata,
    id_column("tenant"),
    Column("mark", LargeBinary, nullable=False),
    id_column("case_id", "cases.case_id"),
    PrimaryKeyConstraint("tenant", "mark", "case_id"),
    Index(None, "case_id"),
)
"""Blind index: keyed hashes of the numbers and names that accounts came with, to find the case of who calls.

The table is called after what it held first.
"""
