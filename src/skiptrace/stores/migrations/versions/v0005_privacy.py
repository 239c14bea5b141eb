"""Vaults, holds, erasures. What each is for is said in ``skiptrace.stores.schema.privacy``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0005"
down_revision = "0004"

TEXT = sa.String()
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table("vaults", sa.Column("vault_id", sa.LargeBinary(), nullable=False, primary_key=True))
    op.create_table(
        "holds",
        _column("hold_id", primary_key=True),
        _column("tenant"),
        _column("account_id"),
        _column("placed_at", MOMENT),
        _column("placed_by"),
        _column("reason", sa.LargeBinary()),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
    )
    op.create_index(
        "uq_holds_standing",
        "holds",
        ["tenant", "account_id"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "erasures",
        _column("erasure_id", primary_key=True),
        _column("tenant"),
        _column("account_id"),
        _column("cases", sa.Integer()),
        _column("asked_at", MOMENT),
        _column("asked_by"),
        _column("reason"),
        sa.Column("finished_at", MOMENT, nullable=True),
    )
    op.create_index("ix_erasures_tenant_account_id", "erasures", ["tenant", "account_id"])


def _column(name: str, kind: TypeEngine[Any] = TEXT, *, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, primary_key=primary_key)
