"""Kill switches of providers, and calls by time: what the figures of today and of this month are read by."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TEXT = sa.String()
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "provider_pauses",
        sa.Column("provider", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("paused_by", TEXT, nullable=False),
        sa.Column("paused_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", name="pk_provider_pauses"),
    )
    op.create_index("ix_calls_intended_at", "calls", ["intended_at"])
