"""Many rows at once: on PostgreSQL one statement whose parameters are the columns, on SQLite one statement per row.

PostgreSQL spends as much on taking in a statement as on the row it writes, so its rows arrive as arrays, which the
server unnests. Statements are built once per table: building and hashing them would cost as much as running them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Column, Connection, Table, TableValuedAlias, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]
Insert = postgresql.Insert | sqlite.Insert


def insert_rows(
    conn: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    skip_known: tuple[str, ...] = (),
    replace_known: tuple[str, ...] = (),
) -> None:
    """Write rows that have the same columns. A row whose columns ``skip_known`` or ``replace_known`` are there already
    is left out, or its other columns take the new values.
    """
    if rows:
        _run(conn, _insert(conn.dialect.name, table, tuple(rows[0]), skip_known, replace_known), rows)


def update_rows(conn: Connection, table: Table, key: str, rows: Sequence[Row]) -> None:
    """Set the other columns of each row that is found by its ``key``."""
    if rows:
        _run(conn, _update(conn.dialect.name, table, key, tuple(rows[0])), rows)


def _run(conn: Connection, statement: Any, rows: Sequence[Row]) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(statement, {f"new_{name}": [row[name] for row in rows] for name in rows[0]})
    else:
        conn.execute(statement, [{f"new_{name}": value for name, value in row.items()} for row in rows])


@cache
def _insert(
    dialect: str, table: Table, names: tuple[str, ...], skip_known: tuple[str, ...], replace_known: tuple[str, ...]
) -> Insert:
    insert: Insert
    if dialect == "postgresql":
        insert = postgresql.insert(table).from_select(names, select(*_arrays(table, names).c))
    else:
        insert = sqlite.insert(table).values({name: bindparam(f"new_{name}") for name in names})
    if skip_known:
        return insert.on_conflict_do_nothing(index_elements=list(skip_known))
    if replace_known:
        others = {name: insert.excluded[name] for name in names if name not in replace_known}
        return insert.on_conflict_do_update(index_elements=list(replace_known), set_=others)
    return insert


@cache
def _update(dialect: str, table: Table, key: str, names: tuple[str, ...]) -> Any:
    others = [name for name in names if name != key]
    if dialect == "postgresql":
        new = _arrays(table, names)
        return table.update().where(table.c[key] == new.c[key]).values({name: new.c[name] for name in others})
    values: dict[str, BindParameter[Any]] = {name: bindparam(f"new_{name}") for name in others}
    return table.update().where(table.c[key] == bindparam(f"new_{key}")).values(values)


def _arrays(table: Table, names: tuple[str, ...]) -> TableValuedAlias:
    """Rows out of one array per column."""
    columns = [table.c[name] for name in names]
    arrays = [bindparam(f"new_{c.name}", type_=postgresql.ARRAY(c.type, dimensions=1)) for c in columns]
    return func.unnest(*arrays).table_valued(*(Column(c.name, c.type) for c in columns)).render_derived("new")
