"""What platforms report of consumers. What the table is for is said in ``skiptrace.stores.schema.history``."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TEXT = sa.String()
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "consumer_events",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "event_id", "account_id")),
        sa.Column("person", sa.LargeBinary(), nullable=True),
        sa.Column("kind", TEXT, nullable=False),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("at", "recorded_at")),
        sa.Column("reported_by", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("tenant", "event_id"),
    )
    op.create_index("ix_consumer_events_tenant_account_id", "consumer_events", ["tenant", "account_id"])
    op.create_index("ix_consumer_events_tenant_person", "consumer_events", ["tenant", "person"])
