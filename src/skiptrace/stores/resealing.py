"""What the key-encryption key seals outside the vault: sealed anew after a rotation, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, bindparam, func, select

from skiptrace.privacy import RingWrapper
from skiptrace.stores import schema
from skiptrace.stores.schema.access import break_glass, idempotency
from skiptrace.stores.schema.privacy import holds
from skiptrace.stores.writer import Turn

PAGE = 500


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A sealed column, the columns that name its rows, and what the row is called in its place."""

    column: Column[bytes]
    named_by: tuple[Column[Any], ...]
    row: Callable[[Any], str]


SEALED = (
    _Sealed(holds.c.reason, (holds.c.hold_id,), lambda row: row.hold_id),
    _Sealed(break_glass.c.reason, (break_glass.c.opening_id,), lambda row: row.opening_id),
    _Sealed(
        idempotency.c.response,
        (idempotency.c.tenant, idempotency.c.key_digest),
        lambda row: f"{row.tenant}/{row.key_digest.hex()}",
    ),
)


def resealed(turn: Turn, wrappers: Sequence[RingWrapper]) -> Sequence[object]:
    """Handler for the writer: seals the next page with the active key. Returns how many values; 0 when none is left."""
    turn.take()
    return [sum(_reseal(turn, wrapper, sealed) for sealed in SEALED) for wrapper in wrappers]


def _reseal(turn: Turn, wrapper: RingWrapper, sealed: _Sealed) -> int:
    column, header = sealed.column, wrapper.header()
    table: Table = column.table
    others = column.is_not(None) & (func.substr(column, 1, len(header)) != header)
    rows = turn.conn.execute(select(*sealed.named_by, column.label("old")).where(others).limit(PAGE)).all()
    again = [
        {
            **{f"_{named.name}": getattr(row, named.name) for named in sealed.named_by},
            "again": wrapper.seal(*place, wrapper.open(*place, row.old)),
        }
        for row in rows
        if (place := (table.name, column.name, sealed.row(row)))
    ]
    if again:
        of_row = [named == bindparam(f"_{named.name}") for named in sealed.named_by]
        turn.conn.execute(table.update().where(*of_row).values({column.name: bindparam("again")}), again)
    return len(again)


def forget_other_keys(turn: Turn, active: Sequence[str]) -> Sequence[object]:
    """Handler for the writer: the database knows its ring by the root and the active key alone."""
    turn.take()
    for key_id in active:
        turn.conn.execute(schema.keys.delete().where(schema.keys.c.key_id.not_in(["root", key_id])))
    return [None] * len(active)
