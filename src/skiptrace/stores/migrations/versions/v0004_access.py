"""Principals, API keys, idempotency keys. What each table is for is said in ``skiptrace.stores.schema.access``."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = sa.String()
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PRINCIPAL = ["tenant", "principal_id"]


def upgrade() -> None:
    _principals()
    _looks()
    _promises()


def _principals() -> None:
    op.create_table(
        "principals",
        *_columns("tenant", "principal_id", "role", "team", "grants"),
        _column("active", sa.Boolean()),
        _column("created_at", MOMENT),
        sa.PrimaryKeyConstraint(*PRINCIPAL, name="pk_principals"),
    )
    op.create_table(
        "principal_marks",
        *_columns("tenant", "principal_id", "kind"),
        _column("digest", sa.LargeBinary()),
        sa.PrimaryKeyConstraint(*PRINCIPAL, "kind", "digest", name="pk_principal_marks"),
        _of_principal("principal_marks"),
    )
    op.create_table(
        "api_keys",
        *_columns("key_id", "tenant", "principal_id"),
        _column("digest", sa.LargeBinary()),
        _column("scopes"),
        _column("created_at", MOMENT),
        sa.Column("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
        _of_principal("api_keys"),
    )
    op.create_index("ix_api_keys_tenant_principal_id", "api_keys", PRINCIPAL)
    op.create_table(
        "assignments",
        *_columns("tenant", "account_id", "principal_id", "assigned_by"),
        _column("assigned_at", MOMENT),
        sa.PrimaryKeyConstraint("tenant", "account_id", "principal_id", name="pk_assignments"),
        _of_principal("assignments"),
    )


def _looks() -> None:
    op.create_table(
        "accesses",
        _column("number", NUMBER),
        *_columns("tenant", "principal_id", "action", "account_id"),
        _column("at", MOMENT),
        sa.PrimaryKeyConstraint("number", name="pk_accesses"),
    )
    op.create_index("ix_accesses_tenant_principal_id_action_at", "accesses", [*PRINCIPAL, "action", "at"])
    op.create_table(
        "access_alerts",
        _column("number", NUMBER),
        *_columns("tenant", "principal_id", "pattern", "about"),
        _column("at", MOMENT),
        sa.Column("read_by", TEXT),
        sa.Column("read_at", MOMENT),
        sa.PrimaryKeyConstraint("number", name="pk_access_alerts"),
    )
    op.create_index("ix_access_alerts_tenant_number", "access_alerts", ["tenant", "number"])


def _promises() -> None:
    op.create_table(
        "idempotency",
        _column("tenant"),
        _column("key_digest", sa.LargeBinary()),
        _column("request_hash", sa.LargeBinary()),
        _column("token"),
        _column("locked_until", MOMENT),
        _column("expires_at", MOMENT),
        sa.Column("status", sa.Integer()),
        sa.Column("response", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("tenant", "key_digest", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_expires_at", "idempotency", ["expires_at"])
    op.create_table(
        "approvals",
        *_columns("approval_id", "tenant", "action"),
        _column("payload_hash", sa.LargeBinary()),
        _column("requested_by"),
        _column("expires_at", MOMENT),
        sa.Column("approved_by", TEXT),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("approval_id", name="pk_approvals"),
    )
    op.create_table(
        "break_glass",
        *_columns("opening_id", "tenant", "principal_id", "account_id"),
        _column("reason", sa.LargeBinary()),
        _column("opened_at", MOMENT),
        _column("until", MOMENT),
        sa.Column("reviewed_by", TEXT),
        sa.Column("reviewed_at", MOMENT),
        sa.PrimaryKeyConstraint("opening_id", name="pk_break_glass"),
        _of_principal("break_glass"),
    )
    op.create_index(
        "ix_break_glass_tenant_principal_id_account_id_until", "break_glass", [*PRINCIPAL, "account_id", "until"]
    )


def _column(name: str, kind: sa.types.TypeEngine[Any] = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _columns(*names: str) -> list[sa.Column[Any]]:
    return [_column(name) for name in names]


def _of_principal(table: str) -> sa.ForeignKeyConstraint:
    principals = [f"principals.{name}" for name in PRINCIPAL]
    return sa.ForeignKeyConstraint(PRINCIPAL, principals, name=f"fk_{table}_tenant_principal_id", ondelete="RESTRICT")
