"""Disposal of rows that are no part of a case's file: what was written back, looked at and answered.

Nothing in them names a person but by ids; a legal hold keeps those of its account all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, or_, select

from skiptrace.model import DeliveryState
from skiptrace.privacy import AuditEvent
from skiptrace.privacy.retention import Kind, RetentionRule
from skiptrace.stores.erasing import is_held
from skiptrace.stores.promises import KEPT_FOR
from skiptrace.stores.schema.access import accesses, idempotency
from skiptrace.stores.schema.delivery import deliveries, outbox, sinks
from skiptrace.stores.writer import Turn

PAGE = 1000

_OPEN = (DeliveryState.WAITING, DeliveryState.FAILED)


@dataclass(frozen=True, slots=True)
class Purge:
    """One page of one rule: rows from before ``cutoff``, deleted at the moment ``at``."""

    rule: RetentionRule
    cutoff: datetime
    at: datetime


def count(conn: Connection, kind: Kind, cutoff: datetime) -> int:
    """How many rows are due."""
    return conn.execute(select(func.count()).select_from(_DUE[kind](cutoff).subquery())).scalar_one()


def purge(turn: Turn, pages: Sequence[Purge]) -> Sequence[object]:
    """Handler: delete a page of rows and write down how many. Returns how many; 0 when none is left."""
    turn.take()
    return [_purge(turn, page) for page in pages]


def _purge(turn: Turn, page: Purge) -> int:
    deleted = _DELETES[page.rule.kind](turn.conn, page.cutoff)
    if deleted:
        said = f"{deleted} rows; {page.rule.citation}"
        turn.events.append(AuditEvent(page.at, f"disposed.{page.rule.kind}", page.rule.kind, said))
    return deleted


def _told(cutoff: datetime) -> Select[tuple[int]]:
    """Events that every sink has had for long enough.

    The newest event stays, whatever its age: its number is what the next one is counted on from.
    """
    of_event = deliveries.c.number == outbox.c.number
    later = exists().where(of_event, or_(deliveries.c.state.in_(_OPEN), deliveries.c.settled_at > cutoff))
    behind = exists().where(sinks.c.disabled_at.is_(None), sinks.c.seen < outbox.c.number)
    newest = select(func.max(outbox.c.number)).scalar_subquery()
    old = select(outbox.c.number).where(outbox.c.at <= cutoff, outbox.c.number < newest)
    return old.where(~later, ~behind, ~is_held(outbox))


def _looked_at(cutoff: datetime) -> Select[tuple[int]]:
    return select(accesses.c.number).where(accesses.c.at <= cutoff, ~is_held(accesses))


def _answered(cutoff: datetime) -> Select[tuple[bytes]]:
    return select(idempotency.c.key_digest).where(_is_over(cutoff))


def _is_over(cutoff: datetime) -> ColumnElement[bool]:
    return idempotency.c.expires_at <= cutoff + KEPT_FOR


def _delete_told(conn: Connection, cutoff: datetime) -> int:
    numbers = conn.execute(_told(cutoff).order_by(outbox.c.number).limit(PAGE)).scalars().all()
    for table in (deliveries, outbox):
        conn.execute(delete(table).where(table.c.number.in_(numbers)))
    return len(numbers)


def _delete_looked_at(conn: Connection, cutoff: datetime) -> int:
    page = _looked_at(cutoff).order_by(accesses.c.number).limit(PAGE)
    return conn.execute(delete(accesses).where(accesses.c.number.in_(page))).rowcount


def _delete_answered(conn: Connection, cutoff: datetime) -> int:
    return conn.execute(delete(idempotency).where(_is_over(cutoff))).rowcount


_DUE: Mapping[Kind, Callable[[datetime], Select[tuple[int]] | Select[tuple[bytes]]]] = {
    Kind.DELIVERIES: _told,
    Kind.ACCESSES: _looked_at,
    Kind.IDEMPOTENCY_ANSWERS: _answered,
}

_DELETES: Mapping[Kind, Callable[[Connection, datetime], int]] = {
    Kind.DELIVERIES: _delete_told,
    Kind.ACCESSES: _delete_looked_at,
    Kind.IDEMPOTENCY_ANSWERS: _delete_answered,
}

KINDS = frozenset(_DUE)
"""What is disposed of row by row; all other kinds are disposed of case by case."""
