"""Which third party was asked. Of those who were asked before this, only the event tells."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("consumer_events", sa.Column("contact_id", sa.String(), nullable=True))
