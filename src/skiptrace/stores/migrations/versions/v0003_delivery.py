"""Delivery to sinks. What each table is for is said in ``skiptrace.stores.schema.delivery``."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
