"""One writer per process: whatever queued up while a transaction was under way goes into the next one together.

A lone write starts at once. A write that the database refuses in company is tried again alone, so that one caller's
mistake does not fail the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from skiptrace.errors import StoreError
from skiptrace.privacy import AuditEvent, AuditRow, chain
from skiptrace.privacy.audit import START
from skiptrace.stores import schema
from skiptrace.stores.databases import Database, take_turn
from skiptrace.stores.trouble import plain_errors

TOGETHER = 256
"""At most so many writes share a transaction, which bounds what one commit has to carry."""

TRAIL_PAGE = 2000

_LAST = select(schema.audit.c.number, schema.audit.c.hash).order_by(schema.audit.c.number.desc()).limit(1)


@dataclass(slots=True)
class Turn:
    """One write transaction, and the audit events that will be chained at its end."""

    conn: Connection
    events: list[AuditEvent] = field(default_factory=list)
    _taken: bool = False

    def take(self) -> None:
        """From here to the commit no other process writes to the ledger or the audit chain."""
        if not self._taken:
            take_turn(self.conn)
            self._taken = True


Handler = Callable[[Turn, Sequence[Any]], Sequence[object]]
"""Writes several items of one kind; returns for each its result, or the exception that its caller gets."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    handler: Handler
    item: object
    done: asyncio.Future[Any]


class Writer:
    """Commits writes in turns. ``audit_key`` chains the audit rows."""

    def __init__(self, database: Database, audit_key: bytes) -> None:
        self._database = database
        self._audit_key = audit_key
        self._waiting: deque[_Waiting] = deque()
        self._task: asyncio.Task[None] | None = None

    async def write(self, handler: Handler, item: object) -> Any:
        """Hand one item to ``handler`` within the next transaction; returns once that is committed."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(handler, item, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        return await done

    async def close(self) -> None:
        """Wait until everything handed in is committed or refused."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        while self._waiting:
            await self._commit_or_split([self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))])

    async def _commit_or_split(self, group: Sequence[_Waiting]) -> None:
        try:
            await self._commit(group)
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting callers must hear of it
            if isinstance(error, StoreError) or len(group) == 1:
                _fail(group, error)
                return
            for waiting in group:
                await self._commit_or_split([waiting])

    async def _commit(self, group: Sequence[_Waiting]) -> None:
        with plain_errors():
            results = await self._database.write(partial(self._turn, group))
        for waiting, result in results:
            _answer(waiting, result)

    def _turn(self, group: Sequence[_Waiting], conn: Connection) -> list[tuple[_Waiting, object]]:
        turn = Turn(conn)
        results: list[tuple[_Waiting, object]] = []
        for handler, items in _by_handler(group).items():
            results += zip(items, handler(turn, [w.item for w in items]), strict=True)
        self._chain(turn)
        return results

    def _chain(self, turn: Turn) -> None:
        if not turn.events:
            return
        turn.take()
        found = turn.conn.execute(_LAST).one_or_none()
        number, before = (found.number, found.hash) if found else (0, START)
        rows = [
            {
                "number": row.number,
                "at": row.event.at,
                "event": row.event.event,
                "about": row.event.about,
                "detail": row.event.detail,
                "before": row.before,
                "hash": row.hash,
            }
            for row in chain(self._audit_key, number, before, turn.events)
        ]
        turn.conn.execute(schema.audit.insert(), rows)


def _by_handler(group: Sequence[_Waiting]) -> dict[Handler, list[_Waiting]]:
    kinds: dict[Handler, list[_Waiting]] = {}
    for waiting in group:
        kinds.setdefault(waiting.handler, []).append(waiting)
    return kinds


def _answer(waiting: _Waiting, result: object) -> None:
    if waiting.done.done():
        return
    if isinstance(result, Exception):
        waiting.done.set_exception(result)
    else:
        waiting.done.set_result(result)


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        _answer(waiting, error)


def trail(conn: Connection) -> Iterator[AuditRow]:
    """The audit trail from its first row on, read page by page."""
    audit, last = schema.audit, -1
    while page := conn.execute(
        select(audit).where(audit.c.number > last).order_by(audit.c.number).limit(TRAIL_PAGE)
    ).all():
        for row in page:
            yield AuditRow(row.number, AuditEvent(row.at, row.event, row.about, row.detail), row.before, row.hash)
        last = page[-1].number


def note(turn: Turn, events: Sequence[AuditEvent]) -> Sequence[object]:
    """Handler that writes nothing but audit rows."""
    turn.events += events
    return [None] * len(events)
