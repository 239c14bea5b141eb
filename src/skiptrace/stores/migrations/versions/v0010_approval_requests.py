"""What a second person is asked to sign. Requests from before name only the hash of it; they expire within a day."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

MOMENT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("approvals", sa.Column("request", sa.String(), nullable=True))
    op.add_column("approvals", sa.Column("asked_at", MOMENT, nullable=True))
