"""Principals, API keys, idempotency keys. What each table is for is said in ``skiptrace.stores.schema.access``."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing yet."""
