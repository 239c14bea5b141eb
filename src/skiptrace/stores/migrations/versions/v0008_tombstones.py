"""Hashes of bad values that are gone. What the table is for is said in ``skiptrace.stores.schema.privacy``."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TEXT = sa.String()
MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "tombstones",
        *(sa.Column(name, TEXT, nullable=False) for name in ("tenant", "account_id", "contact")),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "account_id", "contact", "mark"),
    )
