"""The facts of one account from the collection platform's own table or view. Nothing is written there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, MetaData, Table, select
from sqlalchemy.exc import NoSuchTableError

from skiptrace.errors import ConfigError
from skiptrace.stores.databases import Database, database_at
from skiptrace.stores.trouble import plain_errors

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


class PlatformTable:
    """A table or view with one row per account. Made by ``open``; ``close`` it when done."""

    def __init__(self, database: Database, found: Table, key: str) -> None:
        self._database = database
        self._table = found
        self._key = key

    @classmethod
    async def open(cls, url: str, name: str, key: str) -> PlatformTable:
        """``name`` may say its schema (``sales.accounts``). Raises ConfigError when it or the key column is missing."""
        parts = name.split(".")
        if len(parts) > 2 or not all(_NAME.fullmatch(part) for part in (*parts, key)):
            raise ConfigError("platform.table and platform.key are plain names: letters, digits and underscores")
        schema = parts[0] if len(parts) == 2 else None
        database = database_at(url)
        try:
            with plain_errors():
                found = await database.read(
                    lambda conn: Table(parts[-1], MetaData(), schema=schema, autoload_with=conn, resolve_fks=False)
                )
        except NoSuchTableError:
            found = None
        except BaseException:
            await database.close()
            raise
        if found is None or key not in found.c:
            await database.close()
            raise ConfigError(f"the platform's database has no table or view {name} with a column {key}")
        return cls(database, found, key)

    async def row(self, account_id: str) -> Mapping[str, Any] | None:
        """The account's row by the names of its columns; None when there is none. Raises StoreError."""
        column = self._table.c[self._key]
        wanted: object = int(account_id) if column.type.python_type is int and account_id.isdigit() else account_id

        def read(conn: Connection) -> Mapping[str, Any] | None:
            found = conn.execute(select(self._table).where(column == wanted).limit(1)).mappings().one_or_none()
            return None if found is None else dict(found)

        with plain_errors():
            return await self._database.read(read)

    async def close(self) -> None:
        await self._database.close()
