"""How the actor of an audit row signed in. Rows from before know nothing of it, and verify as they did."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("audit", sa.Column("auth_method", sa.String(), nullable=True))
    op.add_column("audit", sa.Column("mfa", sa.String(), nullable=True))
