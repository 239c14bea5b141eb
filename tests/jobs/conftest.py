from __future__ import annotations

from tests.stores.conftest import migrated_file, place, postgres_place, sqlite_place

__all__ = ["migrated_file", "place", "postgres_place", "sqlite_place"]
