"""Where cases, purchases, traces and their evidence are kept: SQLite or PostgreSQL, one code path."""

from skiptrace.stores.sql import SqlStore

__all__ = ["SqlStore"]
