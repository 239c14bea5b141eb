"""The two databases behind one code path: everything that differs between SQLite and PostgreSQL stands here."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from skiptrace.errors import ConfigError

BUSY_SECONDS = 30
_TURN = 0x736B6970
"""Key of the PostgreSQL advisory lock under which writers take turns."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def engine_for(url: str) -> AsyncEngine:
    """An engine for ``sqlite:///path`` or ``postgresql://…``. Raises ConfigError for anything else."""
    parsed = _parse(url)
    if parsed.drivername.startswith("sqlite"):
        return _sqlite(parsed)
    return create_async_engine(parsed, pool_size=5, max_overflow=5, pool_pre_ping=True, hide_parameters=True)


def is_sqlite(engine: AsyncEngine) -> bool:
    return engine.dialect.name == "sqlite"


async def take_turn(conn: AsyncConnection) -> None:
    """Wait until no other process writes to the ledger or the audit chain; held until the transaction ends.

    SQLite has waited already: its write transactions begin IMMEDIATE.
    """
    if conn.dialect.name == "postgresql":
        await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TURN})


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        driver = _DRIVERS[parsed.drivername]
    except (ArgumentError, KeyError, ValueError):
        raise ConfigError(
            "the database URL must begin with sqlite:/// and a path, or with postgresql:// (the rest is not shown)"
        ) from None
    if driver.startswith("sqlite") and parsed.database in (None, "", ":memory:"):
        raise ConfigError("the database URL names no file: write sqlite:/// and a path")
    return parsed.set(drivername=driver)


def _sqlite(url: URL) -> AsyncEngine:
    _private_file(Path(url.database or ""))
    engine = create_async_engine(
        url, connect_args={"timeout": BUSY_SECONDS}, pool_size=4, max_overflow=4, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _private_file(path: Path) -> None:
    """Create the file before SQLite does, for its owner only; the WAL files take over its mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigError(f"the database file {path} cannot be opened: {error.strerror}") from None


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # sqlite3 would begin transactions by itself, and too late; from here on only _begin_immediate does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(conn: Connection) -> None:
    if conn.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        conn.exec_driver_sql("BEGIN IMMEDIATE")
