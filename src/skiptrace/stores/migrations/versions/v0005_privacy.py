"""Keys of subjects, holds, tombstones, checkpoints. What each is for is said in ``skiptrace.stores.schema.privacy``."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing yet."""
