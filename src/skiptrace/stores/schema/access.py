"""Who may: principals, API keys, assignments; what they looked at; idempotency keys, approvals, break-glass.

``principal_marks`` holds keyed hashes of what staff are called and where they live, to notice who looks at themselves.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
)

from skiptrace.stores.columns import Instant, Line, RowNumber
from skiptrace.stores.schema.base import id_column, metadata, sealed

_PRINCIPAL = ["tenant", "principal_id"]


def _of_principal() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(_PRINCIPAL, [f"principals.{name}" for name in _PRINCIPAL], ondelete="RESTRICT")


principals = Table(
    "principals",
    metadata,
    id_column("tenant"),
    id_column("principal_id"),
    Column("role", String, nullable=False),
    id_column("team"),
    Column("grants", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint(*_PRINCIPAL),
)

principal_marks = Table(
    "principal_marks",
    metadata,
    id_column("tenant"),
    id_column("principal_id"),
    Column("kind", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint(*_PRINCIPAL, "kind", "digest"),
    _of_principal(),
)

api_keys = Table(
    "api_keys",
    metadata,
    id_column("key_id", primary_key=True),
    id_column("tenant"),
    id_column("principal_id"),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=True),
    Column("revoked_at", Instant, nullable=True),
    _of_principal(),
    Index(None, "tenant", "principal_id"),
)

assignments = Table(
    "assignments",
    metadata,
    id_column("tenant"),
    id_column("account_id"),
    id_column("principal_id"),
    id_column("assigned_by"),
    Column("assigned_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "account_id", "principal_id"),
    _of_principal(),
)

accesses = Table(
    "accesses",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    id_column("tenant"),
    id_column("principal_id"),
    Column("action", String, nullable=False),
    id_column("account_id"),
    Column("at", Instant, nullable=False),
    Index(None, "tenant", "principal_id", "action", "at"),
)

access_alerts = Table(
    "access_alerts",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    id_column("tenant"),
    id_column("principal_id"),
    Column("pattern", String, nullable=False),
    id_column("about"),
    Column("at", Instant, nullable=False),
    Column("read_by", Line, nullable=True),
    Column("read_at", Instant, nullable=True),
    Index(None, "tenant", "number"),
)

idempotency = Table(
    "idempotency",
    metadata,
    id_column("tenant"),
    Column("key_digest", LargeBinary, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("token", String, nullable=False),
    Column("locked_until", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("status", Integer, nullable=True),
    Column("response", LargeBinary, nullable=True),
    PrimaryKeyConstraint("tenant", "key_digest"),
    Index(None, "expires_at"),
)

approvals = Table(
    "approvals",
    metadata,
    id_column("approval_id", primary_key=True),
    id_column("tenant"),
    Column("action", String, nullable=False),
    Column("payload_hash", LargeBinary, nullable=False),
    id_column("requested_by"),
    Column("expires_at", Instant, nullable=False),
    Column("approved_by", Line, nullable=True),
    Column("used_at", Instant, nullable=True),
    Column("request", Line, nullable=True),
    Column("asked_at", Instant, nullable=True),
)

break_glass = Table(
    "break_glass",
    metadata,
    id_column("opening_id", primary_key=True),
    id_column("tenant"),
    id_column("principal_id"),
    id_column("account_id"),
    sealed("reason"),
    Column("opened_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reviewed_by", Line, nullable=True),
    Column("reviewed_at", Instant, nullable=True),
    _of_principal(),
    Index(None, "tenant", "principal_id", "account_id", "until"),
)
