"""Where cases, purchases, traces and their evidence are kept: SQLite or PostgreSQL, one code path."""

from skiptrace.stores.sql import SqlStore
from skiptrace.stores.trouble import RowRefused, StoreError

__all__ = ["RowRefused", "SqlStore", "StoreError"]
