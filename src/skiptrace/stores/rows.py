"""Many rows at once: on PostgreSQL one statement whose parameters are the columns, on SQLite one statement per row.

PostgreSQL spends as much on taking in a statement as on the row it writes, so its rows arrive as arrays, which the
server unnests. Statements are compiled once per table, and only the driver runs them: what SQLAlchemy does per
statement and row took longer than the writing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Column, Connection, Dialect, Table, TableValuedAlias, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]
Insert = postgresql.Insert | sqlite.Insert
Bind = Callable[[Any], Any]
"""What a value becomes for the driver."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A compiled statement: its text, and in the order of its parameters the columns and what their values become."""

    text: str
    binds: tuple[tuple[str, Bind | None], ...]

    def run(self, conn: Connection, rows: Sequence[Row]) -> None:
        columns = [_bound([row[name] for row in rows], bind) for name, bind in self.binds]
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql(self.text, tuple(columns))
        else:
            conn.exec_driver_sql(self.text, list(zip(*columns, strict=True)))


def _bound(values: list[Any], bind: Bind | None) -> list[Any]:
    return values if bind is None else [bind(value) for value in values]


def insert_rows(
    conn: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    skip_known: tuple[str, ...] = (),
    replace_known: tuple[str, ...] = (),
    add_to_known: tuple[str, ...] = (),
) -> None:
    """Write rows that have the same columns. A row whose columns ``skip_known``, ``replace_known`` or ``add_to_known``
    are there already is left out, or its other columns take the new values, or those are added to them.
    """
    if rows:
        known = _Known(skip_known, replace_known, add_to_known)
        _ready_insert(conn.dialect, table, tuple(rows[0]), known).run(conn, rows)


class _Known(NamedTuple):
    """By which columns a row is known, and what becomes of it then."""

    skip: tuple[str, ...]
    replace: tuple[str, ...]
    add_to: tuple[str, ...]


def update_rows(conn: Connection, table: Table, key: str, rows: Sequence[Row]) -> None:
    """Set the other columns of each row that is found by its ``key``."""
    if rows:
        _ready_update(conn.dialect, table, key, tuple(rows[0])).run(conn, rows)


@lru_cache(maxsize=512)  # a few engines, each with some thirty statements
def _ready_insert(dialect: Dialect, table: Table, names: tuple[str, ...], known: _Known) -> _Ready:
    return _ready(dialect, table, _insert(dialect.name, table, names, known))


@lru_cache(maxsize=512)  # a few engines, each with some thirty statements
def _ready_update(dialect: Dialect, table: Table, key: str, names: tuple[str, ...]) -> _Ready:
    return _ready(dialect, table, _update(dialect.name, table, key, names))


def _ready(dialect: Dialect, table: Table, statement: Any) -> _Ready:
    compiled = statement.compile(dialect=dialect)
    names = [parameter.removeprefix(_NEW) for parameter in compiled.positiontup]
    return _Ready(str(compiled), tuple((name, table.c[name].type.bind_processor(dialect)) for name in names))


_NEW = "new_"
"""Begins the names of parameters: those of columns are taken."""


def _insert(dialect: str, table: Table, names: tuple[str, ...], known: _Known) -> Insert:
    insert: Insert
    if dialect == "postgresql":
        insert = postgresql.insert(table).from_select(names, select(*_arrays(table, names).c))
    else:
        insert = sqlite.insert(table).values({name: bindparam(f"{_NEW}{name}") for name in names})
    if known.skip:
        return insert.on_conflict_do_nothing(index_elements=list(known.skip))
    if key := known.replace or known.add_to:
        new = {name: insert.excluded[name] for name in names if name not in key}
        added = {name: table.c[name] + value for name, value in new.items()}
        return insert.on_conflict_do_update(index_elements=list(key), set_=new if known.replace else added)
    return insert


def _update(dialect: str, table: Table, key: str, names: tuple[str, ...]) -> Any:
    others = [name for name in names if name != key]
    if dialect == "postgresql":
        new = _arrays(table, names)
        return table.update().where(table.c[key] == new.c[key]).values({name: new.c[name] for name in others})
    values: dict[str, BindParameter[Any]] = {name: bindparam(f"{_NEW}{name}") for name in others}
    return table.update().where(table.c[key] == bindparam(f"{_NEW}{key}")).values(values)


def _arrays(table: Table, names: tuple[str, ...]) -> TableValuedAlias:
    """Rows out of one array per column."""
    columns = [table.c[name] for name in names]
    arrays = [bindparam(f"{_NEW}{c.name}", type_=postgresql.ARRAY(c.type, dimensions=1)) for c in columns]
    return func.unnest(*arrays).table_valued(*(Column(c.name, c.type) for c in columns)).render_derived("new")
