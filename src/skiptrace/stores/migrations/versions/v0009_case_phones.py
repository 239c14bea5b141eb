"""Blind index of the numbers that accounts came with (``skiptrace.stores.schema.privacy``)."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TEXT = sa.String()


def upgrade() -> None:
    op.create_table(
        "case_phones",
        sa.Column("tenant", TEXT, nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", TEXT, sa.ForeignKey("cases.case_id", ondelete="RESTRICT"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "mark", "case_id"),
    )
    op.create_index("ix_case_phones_case_id", "case_phones", ["case_id"])
