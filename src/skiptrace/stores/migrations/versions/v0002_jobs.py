"""The queue. What each table is for is said in ``skiptrace.stores.schema.jobs``."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing yet."""
