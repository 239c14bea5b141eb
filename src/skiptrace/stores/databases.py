"""The two databases behind one code path: everything that differs between SQLite and PostgreSQL stands here.

Store code is plain functions of a SQLAlchemy connection. SQLite runs each in a thread, PostgreSQL in a greenlet over
asyncpg: one hop per transaction instead of several per statement.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    URL,
    Boolean,
    Column,
    Connection,
    Engine,
    Table,
    any_,
    bindparam,
    create_engine,
    event,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

from skiptrace.errors import ConfigError
from skiptrace.stores.columns import Instant

BUSY_SECONDS = 30
READERS = 4
STATEMENTS = 500
"""So many stay prepared per connection of PostgreSQL; the driver's hundred are fewer than a worker's."""

IDLE_SECONDS = 2.0
"""A connection that was not used for so long is tried before it is."""

STALLED_SECONDS = 5
"""A process that stops in the middle of a transaction holds up all others for so long; then PostgreSQL ends it."""
TURN_SECONDS = 15
"""A turn that lasts longer is ended by PostgreSQL 17 and later: a process that stops between two messages of one
statement is not idle by PostgreSQL's count, and would hold its turn for ever.
"""
_TURN = 0x736B6970
"""Key of the PostgreSQL advisory lock under which writers take turns."""
_TAKE_TURN = text(
    "SELECT pg_advisory_xact_lock(:key), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), "
    "CASE WHEN current_setting('server_version_num')::int >= 170000 "
    "THEN set_config('transaction_timeout', :at_most, true) END"
)
"""What is written is found by its key: a statement planned while its table is small must not read all of it later.

Where there is no key, the price of what is off looks so high that the server would compile the statement first.
"""

_READING = {"skiptrace_reading": True}
"""Marks a connection on which no transaction is begun."""

T = TypeVar("T")


class Database(Protocol):
    """Runs functions of a connection. ``one_writer``: a second write transaction waits until the first has ended."""

    one_writer: bool

    async def write(self, work: Callable[[Connection], T]) -> T:
        """One transaction, committed when ``work`` returns and rolled back when it raises."""
        ...

    async def write_at_once(self, work: Callable[[Connection], T]) -> T:
        """Without a transaction around them: each statement is committed when it ends."""
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """No transaction: each statement sees what is committed."""
        ...

    async def close(self) -> None: ...

    @property
    def engine(self) -> Engine:
        """For the work of a function that already runs on this kind of database: of its own transactions."""
        ...


def database_at(url: str) -> Database:
    """``sqlite:///path`` or ``postgresql://…``. Raises ConfigError for anything else."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("the database URL is not a URL (it is not shown: it can hold a password)") from None
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite":
        return Sqlite(parsed)
    if kind in ("postgresql", "postgres"):
        return Postgres(parsed)
    raise ConfigError(f"no such kind of database: {kind}; write sqlite:///path or postgresql://user@host/name")


class Sqlite:
    """An embedded database: WAL, every commit synced to the disk, one writer at a time in any number of processes."""

    one_writer = True

    def __init__(self, url: URL) -> None:
        if url.database in (None, "", ":memory:"):
            raise ConfigError("the database URL names no file: write sqlite:/// and a path")
        _make_private(Path(url.database or ""))
        self._engine = _sqlite_engine(url.set(drivername="sqlite+pysqlite"))
        self._threads = ThreadPoolExecutor(READERS + 1, thread_name_prefix="skiptrace-store")

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await self._run(partial(_in_transaction, self._engine, work))

    async def write_at_once(self, work: Callable[[Connection], T]) -> T:
        return await self._run(partial(_without_transaction, self._engine, work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self.write_at_once(work)

    async def close(self) -> None:
        await self._run(self._engine.dispose)
        self._threads.shutdown()

    @property
    def engine(self) -> Engine:
        return self._engine

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class Postgres:
    """A PostgreSQL server, by asyncpg."""

    one_writer = False

    def __init__(self, url: URL) -> None:
        from sqlalchemy.ext.asyncio import create_async_engine

        url = url.set(drivername="postgresql+asyncpg")
        settings = {"idle_in_transaction_session_timeout": str(STALLED_SECONDS * 1000)}
        self._engine = create_async_engine(
            url,
            pool_size=READERS + 1,
            max_overflow=0,
            pool_use_lifo=True,  # the connection that was used last has the statements prepared
            hide_parameters=True,
            connect_args={"server_settings": settings, "prepared_statement_cache_size": STATEMENTS},
        )
        _look_at_idle_connections(self._engine.sync_engine)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """A connection that is lost before the commit is asked for has changed nothing: the work is done once more."""
        try:
            return await self._write(work)
        except _LostBeforeCommit:
            return await self._write(work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.begin() as conn:
            try:
                return await conn.run_sync(work)
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise _LostBeforeCommit(error.statement, error.params, error.orig or error) from error
                raise

    async def read(self, work: Callable[[Connection], T]) -> T:
        try:
            return await self.write_at_once(work)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return await self.write_at_once(work)

    async def write_at_once(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as conn:
            return await (await conn.execution_options(isolation_level="AUTOCOMMIT")).run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()

    @property
    def engine(self) -> Engine:
        return self._engine.sync_engine


class _LostBeforeCommit(OperationalError):
    """The connection went away while the transaction was open."""


def _look_at_idle_connections(engine: Engine) -> None:
    """Before one is used that nobody has used for a while: the server may have been restarted since.

    The pool's own look costs three round trips each time, as much as the shorter of our transactions.
    """

    def returned(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["returned"] = time.monotonic()

    def taken(connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        if time.monotonic() - record.info.get("returned", time.monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise DisconnectionError from None

    event.listen(engine, "checkin", returned)
    event.listen(engine, "checkout", taken)


def take_turn(conn: Connection, *, at_most: int = TURN_SECONDS) -> None:
    """Wait until no other process writes to the ledger or the audit chain; held until the transaction ends.

    ``at_most`` is in seconds, 0 for as long as it takes. SQLite has waited already: its write transactions begin
    IMMEDIATE.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(_TAKE_TURN, {"key": _TURN, "at_most": f"{at_most}s"})


class DatabaseNow(FunctionElement[datetime]):
    """This moment by the database's clock, also within a transaction; SQLite counts milliseconds.

    ``DatabaseNow(bindparam("seconds", type_=Float))`` is so many seconds later.
    """

    type = Instant()
    inherit_cache = True


@compiles(DatabaseNow, "postgresql")
def _now_in_postgres(element: DatabaseNow, compiler: SQLCompiler, **kw: object) -> str:
    later = [compiler.process(seconds, **kw) for seconds in element.clauses]
    return " + ".join(["clock_timestamp()", *(f"make_interval(secs => {seconds})" for seconds in later)])


@compiles(DatabaseNow, "sqlite")
def _now_in_sqlite(element: DatabaseNow, compiler: SQLCompiler, **kw: object) -> str:
    later = [f"{compiler.process(seconds, **kw)} || ' seconds'" for seconds in element.clauses]
    return "strftime(" + ", ".join([_SQLITE_INSTANT, "'now'", *later]) + ")"


class OneOf(FunctionElement[bool]):
    """Whether ``column`` is one of the values of the list that is passed as the parameter ``name``.

    One array on PostgreSQL: with IN every length of a list is a statement of its own, to be written, parsed, planned.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Column[Any], name: str) -> None:
        super().__init__(column, bindparam(name, type_=postgresql.ARRAY(column.type)))

    def self_group(self, against: OperatorType | None = None) -> OneOf:
        """It is a condition as it stands: SQLite needs no "= 1" behind it, which would keep it from its index."""
        return self


@compiles(OneOf, "postgresql")
def _any_in_postgres(element: OneOf, compiler: SQLCompiler, **kw: object) -> str:
    column, values = element.clauses
    return compiler.process(column == any_(values), **kw)


@compiles(OneOf, "sqlite")
def _in_in_sqlite(element: OneOf, compiler: SQLCompiler, **kw: object) -> str:
    column, values = element.clauses
    return compiler.process(column.in_(bindparam(values.key, type_=column.type, expanding=True)), **kw)


_SQLITE_INSTANT = "'%Y-%m-%dT%H:%M:%f000+00:00'"
_NOW = select(DatabaseNow())


def database_now(conn: Connection) -> datetime:
    return conn.execute(_NOW).scalar_one()


def insert_into(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def _in_transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as conn:
        return work(conn)


def _without_transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.connect() as conn:
        return work(conn.execution_options(**_READING))


def _make_private(path: Path) -> None:
    """Create the file before SQLite does, for its owner only; the WAL files take over its mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigError(f"the database file {path} cannot be opened: {error.strerror}") from None


def _sqlite_engine(url: URL) -> Engine:
    waits = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=waits, pool_size=READERS + 1, max_overflow=0, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # sqlite3 would begin transactions by itself, and too late; from here on only _begin_immediate does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -16000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(conn: Connection) -> None:
    if not conn.get_execution_options().keys() & _READING.keys():
        conn.exec_driver_sql("BEGIN IMMEDIATE")
